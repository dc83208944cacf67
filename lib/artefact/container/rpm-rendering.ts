import { isUtf8 } from 'node:buffer';
import type { RpmHeader, RpmTag } from './rpm-header.js';

/** A header as text: its size in bytes, and the text in pieces. */
export interface Rendering {
  readonly size: number;
  content(): AsyncGenerator<Uint8Array, void, undefined>;
}

/** So many zeros, and more, are counted and not shown. */
const ZEROS = 64;

/** Bytes that are turned into one piece of text; longer strings are shown as hex. */
const PIECE = 32 * 1024;

/**
 * One line a tag, in stored order: number, name (where it has one), type, values. Values are JSON: numbers
 * (unsigned) and strings in an array, but alone for type `string`; `{"hex":…}` for `bin`, for strings that are
 * not UTF-8 and for very long ones, `{"zeros":…}` where all of them are 0. Two headers of equal text have equal tags.
 * @param elsewhere Tags whose values stand in a text of their own, and what that is called.
 */
export function renderRpmHeader(
  header: RpmHeader,
  names: Readonly<Record<number, string>>,
  elsewhere?: Elsewhere,
): Rendering {
  let size = 0;
  for (const piece of pieces(header, names, elsewhere)) size += Buffer.byteLength(piece);
  return {
    size,
    async *content() {
      for (const piece of pieces(header, names, elsewhere)) yield Buffer.from(piece);
    },
  };
}

export interface Elsewhere {
  readonly tags: ReadonlySet<number>;
  readonly name: string;
}

function* pieces(
  header: RpmHeader,
  names: Readonly<Record<number, string>>,
  elsewhere: Elsewhere | undefined,
): Generator<string> {
  let text = '';
  for (const tag of header.tags) {
    const name = names[tag.tag];
    text += `${tag.tag} ${name === undefined ? '' : `${name} `}${tag.type} `;
    if (elsewhere?.tags.has(tag.tag) === true) {
      text += `in ${elsewhere.name}\n`;
      continue;
    }
    for (const token of tokens(tag)) {
      text += token;
      if (text.length < PIECE) continue;
      yield text;
      text = '';
    }
    text += '\n';
  }
  yield text;
  for (const stray of header.strays) {
    yield `data at ${stray.offset} of no tag `;
    yield* hex(stray.data);
    yield '\n';
  }
}

function* tokens(tag: RpmTag): Generator<string> {
  switch (tag.type) {
    case 'bin':
      yield* hex(tag.data);
      return;
    case 'string':
      yield* string(tag.data.subarray(0, -1));
      return;
    case 'string-array':
    case 'i18n-string':
      yield* strings(tag.data);
      return;
    case 'char':
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
      yield* numbers(tag);
      return;
    default:
      tag.type satisfies never;
  }
}

function* numbers({ data, count }: RpmTag): Generator<string> {
  const width = data.length / count;
  for (let at = 0; at < data.length; at += width) {
    const value = width === 8 ? data.readBigUInt64BE(at) : data.readUIntBE(at, width);
    yield `${at === 0 ? '[' : ','}${value}`;
  }
  yield ']';
}

/** In batches: a header may have millions of strings. */
function* strings(data: Buffer): Generator<string> {
  for (let at = 0; at < data.length; ) {
    let end = data.lastIndexOf(0, Math.min(at + PIECE, data.length) - 1);
    if (end < at) end = data.indexOf(0, at);
    const batch = data.subarray(at, end);
    yield at === 0 ? '[' : ',';
    if (batch.length <= PIECE && isUtf8(batch)) {
      const values = batch.toString('utf8').split('\0');
      yield values.map((value) => JSON.stringify(value)).join(',');
    } else {
      yield* oddStrings(batch);
    }
    at = end + 1;
  }
  yield ']';
}

/** Strings of which one is not UTF-8, or a single long one. */
function* oddStrings(batch: Buffer): Generator<string> {
  for (let at = 0; at <= batch.length; ) {
    const nul = batch.indexOf(0, at);
    const end = nul === -1 ? batch.length : nul;
    if (at > 0) yield ',';
    yield* string(batch.subarray(at, end));
    at = end + 1;
  }
}

function* string(bytes: Buffer): Generator<string> {
  if (bytes.length <= PIECE && isUtf8(bytes)) yield JSON.stringify(bytes.toString('utf8'));
  else yield* hex(bytes);
}

function* hex(bytes: Buffer): Generator<string> {
  // RESERVEDSPACE of every signature header is 4 KiB of zeros.
  if (bytes.length >= ZEROS && bytes.every((byte) => byte === 0)) {
    yield `{"zeros":${bytes.length}}`;
    return;
  }
  yield '{"hex":"';
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.toString('hex', at, at + PIECE);
  yield '"}';
}
