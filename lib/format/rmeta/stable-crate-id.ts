import { leb128End, leb128Value } from './leb128.js';
import { type CrateRoot, readText, type TextRange } from './root.js';
import { sipHash64 } from './sip-hash.js';

/** What a crate's id was made of. */
export interface CrateIdSource {
  readonly name: string;
  /** Values of `-C metadata`. */
  readonly metadata: readonly string[];
  /** Of the compiler: `1.85.0 (4d91de4e4 2025-02-17)`. */
  readonly version: string;
}

/**
 * `StableCrateId::new` of a library (rustc_span, def_id.rs): its name, the values of `-C metadata`, sorted and each
 * once, that it is a library, and the version of the compiler.
 * @returns eight bytes, little-endian
 */
export function stableCrateId({ name, metadata, version }: CrateIdSource): Buffer {
  const values = [...new Set(metadata)].map((value) => Buffer.from(value)).sort(Buffer.compare);
  const message = Buffer.concat([
    Buffer.from(name),
    Buffer.of(0xff),
    Buffer.from('metadata'),
    ...values.flatMap((value) => [eight(BigInt(value.length)), value]),
    Buffer.from('lib'),
    Buffer.from(version),
  ]);
  return eight(sipHash64(message));
}

function eight(value: bigint): Buffer {
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(value);
  return out;
}

/** Names that rustc has a number for, so that the metadata do not spell them. */
const KNOWN_NAMES = [
  'std',
  'core',
  'alloc',
  'test',
  'proc_macro',
  'compiler_builtins',
  'panic_unwind',
  'panic_abort',
  'unwind',
  'libc',
];

/**
 * What the id that stands in the root was made of, as far as the metadata tell. `-C metadata` itself stands nowhere; cargo
 * before 1.85 gives the same hash to `-C extra-filename`, which does. Undefined where hashing that gives another id.
 */
export function crateIdSource(bytes: Uint8Array, root: CrateRoot): CrateIdSource | undefined {
  const version = textAt(bytes, HEADER);
  if (version?.startsWith(COMPILER) !== true) return undefined;
  const { offset, length } = root.extraFilename;
  const extra = latin1(bytes, { offset, length });
  const candidates = [[], ...(extra.startsWith('-') ? [[extra.slice(1)]] : [])];
  const stored = Buffer.from(bytes.subarray(root.stableCrateId, root.stableCrateId + 8));
  for (const name of crateNames(bytes, root)) {
    for (const metadata of candidates) {
      const source = { name, metadata, version: version.slice(COMPILER.length) };
      if (stableCrateId(source).equals(stored)) return source;
    }
  }
  return undefined;
}

const HEADER = 16;
const COMPILER = 'rustc ';

/** The name is a `Symbol`: its text, a position of its text, or the number of one that the compiler knows. */
function crateNames(bytes: Uint8Array, { hash }: CrateRoot): readonly string[] {
  const at = hash + 16;
  switch (bytes[at]) {
    case 0:
      return listOf(textAt(bytes, at + 1));
    case 1: {
      const end = leb128End(bytes, at + 1);
      return end < 0 ? [] : listOf(textAt(bytes, leb128Value(bytes, at + 1, end)));
    }
    default:
      return KNOWN_NAMES;
  }
}

function listOf(name: string | undefined): readonly string[] {
  return name === undefined ? [] : [name];
}

function textAt(bytes: Uint8Array, at: number): string | undefined {
  const range = readText(bytes, at);
  return range === undefined ? undefined : latin1(bytes, range);
}

function latin1(bytes: Uint8Array, { offset, length }: TextRange): string {
  return Buffer.from(bytes.subarray(offset, offset + length)).toString('latin1');
}
