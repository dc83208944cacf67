import { baseName } from './file-name.js';
import type { CleanMember, Layout, Place, PlacedInput } from './layout.js';
import { Roots, seenFrom } from './roots.js';
import { placeControl, placeInSysroot } from './sysroot.js';

/**
 * A tarball of upstream's dist server, or what it was unpacked to: rust-installer's version 3. `components` at the
 * top lists directories, each with a `manifest.in` of its own; install.sh copies what they hold into one prefix.
 * `rustc-V-T`, `rust-std-V-T`, `cargo-V-T` hold one component each, `rust-V-T` all of them.
 */
export const rustDist: Layout = {
  id: 'rust-dist',
  detect(input, names) {
    const components = findComponents(names);
    if (components.size === 0) return undefined;
    const tops = new Roots(components.keys());
    return {
      prefix: tops.common(),
      place(member) {
        if (member.raw.role === 'package')
          return placeControl(controlName(tops, components, input), member.name);
        const top = tops.holding(member.name);
        if (top === undefined) return outside(tops, member);
        const own = components.get(top) ?? new Set();
        const rest = seenFrom(top, member.name, member.raw.metadata.type === 'directory');
        return own.has(firstPart(rest))
          ? ofComponent(rest, member)
          : ofTop(rest, packageOf(top, own, input), member);
      },
    };
  },
};

/** The tops of the packages in an input, each with the names of its components. */
function findComponents(names: readonly string[]): Map<string, Set<string>> {
  const marked = new Set<string>();
  const found = new Map<string, Set<string>>();
  for (const name of names) {
    const marker = /^(?:(.*)\/)?(?:components|rust-installer-version)$/s.exec(name);
    if (marker !== null) marked.add(marker[1] ?? '');
    const manifest = /^(?:(.*)\/)?([^/]+)\/manifest\.in$/s.exec(name);
    if (manifest === null) continue;
    const top = manifest[1] ?? '';
    const component = manifest[2] ?? '';
    const known = found.get(top);
    if (known === undefined) found.set(top, new Set([component]));
    else known.add(component);
  }
  for (const top of found.keys()) if (!marked.has(top)) found.delete(top);
  return found;
}

function ofComponent(rest: string, member: CleanMember): Place {
  const component = firstPart(rest);
  const path = seenFrom(component, rest, member.raw.metadata.type === 'directory');
  if (path === 'manifest.in') return { path: rest, role: 'package' };
  return placeInSysroot(path, member);
}

/** Beside the components. What install.sh and the dist server read is known by name; anything else is content. */
function ofTop(rest: string, packageName: string, member: CleanMember): Place {
  if (rest === '') return { path: '', role: 'content' };
  const known = member.raw.metadata.type === 'file' && TOP_FILES.test(rest);
  return { path: `${packageName}/${rest}`, role: known ? 'package' : 'content' };
}

const TOP_FILES =
  /^(?:components|rust-installer-version|version|git-commit-hash|git-commit-info|builder-config|install\.sh|README\.md|COPYRIGHT|LICENSE-[\w-]+)$/;

function outside(tops: Roots, member: CleanMember): Place {
  const isDirectory = member.raw.metadata.type === 'directory';
  return { path: seenFrom(tops.common(), member.name, isDirectory), role: 'content' };
}

/** The component where there is one, else the name that the tarball has before its version. */
function packageOf(top: string, components: ReadonlySet<string>, input: PlacedInput): string {
  const [only] = components;
  if (only !== undefined && components.size === 1) return only;
  return baseName(top === '' ? input.file : top).replace(/-(?:\d+\.\d+|nightly|beta|stable).*$/s, '');
}

function controlName(tops: Roots, components: ReadonlyMap<string, Set<string>>, input: PlacedInput): string {
  const [top] = tops.all;
  return top === undefined || tops.all.length > 1
    ? ''
    : packageOf(top, components.get(top) ?? new Set(), input);
}

function firstPart(path: string): string {
  const end = path.indexOf('/');
  return end === -1 ? path : path.slice(0, end);
}
