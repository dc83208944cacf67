import type { RlibMember } from '../../format/rlib.js';
import type { Content } from '../../ledger/content.js';
import type { Sink } from '../../ledger/sink.js';
import { explainString } from '../string.js';
import type { LongNames } from './long-names.js';

/** Bytes of a member's header. */
export const HEADER = 60;

/** Fields of a member's header, as ar(5) has them: start and length in bytes. */
const FIELDS = [
  ['ar_name', 0, 16],
  ['ar_date', 16, 12],
  ['ar_uid', 28, 6],
  ['ar_gid', 34, 6],
  ['ar_mode', 40, 8],
  ['ar_size', 48, 10],
  ['ar_fmag', 58, 2],
] as const;

/** In how many members each field of the packing differs. */
export type Packing = Readonly<Record<PackingField, number>>;

type PackingField = 'ar_date' | 'ar_uid' | 'ar_gid';

export function countPacking(pairs: ReadonlyMap<RlibMember, RlibMember>): Record<PackingField, number> {
  const out = { ar_date: 0, ar_uid: 0, ar_gid: 0 };
  for (const [of, other] of pairs) {
    for (const field of ['ar_date', 'ar_uid', 'ar_gid'] as const)
      if (of[field] !== other[field]) out[field] += 1;
  }
  return out;
}

/** What a header is explained by. */
interface HeaderSetting {
  readonly a: Content;
  readonly b: Content;
  readonly longNames: LongNames;
  readonly packing: Packing;
  /** As `orderedMembers` tells. */
  readonly ordered: ReadonlySet<RlibMember>;
}

/** The header of a member that both sides have. */
export function explainHeader(archive: HeaderSetting, of: RlibMember, other: RlibMember, sink: Sink): void {
  const { a, b } = archive;
  for (const [field, start, length] of FIELDS) {
    const fieldA = Buffer.from(a.subarray(of.headerOffset + start, of.headerOffset + start + length));
    const fieldB = Buffer.from(b.subarray(other.headerOffset + start, other.headerOffset + start + length));
    if (field === 'ar_name' && archive.ordered.has(of))
      sink.change(start, length, start, length, {
        reason: 'object-order',
        field: 'the order of what members define',
      });
    else if (fieldA.equals(fieldB)) sink.equal(start, start, length);
    else if (field === 'ar_date' || field === 'ar_uid' || field === 'ar_gid') {
      // Whoever packs an archive writes them into every member; in one alone they are what somebody changed.
      if (archive.packing[field] >= 2) sink.shown('archive-metadata', start, length, start, length, field);
      else sink.change(start, length, start, length, { reason: 'archive-metadata', field });
    } else if (field === 'ar_size') {
      // The name in front of a content counts with it (BSD).
      const size = other.offset + other.size - other.headerOffset - HEADER;
      sink.derived(
        start,
        length,
        start,
        length,
        Buffer.from(String(size).padEnd(length)),
        'the size of the member',
        field,
      );
    } else if (field === 'ar_name' && archive.longNames.offset(of.ar_name) >= 0) {
      const expected = Buffer.from(`/${archive.longNames.offset(of.ar_name)}`.padEnd(length));
      sink.derived(start, length, start, length, expected, 'where the long name is', field);
    } else if (field === 'ar_name') explainString(fieldA, fieldB, sink.at(start, start));
    else sink.change(start, length, start, length, { field });
  }
}
