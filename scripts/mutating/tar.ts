import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { arFixture } from '../../lib/artefact/container/ar-fixture.js';
import { endOfArchive, type TarFixtureMember, tarEntry } from '../../lib/artefact/container/tar-fixture.js';
import { compare } from '../../lib/comparison/comparison.js';
import { Random } from '../fuzzing/random.js';

type Members = readonly TarFixtureMember[];

export interface TarTrial {
  readonly index: number;
  readonly kind: string;
  readonly subject: string;
  /** `exempt`: a time, which counts as explained whoever wrote it. */
  readonly outcome: 'caught' | 'missed' | 'exempt';
  readonly verdict: string;
}

export interface TarCampaign {
  readonly planted: ReadonlyMap<string, number>;
  /** Those that were not caught. */
  readonly trials: readonly TarTrial[];
  /** Subjects that were not called equal, or equal but for their packing, before anything was planted. */
  readonly unsound: readonly string[];
}

const REGULAR = '0';
const HARD_LINK = '1';
const SYMLINK = '2';
const DIRECTORY = '5';
const PAX = 'x';

/** Texts that stand in two members, and others of their kind. */
const SAME: readonly (readonly [string, string])[] = [
  ['a name of something', 'another name of it'],
  ['tool-17f0b7e2c4d95a86.tar', 'tool-e86b1d0f3a297c54.tar'],
  ['5f0b7e2c4d95a861', 'e86b1d0f3a297c54'],
  ['rustc 1.84.0', 'rustc 1.85.1'],
  ['/home/anna/keys/one', '/srv/bert/keys/one'],
  ['2025-02-17T00:00:00Z', '2035-02-17T00:00:00Z'],
];
const SAME_LINES = SAME.map(([text]) => `at ${text}\n`).join('');

/** What a package holds: programs, one of them setuid, links of both kinds, a record of pax's, texts. */
const ARTEFACT: Members = [
  { name: 'bin/', typeflag: DIRECTORY, mode: 0o755 },
  { name: 'bin/tool', content: 'the tool, of some length\n', mode: 0o755 },
  { name: 'bin/mount', content: 'mounts things\n', mode: 0o4755 },
  { name: 'bin/link', typeflag: SYMLINK, linkname: 'tool', mode: 0o777 },
  { name: 'bin/same', typeflag: HARD_LINK, linkname: 'bin/tool', mode: 0o755 },
  { name: 'PaxHeader', typeflag: PAX, content: paxRecord('SCHILY.xattr.user.origin', 'built here') },
  { name: 'lib/library.so', content: Buffer.from('7f454c460102', 'hex'), mode: 0o644 },
  { name: 'share/readme', content: 'read me\n'.repeat(80), mode: 0o644 },
  { name: 'share/licence', content: 'do as you like\n', mode: 0o644 },
  { name: 'share/install', content: `installs\n${SAME_LINES}`, mode: 0o644 },
  { name: 'share/settings', content: `${SAME_LINES}and more\n`, mode: 0o644 },
].map((member) => ({ uname: 'root', gname: 'root', mtime: 1_700_000_000, ...member }));

type Change = (members: Members, random: Random) => Members | undefined;

/** Changes of one member. */
const KINDS: Readonly<Record<string, Change>> = {
  mode: one(notLink, (of, random) => ({ mode: numberOf(of.mode) ^ (1 << random.below(9)) })),
  'special-bit': one(notLink, (of, random) => ({
    mode: numberOf(of.mode) ^ random.pick([0o4000, 0o2000, 0o1000]),
  })),
  uid: one(isMember, (_, random) => ({ uid: 1 + random.below(60000) })),
  gid: one(isMember, (_, random) => ({ gid: 1 + random.below(60000) })),
  uname: one(isMember, () => ({ uname: 'mallory' })),
  'owner-of-setuid': one(
    ({ mode }) => (numberOf(mode) & 0o4000) !== 0,
    (_, random) => ({ uid: 1 + random.below(60000), uname: 'mallory' }),
  ),
  'link-target': one(
    ({ typeflag }) => typeflag === SYMLINK,
    (_, random) => ({ linkname: random.pick(['mount', '/tmp/tool', '../bin/tool', 'tool/']) }),
  ),
  'hard-link-target': one(
    ({ typeflag }) => typeflag === HARD_LINK,
    () => ({ linkname: 'bin/mount' }),
  ),
  name: one(
    ({ typeflag }) => typeflag !== PAX && typeflag !== DIRECTORY,
    (of, random) => ({ name: changedText(String(of.name), random) }),
  ),
  'file-to-link': one(isFile, () => ({ typeflag: SYMLINK, linkname: 'tool', content: '' })),
  'link-to-file': one(
    ({ typeflag }) => typeflag === SYMLINK,
    () => ({ typeflag: REGULAR, linkname: '', content: 'the tool, of some length\n' }),
  ),
  'file-to-directory': one(isFile, () => ({ typeflag: DIRECTORY, content: '' })),
  'content-byte': one(isFile, (of, random) => {
    const content = Buffer.from(of.content ?? '');
    const at = random.below(content.length);
    content[at] = (content[at] ?? 0) ^ (1 << random.below(8));
    return { content };
  }),
  'content-longer': one(isFile, (of, random) => ({
    content: Buffer.concat([Buffer.from(of.content ?? ''), Buffer.alloc(1 + random.below(600))]),
  })),
  'content-shorter': one(isFile, (of) => ({ content: Buffer.from(of.content ?? '').subarray(0, -1) })),
  'same-in-two-members': (members, random) => {
    const [from, to] = SAME[random.below(SAME.length)] ?? ['', ''];
    return members.map((of) =>
      typeof of.content === 'string'
        ? { ...of, content: of.content.replaceAll(`at ${from}\n`, `at ${to}\n`) }
        : of,
    );
  },
  'pax-value': one(
    ({ typeflag }) => typeflag === PAX,
    (_, random) => ({ content: paxRecord('SCHILY.xattr.user.origin', `built ${random.below(1000)}`) }),
  ),
  'pax-capability': one(
    ({ typeflag }) => typeflag === PAX,
    (of) => ({
      content: `${of.content}${paxRecord('SCHILY.xattr.security.capability', '\u0001\u0000\u0000\u0002')}`,
    }),
  ),
  'pax-path': one(
    ({ typeflag }) => typeflag === PAX,
    (of) => ({ content: `${of.content}${paxRecord('path', 'lib/other.so')}` }),
  ),
  'pax-owner': one(
    ({ typeflag }) => typeflag === PAX,
    (of, random) => ({ content: `${of.content}${paxRecord('uid', String(1 + random.below(60000)))}` }),
  ),
  // That a directory of the usual mode is not told of, in which others lie, is no difference.
  removed: (members, random) => {
    const at = random.below(members.length);
    const { typeflag, mode } = members[at] ?? {};
    if (typeflag === PAX || (typeflag === DIRECTORY && mode === 0o755)) return undefined;
    return members.filter((_, i) => i !== at);
  },
  added: (members, random) => [
    ...members,
    { name: random.pick(['bin/more', 'bin/tool', '../more', '/bin/more']), content: 'more\n', mode: 0o755 },
  ],
  mtime: one(isMember, (_, random) => ({ mtime: random.below(2 ** 31) })),
};

export const TAR_KINDS: readonly string[] = Object.keys(KINDS);

/** Kinds that a difference of who packed an archive and when looks like, and is told as. */
const EXEMPT: ReadonlySet<string> = new Set(['mtime']);

/** Plants changes in archives, each alone and beside archives that somebody else packed at another time. */
export async function mutateTar({
  seed,
  count,
}: {
  readonly seed: number;
  readonly count: number;
}): Promise<TarCampaign> {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-mutate-'));
  const planted = new Map<string, number>();
  const trials: TarTrial[] = [];
  try {
    const unsound: string[] = [];
    for (const subject of SUBJECTS) {
      const verdict = await verdictOf(folder, subject, ARTEFACT, subject.packed(ARTEFACT));
      if (verdict !== subject.verdict) unsound.push(`${subject.name}: ${verdict}`);
    }
    for (let index = 0; index < count; index += 1) {
      const random = new Random(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
      const subject = SUBJECTS[random.below(SUBJECTS.length)];
      const kind = TAR_KINDS[random.below(TAR_KINDS.length)];
      const packed = subject?.packed(ARTEFACT);
      const changed = packed === undefined ? undefined : KINDS[kind ?? '']?.(packed, random);
      if (subject === undefined || kind === undefined || packed === undefined || changed === undefined)
        continue;
      if (archive(changed).equals(archive(packed))) continue;
      planted.set(kind, (planted.get(kind) ?? 0) + 1);
      const verdict = await verdictOf(folder, subject, ARTEFACT, changed);
      const seen = verdict !== 'identical' && verdict !== 'equivalent';
      if (seen) continue;
      const outcome = EXEMPT.has(kind) && verdict === 'equivalent' ? 'exempt' : 'missed';
      trials.push({ index, kind, subject: subject.name, outcome, verdict });
    }
    return { planted, trials, unsound };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Subject {
  readonly name: string;
  readonly form: 'tar' | 'deb';
  /** Side B before anything is planted. */
  packed(members: Members): Members;
  /** What is said of it then. */
  readonly verdict: 'identical' | 'equivalent';
}

const later = (members: Members): Members => members.map((of) => ({ ...of, mtime: 1_800_000_000 }));

const SUBJECTS: readonly Subject[] = (['tar', 'deb'] as const).flatMap((form) => [
  { name: `${form}, alone`, form, packed: (members: Members) => members, verdict: 'identical' },
  { name: `${form} of another time`, form, packed: later, verdict: 'equivalent' },
]);

async function verdictOf(folder: string, { form }: Subject, a: Members, b: Members): Promise<string> {
  const paths = [a, b].map((members, side) => {
    const path = join(folder, `${side}.${form}`);
    writeFileSync(path, form === 'tar' ? archive(members) : debOf(members));
    return path;
  }) as [string, string];
  const report = await compare({ a: paths[0], b: paths[1], jobs: 1 }).report;
  return report.verdict.exit === 0 ? report.verdict.id : `${report.verdict.id}, ${report.verdict.exit}`;
}

function archive(members: Members): Buffer {
  return Buffer.concat([...members.map(tarEntry), endOfArchive]);
}

function debOf(members: Members): Buffer {
  const control = Buffer.concat([tarEntry({ name: './control', content: 'Package: x\n' }), endOfArchive]);
  return arFixture([
    { name: 'debian-binary', content: '2.0\n' },
    { name: 'control.tar', content: control },
    { name: 'data.tar', content: archive(members) },
  ]);
}

/** The length in front counts its own digits (pax, "pax Extended Header"). */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return `${length}${rest}`;
}

function one(
  fits: (member: TarFixtureMember) => boolean,
  change: (member: TarFixtureMember, random: Random) => TarFixtureMember | Partial<TarFixtureMember>,
): Change {
  return (members, random) => {
    const fitting = members.filter(fits);
    const of = fitting[random.below(fitting.length)];
    return of === undefined
      ? undefined
      : members.map((member) => (member === of ? { ...member, ...change(member, random) } : member));
  };
}

function isMember({ typeflag }: TarFixtureMember): boolean {
  return typeflag !== PAX;
}

function notLink({ typeflag }: TarFixtureMember): boolean {
  return typeflag !== PAX && typeflag !== SYMLINK && typeflag !== HARD_LINK;
}

function isFile({ typeflag }: TarFixtureMember): boolean {
  return typeflag === undefined;
}

function numberOf(mode: TarFixtureMember['mode']): number {
  return typeof mode === 'number' ? mode : 0;
}

function changedText(text: string, random: Random): string {
  const at = random.below(text.length);
  return `${text.slice(0, at)}${String.fromCharCode(0x61 + random.below(26))}${text.slice(at + 1)}`;
}
