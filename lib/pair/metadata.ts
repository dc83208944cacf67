import type { Metadata } from '../artefact/container/container.js';

/** A field of metadata that a mask may cover; path, type, mode, link target, device and capabilities are never masked. */
export const MASKABLE_FIELDS = ['mtime', 'owner', 'extra'] as const;
export type MaskableField = (typeof MASKABLE_FIELDS)[number];
export type MetadataField =
  | MaskableField
  | 'path'
  | 'type'
  | 'mode'
  | 'link-target'
  | 'device'
  | 'capabilities';

/** One field in which the metadata of a pair differs; the values as text, as exact as the container has them. */
export interface MetadataDifference {
  readonly field: MetadataField;
  readonly a: string;
  readonly b: string;
  /** The declared mask that covers it; a difference without one counts. */
  readonly mask?: MetadataMask | undefined;
}

/**
 * `ignored`: the user said so. `unpacked`: one side lies in a directory on disk, whose owner and times tell who
 * unpacked it and when, not what was in the artefact.
 */
export type MetadataMask = 'ignored' | 'unpacked';

export interface MetadataRules {
  readonly ignored: ReadonlySet<MaskableField>;
  /** Whether either side is a directory on disk. */
  readonly unpacked: boolean;
  /** Whether the owner counts though one side is unpacked: installing the other gives the file to another than root. */
  readonly ownerCounts?: boolean | undefined;
}

/** Compares value by value what both sides store; what one side has no place for is not compared. */
export function compareMetadata(a: Metadata, b: Metadata, rules: MetadataRules): MetadataDifference[] {
  const differences: MetadataDifference[] = [];
  const note = (field: MetadataField, valueA: string | undefined, valueB: string | undefined): void => {
    if (valueA === undefined || valueB === undefined || valueA === valueB) return;
    const mask = maskOf(field, rules);
    differences.push({ field, a: valueA, b: valueB, ...(mask !== undefined && { mask }) });
  };
  note('type', a.type, b.type);
  if (a.type !== b.type) return differences;
  // The mode of a symlink means nothing; archivers store what they like.
  if (a.type !== 'symlink') note('mode', modeText(a.mode), modeText(b.mode));
  note('link-target', a.linkTarget, b.linkTarget);
  note('device', a.device?.join(':'), b.device?.join(':'));
  note('capabilities', capabilitiesText(a.extra), capabilitiesText(b.extra));
  if (a.uid !== b.uid || a.gid !== b.gid || a.uname !== b.uname || a.gname !== b.gname) {
    const [ownerA, ownerB] = ownerTexts(a, b);
    note('owner', ownerA, ownerB);
  }
  if (a.mtime !== b.mtime) note('mtime', a.mtime?.toString(), b.mtime?.toString());
  if (!rules.unpacked && (a.extra !== undefined || b.extra !== undefined)) {
    const known = withPlace(a.extra, b.extra);
    note('extra', extraText(a.extra, known), extraText(b.extra, known));
  }
  return differences;
}

function maskOf(field: MetadataField, rules: MetadataRules): MetadataMask | undefined {
  if (field !== 'mtime' && field !== 'owner' && field !== 'extra') return undefined;
  if (rules.ignored.has(field)) return 'ignored';
  if (field === 'owner' && rules.ownerCounts === true) return undefined;
  return rules.unpacked ? 'unpacked' : undefined;
}

function modeText(mode: number | undefined): string | undefined {
  return mode?.toString(8).padStart(4, '0');
}

/** Who a file belongs to, as far as both sides tell it: by number, by name, or by whether it is root. */
function ownerTexts(a: Metadata, b: Metadata): readonly [string, string] {
  const user = ownerPart(a, b, 'uid', 'uname');
  const group = ownerPart(a, b, 'gid', 'gname');
  const fields = OWNER_FIELDS.filter((field) => user.includes(field) || group.includes(field));
  return [ownerText(a, fields), ownerText(b, fields)];
}

const OWNER_FIELDS = ['uid', 'gid', 'uname', 'gname'] as const;
type OwnerField = (typeof OWNER_FIELDS)[number];

/** Where one side has a name only and the other a number only, they can be told apart where just one of them is root. */
function ownerPart(a: Metadata, b: Metadata, id: 'uid' | 'gid', name: 'uname' | 'gname'): OwnerField[] {
  const common = [id, name].filter((field) => a[field] !== undefined && b[field] !== undefined);
  if (common.length > 0) return common;
  const [rootA, rootB] = [isRoot(a[id], a[name]), isRoot(b[id], b[name])];
  return rootA === undefined || rootB === undefined || rootA === rootB ? [] : [id, name];
}

/** Undefined where neither number nor name is stored. */
function isRoot(id: number | undefined, name: string | undefined): boolean | undefined {
  if (id !== undefined) return id === 0;
  return name === undefined ? undefined : name === 'root';
}

function ownerText(of: Metadata, fields: readonly OwnerField[]): string {
  return fields
    .filter((field) => of[field] !== undefined)
    .map((field) => `${field} ${of[field]}`)
    .join(', ');
}

type Extra = NonNullable<Metadata['extra']>;

/** Keys under which the formats store capabilities(7): rpm by its own word, pax as an extended attribute. */
const CAPABILITIES = /^capabilities$|xattr\.security\.capability$/;

/** Without any there are none: whoever has no place for them cannot have given any. */
function capabilitiesText(extra: Extra = {}): string {
  const stored = Object.entries(extra).filter(([key]) => CAPABILITIES.test(key));
  return (
    stored.map(([key, value]) => (key === 'capabilities' ? value : `${key}=${value}`)).join('; ') || 'none'
  );
}

/** What every member of a cpio archive has, and no member of any other. */
const CPIO_ONLY: ReadonlySet<string> = new Set(['dev', 'ino', 'nlink', 'nuls']);

/** Whether a header says more of a member than what every member of its format has. */
export function isExtraordinary(extra: Metadata['extra'] = {}): boolean {
  return Object.keys(extra).some((key) => !CPIO_ONLY.has(key));
}

/** Tells the keys that both sides have a place for. */
function withPlace(a: Extra = {}, b: Extra = {}): (key: string) => boolean {
  const bothCpio = 'ino' in a && 'ino' in b;
  return (key) => !CAPABILITIES.test(key) && (bothCpio || !CPIO_ONLY.has(key));
}

function extraText(extra: Extra = {}, known: (key: string) => boolean): string {
  const sorted = Object.entries(extra)
    .filter(([key]) => known(key))
    .sort(([x], [y]) => (x < y ? -1 : 1));
  return sorted.map(([key, value]) => `${key}=${value}`).join('; ');
}
