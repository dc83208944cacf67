import type { MemberType, Metadata } from './container/container.js';
import { type Listing, statRows } from './directory.js';
import type { ContentRef, Member, RawMember } from './member.js';
import { PackedMember } from './packed-member.js';
import { readStats, type StatRow, statSize } from './stat-columns.js';

const NO_VIA: readonly string[] = [];

/**
 * A member of a directory tree. It looks its facts up in the listing's columns when asked: of the tens of
 * thousands of files in a toolchain most are equal, and nobody asks.
 */
export class ListedMember implements Member, Metadata {
  path = '';
  occurrence = 0;
  role: Member['role'] = 'content';

  constructor(
    readonly listing: Listing,
    readonly row: number,
    readonly input: number,
  ) {}

  get name(): string {
    return this.listing.names[this.row] ?? '';
  }

  get type(): MemberType {
    return this.listing.types[this.row] ?? 'file';
  }

  get via(): readonly string[] {
    return NO_VIA;
  }

  get size(): number {
    if (this.type !== 'file') return 0;
    return statSize(this.listing.stats, this.row) ?? this.#stat?.stamp.size ?? 0;
  }

  get digest(): undefined {
    return undefined;
  }

  get hardLink(): undefined {
    return undefined;
  }

  /** Absent where the system did not tell what the file is like; the listing's troubles say so. */
  get content(): ContentRef | undefined {
    if (this.type !== 'file') return undefined;
    const stat = this.#stat;
    if (stat === undefined) return undefined;
    const { stamp } = stat;
    return { kind: 'path', path: `${this.listing.top}/${this.name}`, length: stamp.size, stamp };
  }

  /** Its own metadata: nothing is made for those whom nobody asks. */
  get metadata(): Metadata {
    return this;
  }

  get mode(): number | undefined {
    const mode = this.#stat?.mode;
    return mode === undefined ? undefined : mode & 0o7777;
  }

  get uid(): number | undefined {
    return this.#stat?.uid;
  }

  get gid(): number | undefined {
    return this.#stat?.gid;
  }

  get mtime(): number | undefined {
    const mtimeMs = this.#stat?.stamp.mtimeMs;
    return mtimeMs === undefined ? undefined : mtimeMs / 1000;
  }

  /** When anything of its inode was last changed, ms since 1970. */
  get ctimeMs(): number | undefined {
    return this.#stat?.stamp.ctimeMs;
  }

  get linkTarget(): string | undefined {
    return this.listing.linkTargets.get(this.row);
  }

  get device(): readonly [number, number] | undefined {
    const { type } = this;
    if (type !== 'character-device' && type !== 'block-device') return undefined;
    return deviceOf(this.#stat?.rdev ?? 0);
  }

  /** A file that a thread is still to open may be asked for before. Empty where the system would not tell. */
  get #stat(): StatRow | undefined {
    const known = readStats(this.listing.stats, this.row);
    if (known !== undefined || this.type !== 'file') return known;
    statRows(this.listing, [this.row]);
    return readStats(this.listing.stats, this.row);
  }
}

/** A member in its place. */
export function placedMember(raw: RawMember, place: Pick<Member, 'path' | 'occurrence' | 'role'>): Member {
  if (!(raw instanceof ListedMember || raw instanceof PackedMember)) return { ...raw, ...place };
  raw.path = place.path;
  raw.occurrence = place.occurrence;
  raw.role = place.role;
  return raw;
}

/** Linux: 12 bits of major, 8 + 12 bits of minor (makedev(3)). */
function deviceOf(rdev: number): readonly [number, number] {
  return [(rdev >> 8) & 0xfff, (rdev & 0xff) | ((rdev >> 12) & 0xfff00)];
}

/** The members of a listing, not yet in their places. */
export function* listedMembers(listing: Listing, input: number): Generator<ListedMember> {
  for (let row = 0; row < listing.names.length; row++) yield new ListedMember(listing, row, input);
}
