import { createHash } from 'node:crypto';
import { TYPES, type TypeName } from './rpm-header.js';

/** A tag of an rpm to be made for a test: numbers as bigint for `int64`. */
export type RpmFixtureTag = readonly [
  tag: number,
  type: TypeName,
  value: string | Uint8Array | readonly (string | number | bigint)[],
];

export interface RpmFixture {
  /** Tags of the header, beside those made from the payload. */
  readonly header?: readonly RpmFixtureTag[];
  /** Tags of the signature header, beside its size and SHA-256 digest. */
  readonly signature?: readonly RpmFixtureTag[];
  /** The compressed cpio archive. */
  readonly payload: Uint8Array;
  /** `PAYLOADCOMPRESSOR`; no such tag where there is none. */
  readonly compressor?: string;
  /** Whether the signature header says how long header and payload are: true unless told. */
  readonly sized?: boolean;
}

/** An rpm with right digests. */
export function rpmFixture({ header, signature, payload, compressor, sized = true }: RpmFixture): Buffer {
  const digest = createHash('sha256').update(payload).digest('hex');
  const main = rpmHeaderFixture([
    ...(header ?? [[1000, 'string', 'hello']]),
    [1124, 'string', 'cpio'],
    ...(compressor === undefined ? [] : [[1125, 'string', compressor] as const]),
    [5092, 'string-array', [digest]],
    [5093, 'int32', [8]],
  ]);
  const signed = rpmHeaderFixture([
    [273, 'string', createHash('sha256').update(main).digest('hex')],
    ...(sized ? [[1000, 'int32', [main.length + payload.length]] as const] : []),
    ...(signature ?? []),
  ]);
  return Buffer.concat([rpmLeadFixture(), signed, Buffer.alloc(-signed.length & 7), main, payload]);
}

export function rpmLeadFixture(): Buffer {
  const lead = Buffer.alloc(96);
  lead.set([0xed, 0xab, 0xee, 0xdb, 3, 0]);
  lead.write('hello-1-1', 10);
  lead.writeUInt16BE(5, 78);
  return lead;
}

/** One header structure. */
export function rpmHeaderFixture(tags: readonly RpmFixtureTag[]): Buffer {
  let data = Buffer.alloc(0);
  const index = tags.map(([tag, type, value]) => {
    const [number, [, width]] = typeOf(type);
    const bytes = encoded(type, width, value);
    data = Buffer.concat([data, Buffer.alloc(width > 1 ? -data.length & (width - 1) : 0)]);
    const entry = words(tag, number, data.length, countOf(value));
    data = Buffer.concat([data, bytes]);
    return entry;
  });
  return rawRpmHeaderFixture(Buffer.concat(index), data);
}

/** One header structure of an index and data that need not fit each other. */
export function rawRpmHeaderFixture(index: Uint8Array, data: Uint8Array): Buffer {
  return Buffer.concat([words(0x8eade801, 0, index.length / 16, data.length), index, data]);
}

/** One index entry: tag, number of the type, offset, count. */
export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, at * 4);
  return bytes;
}

function typeOf(name: TypeName): [number, (typeof TYPES)[keyof typeof TYPES]] {
  for (const [number, type] of Object.entries(TYPES)) if (type[0] === name) return [Number(number), type];
  throw new Error(`no type ${name}`);
}

function countOf(value: RpmFixtureTag[2]): number {
  return typeof value === 'string' ? 1 : value.length;
}

function encoded(type: TypeName, width: number, value: RpmFixtureTag[2]): Buffer {
  if (typeof value === 'string') return Buffer.from(`${value}\0`);
  if (value instanceof Uint8Array) return Buffer.from(value);
  return Buffer.concat(
    value.map((one) => {
      if (typeof one === 'string') return Buffer.from(`${one}\0`);
      const bytes = Buffer.alloc(width);
      if (type === 'int64') bytes.writeBigUInt64BE(BigInt(one));
      else bytes.writeUIntBE(Number(one), 0, width);
      return bytes;
    }),
  );
}

/** A file in the list of a header to be made for a test: of the mode 644 and root's unless told. */
export interface RpmFixtureFile {
  readonly name: string;
  readonly content?: Uint8Array | string;
  /** With the file type. */
  readonly mode?: number;
  readonly flags?: number;
  readonly linkTarget?: string;
  readonly user?: string;
  readonly group?: string;
  readonly capabilities?: string;
  readonly inode?: number;
  readonly size?: number;
  readonly digest?: string;
}

/** The tags of a header that list its files, as rpmbuild writes them. */
export function rpmFileTags(files: readonly RpmFixtureFile[]): RpmFixtureTag[] {
  const split = files.map(({ name }) => name.lastIndexOf('/') + 1);
  const isFile = ({ mode = 0o100644 }: RpmFixtureFile) => mode >> 12 === 8;
  const digestOf = (file: RpmFixtureFile): string =>
    isFile(file)
      ? createHash('sha256')
          .update(file.content ?? '')
          .digest('hex')
      : '';
  return [
    [1028, 'int32', files.map((file) => file.size ?? Buffer.from(file.content ?? '').length)],
    [1030, 'int16', files.map(({ mode = 0o100644 }) => mode)],
    [1034, 'int32', files.map(() => 0)],
    [1035, 'string-array', files.map((file) => file.digest ?? digestOf(file))],
    [1036, 'string-array', files.map(({ linkTarget = '' }) => linkTarget)],
    [1037, 'int32', files.map(({ flags = 0 }) => flags)],
    [1039, 'string-array', files.map(({ user = 'root' }) => user)],
    [1040, 'string-array', files.map(({ group = 'root' }) => group)],
    [1095, 'int32', files.map(() => 1)],
    [1096, 'int32', files.map(({ inode }, at) => inode ?? at + 1)],
    [1116, 'int32', files.map((_, at) => at)],
    [1117, 'string-array', files.map(({ name }, at) => name.slice(split[at]))],
    [1118, 'string-array', files.map(({ name }, at) => name.slice(0, split[at]))],
    [5010, 'string-array', files.map(({ capabilities = '' }) => capabilities)],
    [5011, 'int32', [8]],
  ];
}
