import type { ByteStream } from '../codec/codec.js';
import type { Limits } from '../limits.js';

export type MemberType =
  | 'file'
  | 'directory'
  | 'symlink'
  | 'fifo'
  | 'socket'
  | 'character-device'
  | 'block-device';

/** Setuid, setgid and sticky, of a mode. */
export const SPECIAL_BITS = 0o7000;

/** What a container stores about a member beside its content; a field it does not store is absent. */
export interface Metadata {
  readonly type: MemberType;
  /** Permission bits with setuid, setgid and sticky: `mode & 0o7777`. */
  readonly mode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly uname?: string | undefined;
  readonly gname?: string | undefined;
  /** Seconds since the epoch, with a fraction where the container has one. */
  readonly mtime?: number | undefined;
  /** A symlink's target, exact (see name.ts). */
  readonly linkTarget?: string | undefined;
  /** Major and minor number of a device. */
  readonly device?: readonly [number, number] | undefined;
  /** Anything more the header says (pax records such as xattrs, rpm file flags), by its own name. */
  readonly extra?: Readonly<Record<string, string>> | undefined;
}

/** One member as its container tells it. Only of a packed member may the size be unknown. */
export type Entry = PlainEntry | PackedEntry;

/** A member that is handed on as it is. */
export interface PlainEntry extends EntryFields {
  /** Bytes of content; 0 for anything that is not a file. */
  readonly size: number;
  readonly unpack?: false | undefined;
}

/** A member whose content is itself to be unpacked in its place (data.tar.xz of a .deb, an rpm's payload). */
export interface PackedEntry extends EntryFields {
  /** Bytes of content; undefined where that is not known until it has been read: it then ends with the stream. */
  readonly size: number | undefined;
  readonly unpack: true;
  /**
   * Gives the members found inside what the outer container says of them; an InputError where the two contradict each
   * other, thrown after the last member.
   */
  readonly hold?:
    | (<M extends InnerMember>(members: AsyncIterable<M>) => AsyncGenerator<M, void, undefined>)
    | undefined;
}

/** A member found inside a packed one. */
export interface InnerMember extends Pick<EntryFields, 'name' | 'metadata' | 'hardLink' | 'role'> {
  readonly content: ByteStream;
  /** Names of the members that had to be unpacked on the way to it, outermost first. */
  readonly via: readonly string[];
}

interface EntryFields {
  /** The name as stored, exact (see name.ts), `./` and `/` included. */
  readonly name: string;
  readonly metadata: Metadata;
  /** Where the content starts in the container's own bytes; absent where the content is not stored as it is. */
  readonly contentOffset?: number | undefined;
  /**
   * Set on a hard link: the name, as stored, of the member of the same container whose content this is.
   * `size` is then 0. That member has always been handed on before (of several of that name, the last one).
   * A cpio archive stores the content with the last of its links: there the links stored before it are held
   * back and follow it, the one case in which members are not handed on in stored order.
   */
  readonly hardLink?: string | undefined;
  /**
   * `content` is part of the artefact; `package` is what the container says about itself (an rpm's header, a
   * .deb's control archive, bytes after an archive's end).
   */
  readonly role: 'content' | 'package';
}

export interface EntryWithContent {
  readonly entry: Entry;
  /**
   * Exactly `entry.size` bytes, where that is known. Must be read to its end, or left with `return()`, before
   * the next entry is asked for; a reader that is asked for the next entry skips what is left.
   */
  readonly content: ByteStream;
}

/**
 * One archive format. `read` yields every member in stored order (but see `hardLink`), duplicates included, or
 * throws an `InputError` with the offset in the container's bytes; it never ends silently on input that is cut
 * off.
 * Names are handed on as they are: what they mean on a disk is nobody's business, since none becomes a path.
 */
export interface Container {
  readonly id: 'tar' | 'ar' | 'deb' | 'rpm' | 'cpio';
  /** Whether the first bytes of a stream (up to `CONTAINER_HEAD` of them) are of this format. */
  detect(head: Uint8Array): boolean;
  read(input: ByteStream, limits: Limits): AsyncGenerator<EntryWithContent, void, undefined>;
}

/** Bytes that `detect` wants to see: a tar header is the longest. */
export const CONTAINER_HEAD = 512;
