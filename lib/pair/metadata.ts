import type { Metadata } from '../artefact/container/container.js';

/** A field of metadata that a mask may cover; path, type, mode, link target and device are never masked. */
export const MASKABLE_FIELDS = ['mtime', 'owner', 'extra'] as const;
export type MaskableField = (typeof MASKABLE_FIELDS)[number];
export type MetadataField = MaskableField | 'path' | 'type' | 'mode' | 'link-target' | 'device';

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
  if (a.uid !== b.uid || a.gid !== b.gid || a.uname !== b.uname || a.gname !== b.gname) {
    const known = commonOwner(a, b);
    note('owner', ownerText(a, known), ownerText(b, known));
  }
  if (a.mtime !== b.mtime) note('mtime', a.mtime?.toString(), b.mtime?.toString());
  if (!rules.unpacked && (a.extra !== undefined || b.extra !== undefined)) {
    note('extra', extraText(a.extra), extraText(b.extra));
  }
  return differences;
}

function maskOf(field: MetadataField, rules: MetadataRules): MetadataMask | undefined {
  if (field !== 'mtime' && field !== 'owner' && field !== 'extra') return undefined;
  if (rules.ignored.has(field)) return 'ignored';
  return rules.unpacked ? 'unpacked' : undefined;
}

function modeText(mode: number | undefined): string | undefined {
  return mode?.toString(8).padStart(4, '0');
}

const OWNER_FIELDS = ['uid', 'gid', 'uname', 'gname'] as const;
type OwnerField = (typeof OWNER_FIELDS)[number];

function commonOwner(a: Metadata, b: Metadata): OwnerField[] {
  return OWNER_FIELDS.filter((field) => a[field] !== undefined && b[field] !== undefined);
}

function ownerText(of: Metadata, fields: readonly OwnerField[]): string {
  return fields.map((field) => `${field} ${of[field]}`).join(', ');
}

function extraText(extra: Metadata['extra']): string {
  const sorted = Object.entries(extra ?? {}).sort(([x], [y]) => (x < y ? -1 : 1));
  return sorted.map(([key, value]) => `${key}=${value}`).join('; ');
}
