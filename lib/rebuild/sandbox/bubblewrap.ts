import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../error.js';
import { measured } from '../measured-command.js';
import { sealedPlace } from '../place.js';
import { INFO_FD, type Sandbox, type SealedOrder, WRAPPER } from '../sandbox.js';

/** What stands at the top inside. With the variation `path` it is another one. */
const TOP = '/trustdiff';

/** Directories at the top of the host that may be links into /usr. */
const USR_LINKS = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'] as const;

/** What of /etc programs need to be found and to link; nothing that tells one host from another. */
const ETC = ['alternatives', 'ld.so.cache', 'ld.so.conf', 'ld.so.conf.d'] as const;

/** Places where some systems keep all their programs. */
const STORES = ['/nix/store', '/gnu/store'] as const;

/**
 * Bubblewrap (github.com/containers/bubblewrap): user, mount, process, network, host name and IPC namespaces of its
 * own. Root, sources and the system are read-only.
 * @throws UsageError where bwrap is missing or may not make namespaces
 */
export function bubblewrap(top = TOP): Sandbox {
  const version = spawnSync('bwrap', ['--version'], { encoding: 'utf8' });
  if (version.error !== undefined || version.status !== 0)
    throw new UsageError(
      'bubblewrap (bwrap) is not there to seal the builds',
      'install it, or ask for --sandbox none: builds are then not sealed, and the report says so',
    );
  const trial = spawnSync('bwrap', [...NAMESPACES, '--ro-bind', '/', '/', 'true'], { encoding: 'utf8' });
  if (trial.status !== 0)
    throw new UsageError(
      `bubblewrap may not make namespaces here: ${trial.stderr.trim().split('\n')[0] ?? ''}`,
      'allow unprivileged user namespaces, or ask for --sandbox none',
    );
  return {
    use: 'bubblewrap',
    version: version.stdout.trim(),
    open: [
      'The kernel, the CPU and all that lies in /usr are those of the host, the same for all runs.',
      'The clock is the host’s: a build that looks at it instead of SOURCE_DATE_EPOCH sees the time.',
    ],
    place: () => sealedPlace(top),
    command: (order) => command(order, top),
    // With the first process of a namespace of processes all others end, and that one is waited for (execution.ts).
    end() {},
  };
}

const NAMESPACES = [
  '--unshare-user',
  '--unshare-ipc',
  '--unshare-pid',
  '--unshare-net',
  '--unshare-uts',
  '--unshare-cgroup-try',
  '--uid',
  '1000',
  '--gid',
  '1000',
  '--die-with-parent',
  '--new-session',
  '--cap-drop',
  'ALL',
] as const;

function command(order: SealedOrder, top: string): ReturnType<Sandbox['command']> {
  const { folders, tools, run, stage, earlier, environment, surroundings } = order;
  const { writable = {}, readOnly: laid = {}, frozen = false } = order;
  const place = sealedPlace(top);
  const readOnly = (host: string, inside: string): string[] => ['--ro-bind', host, inside];
  const args = [
    ...NAMESPACES,
    '--info-fd',
    String(INFO_FD),
    '--hostname',
    surroundings.hostname,
    ...system(),
    ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp', '--dir', top],
    ...readOnly(folders.source, place.source),
    ...readOnly(folders.root, place.root),
    ...readOnly(folders.cargoRoot, place.cargoRoot),
    ...readOnly(folders.rustcRoot, place.rustcRoot),
    ...readOnly(tools.folder, place.tools),
    ...readOnly(tools.node, join(place.tools, 'node')),
    ...readOnly(tools.wrapper, join(place.tools, WRAPPER)),
    ...(frozen ? readOnly(folders.build, place.build) : ['--bind', folders.build, place.build]),
    ...(frozen ? readOnly(folders.home, place.home) : ['--bind', folders.home, place.home]),
    ...['--bind', folders.log, place.log],
    '--dir',
    place.out,
    ...earlier.flatMap((name) => readOnly(join(folders.out, name), join(place.out, name))),
    ...(stage === '' ? [] : ['--bind', join(folders.out, `${stage}.partial`), join(place.out, stage)]),
    ...Object.entries(laid).flatMap(([inside, host]) => readOnly(host, inside)),
    ...Object.entries(writable).flatMap(([inside, host]) => ['--bind', host, inside]),
    // What is mounted on nothing but a temporary file system is not to be written to either.
    ...['--remount-ro', '/', '--chdir', order.cwd ?? place.build, '--clearenv'],
    ...Object.entries(environment).flatMap(([name, value]) => ['--setenv', name, value]),
    ...measured(run, surroundings),
  ];
  return {
    program: 'bwrap',
    args,
    environment: { PATH: process.env.PATH ?? '' },
    cwd: '/',
    tellsFirst: true,
  };
}

/** The host's programs and libraries, read-only. */
function system(): string[] {
  const args = ['--ro-bind', '/usr', '/usr'];
  for (const name of USR_LINKS) {
    const stat = lstatSync(`/${name}`, { throwIfNoEntry: false });
    if (stat?.isSymbolicLink() === true) args.push('--symlink', readlinkSync(`/${name}`), `/${name}`);
    else if (stat !== undefined) args.push('--ro-bind', `/${name}`, `/${name}`);
  }
  for (const name of ETC)
    if (existsSync(`/etc/${name}`)) args.push('--ro-bind', `/etc/${name}`, `/etc/${name}`);
  for (const store of STORES) if (existsSync(store)) args.push('--ro-bind', store, store);
  return args;
}
