import { createHash, type Hash } from 'node:crypto';
import { InputError } from '../../error.js';
import { decodeName } from '../name.js';
import type { InnerMember, MemberType, Metadata } from './container.js';
import { typeOfMode } from './file-type.js';
import { numbersOf, type RpmHeader, stringsOf } from './rpm-header.js';

/** The tags that say what rpm lays down, and as what. */
const TAG = {
  OLDFILENAMES: 1027,
  FILESIZES: 1028,
  FILEMODES: 1030,
  FILEMTIMES: 1034,
  FILEDIGESTS: 1035,
  FILELINKTOS: 1036,
  FILEFLAGS: 1037,
  FILEUSERNAME: 1039,
  FILEGROUPNAME: 1040,
  FILEDEVICES: 1095,
  FILEINODES: 1096,
  DIRINDEXES: 1116,
  BASENAMES: 1117,
  DIRNAMES: 1118,
  LONGFILESIZES: 5008,
  FILECAPS: 5010,
  FILEDIGESTALGO: 5011,
} as const;

/** `RPMFILE_GHOST`: the package owns the file, and rpm does not lay it down. */
const GHOST = 1 << 6;

/** Numbers of RFC 9580. */
const DIGESTS: Readonly<Record<number, string>> = {
  1: 'md5',
  2: 'sha1',
  8: 'sha256',
  9: 'sha384',
  10: 'sha512',
  11: 'sha224',
};

/** One file as the header lists it. */
interface ListedFile {
  readonly type: MemberType;
  /** `mode & 0o7777` */
  readonly mode: number;
  readonly isGhost: boolean;
  readonly size: number | undefined;
  readonly mtime: number | undefined;
  /** Lower-case hex; empty where the header has none. */
  readonly digest: string;
  readonly linkTarget: string;
  readonly uname: string | undefined;
  readonly gname: string | undefined;
  /** As text, see cap_from_text(3); empty where it has none. */
  readonly capabilities: string;
  /** Files with equal ones are links to one file. */
  readonly inode: string;
}

/**
 * The members of the payload with the metadata that the header gives them; see `RpmFiles`.
 * @throws InputError where the two contradict each other or the header's list is malformed, after the last member
 */
export async function* heldToHeader<M extends InnerMember>(
  members: AsyncIterable<M>,
  header: RpmHeader,
): AsyncGenerator<M, void, undefined> {
  let files: RpmFiles;
  try {
    files = new RpmFiles(header);
  } catch (error) {
    yield* members;
    throw error;
  }
  yield* files.hold(members);
}

/**
 * The files that the header of a package lists. rpm takes the contents from the payload and all else from here, so this is
 * what counts; where the payload says something else, other programs unpack another thing than rpm installs.
 */
class RpmFiles {
  readonly #files = new Map<string, ListedFile>();
  readonly #digest: string;

  /** @throws InputError where the list is malformed, or a tag of it stands twice */
  constructor(private readonly header: RpmHeader) {
    assertOnce(header);
    const algorithm = numbersOf(header, TAG.FILEDIGESTALGO)?.[0] ?? 1;
    const digest = DIGESTS[algorithm];
    if (digest === undefined) throw this.#error(`its files have digests of unknown algorithm ${algorithm}`);
    this.#digest = digest;
    this.#read();
  }

  /**
   * The members of the payload, with the metadata that the header gives them.
   * @throws InputError for the first member on which header and payload disagree, once all have been handed on
   */
  async *hold<M extends InnerMember>(members: AsyncIterable<M>): AsyncGenerator<M, void, undefined> {
    const missing = new Set<string>();
    for (const [name, file] of this.#files) if (!file.isGhost) missing.add(name);
    let first: InputError | undefined;
    for await (const member of members) {
      if (member.role !== 'content') {
        yield member;
        continue;
      }
      const refuse = (what: string): void => {
        first ??= new InputError(
          what,
          { member: [...member.via, member.name] },
          'rpm goes by the header, other programs by the payload: do not trust the package',
        );
      };
      const name = plain(member.name);
      const file = this.#files.get(name);
      missing.delete(name);
      if (file === undefined) {
        refuse(
          'it is in the payload of the rpm, but no file of that name is listed in its header (BASENAMES)',
        );
        yield member;
        continue;
      }
      this.#holdMetadata(member, file, refuse);
      yield {
        ...member,
        metadata: amended(member.metadata, file),
        content: this.#watched(member, file, refuse),
      };
    }
    if (first !== undefined) throw first;
    for (const name of missing) {
      throw new InputError('the header of the rpm lists it (BASENAMES), but it is not in the payload', {
        member: [name],
      });
    }
  }

  #holdMetadata(member: InnerMember, file: ListedFile, refuse: (what: string) => void): void {
    const { metadata, hardLink } = member;
    const differ = (tag: string, header: string, payload: string): void =>
      refuse(`the header of the rpm says ${tag} ${header}, its payload ${payload}`);
    if (file.isGhost)
      refuse('it is in the payload, but the header says that it is not laid down (FILEFLAGS ghost)');
    if (file.type !== metadata.type) {
      differ('FILEMODES', file.type, metadata.type);
      return;
    }
    // That of a symlink means nothing.
    if (metadata.type !== 'symlink' && metadata.mode !== undefined && file.mode !== metadata.mode)
      differ('FILEMODES', octal(file.mode), octal(metadata.mode));
    if (metadata.type === 'symlink' && file.linkTarget !== metadata.linkTarget)
      differ('FILELINKTOS', JSON.stringify(file.linkTarget), JSON.stringify(metadata.linkTarget));
    if (hardLink !== undefined && this.#files.get(plain(hardLink))?.inode !== file.inode)
      refuse('its payload says that it is a hard link, its header (FILEINODES) that it is not');
  }

  /** The content, its length and digest held to the header's once it has been read. */
  async *#watched(
    { content, metadata, hardLink }: InnerMember,
    { size, digest, type }: ListedFile,
    refuse: (what: string) => void,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    if (metadata.type !== 'file' || type !== 'file' || hardLink !== undefined) {
      yield* content;
      return;
    }
    let length = 0;
    const hash: Hash | undefined = digest === '' ? undefined : createHash(this.#digest);
    for await (const chunk of content) {
      length += chunk.length;
      hash?.update(chunk);
      yield chunk;
    }
    if (size !== undefined && size !== length)
      refuse(`the header of the rpm says FILESIZES ${size}, its payload has ${length} bytes`);
    if (hash !== undefined && hash.digest('hex') !== digest)
      refuse('its content does not have the digest that the header of the rpm says (FILEDIGESTS)');
  }

  #read(): void {
    const names = this.#names();
    const count = names.length;
    const numbers = (tag: number): readonly number[] | undefined => {
      const values = numbersOf(this.header, tag);
      return values === undefined ? undefined : this.#counted(tag, values, count);
    };
    const strings = (tag: number): readonly string[] | undefined => {
      const values = stringsOf(this.header, tag)?.map(decodeName);
      return values === undefined ? undefined : this.#counted(tag, values, count);
    };
    const modes = numbers(TAG.FILEMODES);
    if (count > 0 && modes === undefined) throw this.#error('it lists files without their modes');
    const sizes = numbers(TAG.LONGFILESIZES) ?? numbers(TAG.FILESIZES);
    const mtimes = numbers(TAG.FILEMTIMES);
    const digests = strings(TAG.FILEDIGESTS);
    const targets = strings(TAG.FILELINKTOS);
    const flags = numbers(TAG.FILEFLAGS);
    const users = strings(TAG.FILEUSERNAME);
    const groups = strings(TAG.FILEGROUPNAME);
    const capabilities = strings(TAG.FILECAPS);
    const devices = numbers(TAG.FILEDEVICES);
    const inodes = numbers(TAG.FILEINODES);
    for (const [at, name] of names.entries()) {
      const mode = (modes?.[at] ?? 0) & 0xffff;
      const type = typeOfMode(mode);
      if (type === undefined) throw this.#error(`${JSON.stringify(name)} is of no known file type`);
      if (this.#files.has(name)) throw this.#error(`it lists ${JSON.stringify(name)} twice`);
      this.#files.set(name, {
        type,
        mode: mode & 0o7777,
        isGhost: ((flags?.[at] ?? 0) & GHOST) !== 0,
        size: sizes?.[at],
        mtime: mtimes?.[at],
        digest: digests?.[at]?.toLowerCase() ?? '',
        linkTarget: targets?.[at] ?? '',
        uname: users?.[at],
        gname: groups?.[at],
        capabilities: capabilities?.[at] ?? '',
        inode: inodes === undefined ? `of its own ${at}` : `${devices?.[at] ?? 0},${inodes[at]}`,
      });
    }
    this.#assertLinksAlike();
  }

  /** rpm writes the content of any link into the one file that all of them are. */
  #assertLinksAlike(): void {
    const firsts = new Map<string, ListedFile>();
    for (const [name, file] of this.#files) {
      if (file.type !== 'file' || file.isGhost) continue;
      const first = firsts.get(file.inode);
      if (first === undefined) firsts.set(file.inode, file);
      else if (!isAlike(first, file))
        throw this.#error(`${JSON.stringify(name)} is a link (FILEINODES) to a file that is another one`);
    }
  }

  #names(): string[] {
    const baseNames = stringsOf(this.header, TAG.BASENAMES)?.map(decodeName);
    const oldNames = stringsOf(this.header, TAG.OLDFILENAMES)?.map(decodeName);
    if (baseNames === undefined) return (oldNames ?? []).map(plain);
    if (oldNames !== undefined) throw this.#error('it lists files in two ways (BASENAMES, OLDFILENAMES)');
    const folders = stringsOf(this.header, TAG.DIRNAMES)?.map(decodeName) ?? [];
    const indices = this.#counted(
      TAG.DIRINDEXES,
      numbersOf(this.header, TAG.DIRINDEXES) ?? [],
      baseNames.length,
    );
    return baseNames.map((name, at) => {
      const folder = folders[indices[at] ?? -1];
      if (folder === undefined) throw this.#error(`${JSON.stringify(name)} is in no directory that it lists`);
      return plain(folder + name);
    });
  }

  #counted<T>(tag: number, values: readonly T[], count: number): readonly T[] {
    if (values.length === count) return values;
    throw this.#error(`the tag with number ${tag} has ${values.length} values for ${count} files`);
  }

  #error(what: string): InputError {
    return new InputError(`the header of the rpm is malformed: ${what}`, { offset: this.header.start });
  }
}

function amended(metadata: Metadata, file: ListedFile): Metadata {
  const { uname, gname, mtime, capabilities } = file;
  if (metadata.type !== file.type) return metadata;
  return {
    ...metadata,
    mode: metadata.type === 'symlink' ? metadata.mode : file.mode,
    ...(metadata.type === 'symlink' && { linkTarget: file.linkTarget }),
    ...(mtime !== undefined && { mtime }),
    // The numbers in the payload are those of the machine that it was made on, and nobody goes by them.
    ...(uname !== undefined && { uname, uid: uname === 'root' ? 0 : undefined }),
    ...(gname !== undefined && { gname, gid: gname === 'root' ? 0 : undefined }),
    ...(capabilities !== '' && { extra: { ...metadata.extra, capabilities } }),
  };
}

/** rpm takes the last of them, other readers the first. */
function assertOnce(header: RpmHeader): void {
  const acted: ReadonlySet<number> = new Set(Object.values(TAG));
  const seen = new Set<number>();
  for (const { tag } of header.tags) {
    if (acted.has(tag) && seen.has(tag)) {
      throw new InputError(`the tag with number ${tag} stands twice in the header of the rpm`, {
        offset: header.start,
      });
    }
    seen.add(tag);
  }
}

function isAlike(a: ListedFile, b: ListedFile): boolean {
  const keys = ['mode', 'size', 'digest', 'uname', 'gname', 'capabilities'] as const;
  return keys.every((key) => a[key] === b[key]);
}

/** The payload has `./usr/bin/rustc` or `/usr/bin/rustc` for the header's `/usr/bin/rustc`. */
function plain(name: string): string {
  return name.replace(/^\.?\//, '');
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
