import type { MemberType, Metadata } from './container/container.js';
import type { ContentRef, Member } from './member.js';
import {
  type PackedMembers,
  packedDigest,
  packedNumber,
  packedRole,
  packedText,
  packedType,
  packedVia,
} from './packed-members.js';

/** A member of an archive. It looks its facts up in the archive's columns when asked, as a `ListedMember` does. */
export class PackedMember implements Member, Metadata {
  path = '';
  occurrence = 0;
  role: Member['role'];

  constructor(
    readonly packed: PackedMembers,
    readonly row: number,
    readonly input: number,
  ) {
    this.role = packedRole(packed, row);
  }

  get name(): string {
    return this.packed.names[this.row] ?? '';
  }

  get via(): readonly string[] {
    return packedVia(this.packed, this.row);
  }

  get size(): number {
    return packedNumber(this.packed, this.row, 'size') ?? 0;
  }

  get digest(): string | undefined {
    return packedDigest(this.packed, this.row);
  }

  get hardLink(): string | undefined {
    return packedText(this.packed, this.row, 'hardLink');
  }

  get content(): ContentRef | undefined {
    const offset = packedNumber(this.packed, this.row, 'offset');
    return offset === undefined
      ? undefined
      : { kind: 'spool', fd: this.packed.fd, offset, length: this.size };
  }

  /** Its own metadata: nothing is made for those whom nobody asks. */
  get metadata(): Metadata {
    return this;
  }

  get type(): MemberType {
    return packedType(this.packed, this.row);
  }

  get mode(): number | undefined {
    return packedNumber(this.packed, this.row, 'mode');
  }

  get uid(): number | undefined {
    return packedNumber(this.packed, this.row, 'uid');
  }

  get gid(): number | undefined {
    return packedNumber(this.packed, this.row, 'gid');
  }

  get mtime(): number | undefined {
    return packedNumber(this.packed, this.row, 'mtime');
  }

  get uname(): string | undefined {
    return packedText(this.packed, this.row, 'uname');
  }

  get gname(): string | undefined {
    return packedText(this.packed, this.row, 'gname');
  }

  get linkTarget(): string | undefined {
    return packedText(this.packed, this.row, 'linkTarget');
  }

  get device(): Metadata['device'] {
    return this.packed.extras.get(this.row)?.device;
  }

  get extra(): Metadata['extra'] {
    return this.packed.extras.get(this.row)?.extra;
  }
}

/** The members of an archive, not yet in their places. */
export function* packedMembers(packed: PackedMembers, input: number): Generator<PackedMember> {
  for (let row = 0; row < packed.names.length; row++) yield new PackedMember(packed, row, input);
}
