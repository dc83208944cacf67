import { InputError } from '../../error.js';
import type { Elf } from '../elf.js';
import { SYSV_NAME_HASH } from './name-hash.js';
import { type RecordKind, RecordReader, recordLayout } from './record.js';
import type { Section } from './section.js';
import { StringTable } from './string-table.js';

const SHT_GNU_verdef = 0x6ffffffd;
const SHT_GNU_verneed = 0x6ffffffe;
const SHT_GNU_versym = 0x6fffffff;

/** The four structures of symbol versions (LSB 5, "Symbol Versioning"), for `readFields`; alike in both classes. */
export const VERNEED = both('version need', [
  ['vn_version', 2],
  ['vn_cnt', 2],
  ['vn_file', 4],
  ['vn_aux', 4],
  ['vn_next', 4],
]);
export const VERNAUX = both('needed version', [
  ['vna_hash', 4],
  ['vna_flags', 2],
  ['vna_other', 2],
  ['vna_name', 4],
  ['vna_next', 4],
]);
export const VERDEF = both('version definition', [
  ['vd_version', 2],
  ['vd_flags', 2],
  ['vd_ndx', 2],
  ['vd_cnt', 2],
  ['vd_hash', 4],
  ['vd_aux', 4],
  ['vd_next', 4],
]);
export const VERDAUX = both('name of a version', [
  ['vda_name', 4],
  ['vda_next', 4],
]);

/** Records of one section; real ones have fewer than 1,000. */
const MOST_RECORDS = 1 << 16;

/** One version of a library, as the file asks for it. */
export interface NeededVersion {
  /** Of the Vernaux in the file. */
  readonly offset: number;
  readonly name: string;
  readonly flags: number;
  /** What `.gnu.version` calls it. */
  readonly index: number;
  /** Whether vna_hash is the hash of the name. */
  readonly hashFollows: boolean;
}

export interface VersionNeed {
  /** Of the Verneed in the file. */
  readonly offset: number;
  /** `libc.so.6`. */
  readonly file: string;
  readonly versions: readonly NeededVersion[];
}

export interface VersionDefinition {
  /** Of the Verdef in the file. */
  readonly offset: number;
  readonly flags: number;
  /** What `.gnu.version` calls it. */
  readonly index: number;
  /** Its own name, then those of its predecessors, and where the Verdaux of each lies. */
  readonly names: readonly { readonly offset: number; readonly name: string }[];
  /** Whether vd_hash is the hash of its own name. */
  readonly hashFollows: boolean;
}

export interface Versions {
  /** `.gnu.version`: two bytes a dynamic symbol, in the table's order; bit 15 says that the version is hidden. */
  readonly symbols:
    | { readonly offset: number; readonly entrySize: 2; readonly index: Uint16Array }
    | undefined;
  readonly needs: readonly VersionNeed[];
  readonly definitions: readonly VersionDefinition[];
}

/** @throws InputError where a record goes beyond its section, or the records of one overlap */
export function readVersions(elf: Elf): Versions {
  const of = (type: number) => elf.sections.find((s) => s.sh_type === type && s.fileSize > 0);
  const [symbols, needs, definitions] = [of(SHT_GNU_versym), of(SHT_GNU_verneed), of(SHT_GNU_verdef)];
  return {
    symbols: symbols === undefined ? undefined : readIndices(elf, symbols),
    needs: needs === undefined ? [] : readNeeds(elf, needs),
    definitions: definitions === undefined ? [] : readDefinitions(elf, definitions),
  };
}

function readIndices(elf: Elf, section: Section): Versions['symbols'] {
  const content = elf.bytes.read(section.sh_offset, section.fileSize);
  const index = new Uint16Array(section.fileSize >>> 1);
  for (let at = 0; at < index.length; at += 1) {
    index[at] = elf.header.littleEndian ? content.readUInt16LE(2 * at) : content.readUInt16BE(2 * at);
  }
  return { offset: section.sh_offset, entrySize: 2, index };
}

function readNeeds(elf: Elf, section: Section): VersionNeed[] {
  const chain = new Chain(elf, section);
  const needs: VersionNeed[] = [];
  const verneed = chain.reader(VERNEED);
  const vernaux = chain.reader(VERNAUX);
  for (let at: number | undefined = 0; at !== undefined; ) {
    chain.enter(verneed, at);
    const count = verneed.number('vn_cnt');
    const file = chain.name(verneed.number('vn_file'), at);
    const next = verneed.number('vn_next');
    const versions: NeededVersion[] = [];
    let auxAt = at + verneed.number('vn_aux');
    for (let left = count; left > 0; left -= 1) {
      chain.enter(vernaux, auxAt);
      const name = chain.name(vernaux.number('vna_name'), auxAt);
      versions.push({
        offset: section.sh_offset + auxAt,
        name,
        flags: vernaux.number('vna_flags'),
        index: vernaux.number('vna_other'),
        hashFollows: vernaux.number('vna_hash') === hashOf(name),
      });
      auxAt += vernaux.number('vna_next');
    }
    needs.push({ offset: section.sh_offset + at, file, versions });
    at = next === 0 ? undefined : at + next;
  }
  return needs;
}

function readDefinitions(elf: Elf, section: Section): VersionDefinition[] {
  const chain = new Chain(elf, section);
  const definitions: VersionDefinition[] = [];
  const verdef = chain.reader(VERDEF);
  const verdaux = chain.reader(VERDAUX);
  for (let at: number | undefined = 0; at !== undefined; ) {
    chain.enter(verdef, at);
    const next = verdef.number('vd_next');
    const hash = verdef.number('vd_hash');
    const [flags, index] = [verdef.number('vd_flags'), verdef.number('vd_ndx')];
    const names: { offset: number; name: string }[] = [];
    let auxAt = at + verdef.number('vd_aux');
    for (let left = verdef.number('vd_cnt'); left > 0; left -= 1) {
      chain.enter(verdaux, auxAt);
      names.push({ offset: section.sh_offset + auxAt, name: chain.name(verdaux.number('vda_name'), auxAt) });
      auxAt += verdaux.number('vda_next');
    }
    const own = names[0]?.name;
    const hashFollows = own !== undefined && hash === hashOf(own);
    definitions.push({ offset: section.sh_offset + at, flags, index, names, hashFollows });
    at = next === 0 ? undefined : at + next;
  }
  return definitions;
}

/** Records of a section that name where the next one is; each byte belongs to one of them at most. */
class Chain {
  private readonly content: Buffer;
  private readonly nameAt: (index: number, from?: number) => string;
  private room: number;
  private records = 0;

  constructor(
    private readonly elf: Elf,
    private readonly section: Section,
  ) {
    this.content = Buffer.from(elf.bytes.read(section.sh_offset, section.fileSize));
    this.room = this.content.length;
    const strings = elf.sections[section.sh_link];
    this.nameAt = new StringTable(
      elf.bytes,
      strings?.sh_offset ?? 0,
      strings?.fileSize ?? 0,
      strings?.name ?? 'string table',
    ).budgeted();
  }

  reader<N extends string>(kind: RecordKind<N>): RecordReader<N> {
    return new RecordReader(kind, this.elf.header, this.content);
  }

  enter<N extends string>(reader: RecordReader<N>, at: number): void {
    const { size } = reader.layout;
    this.room -= size;
    this.records += 1;
    if (this.records > MOST_RECORDS) {
      throw new InputError(`${this.section.name} has more than ${MOST_RECORDS} records`, {
        offset: this.section.sh_offset + at,
      });
    }
    if (at + size > this.content.length || this.room < 0) {
      const what = this.room < 0 ? 'overlap' : 'go beyond its end';
      throw new InputError(`the records of ${this.section.name} ${what}`, {
        offset: this.section.sh_offset + at,
      });
    }
    reader.seek(at, this.section.sh_offset + at);
  }

  name(index: number, at: number): string {
    return this.nameAt(index, this.section.sh_offset + at);
  }
}

function hashOf(name: string): number {
  let hash = SYSV_NAME_HASH.first;
  for (const byte of Buffer.from(name)) hash = SYSV_NAME_HASH.next(hash, byte);
  return hash;
}

function both<N extends string>(what: string, fields: readonly (readonly [N, number])[]): RecordKind<N> {
  const layout = recordLayout<N>(0, fields);
  return { what, 32: layout, 64: layout };
}
