/** Crate metadata for tests: the header as each version has it, and for 9 and 10 the start of a crate root. */
export interface FixtureRmeta {
  readonly version: number;
  readonly rustc: string;
  readonly triple?: string;
  readonly name?: string;
  /** The name stands in front of the root, which refers to it. */
  readonly referred?: boolean;
}

const HASH = Buffer.from('00112233445566778899aabbccddeeff', 'hex');

export function writeRmeta({
  version,
  rustc,
  triple = 'x86_64-unknown-linux-gnu',
  name,
  referred = false,
}: FixtureRmeta): Buffer {
  const magic = Buffer.from([...Buffer.from('rust\0\0\0'), version]);
  const text = string(rustc);
  const before = referred ? string(name ?? '') : Buffer.alloc(0);
  const position = Buffer.alloc(version >= 9 ? 8 : 4);
  const beforeAt = magic.length + position.length + text.length;
  const symbol =
    name === undefined
      ? Buffer.from([2, 0xba, 0x0e])
      : referred
        ? Buffer.from([1, beforeAt])
        : Buffer.concat([Buffer.of(0), string(name)]);
  const root = Buffer.concat([Buffer.of(0), string(triple), HASH, symbol, Buffer.from([0, 1])]);
  const at = beforeAt + before.length;
  if (version >= 9) position.writeBigUInt64LE(BigInt(at));
  else position.writeUInt32BE(at);
  return Buffer.concat([magic, position, text, before, root, Buffer.from('rust-end-file')]);
}

/** The section `.rustc` of a dylib: compressed up to version 6, from 7 on with a length in front. */
export function writeDylibSection(rmeta: FixtureRmeta, padding = 0): Buffer {
  const { version } = rmeta;
  const body = version <= 7 ? snappyStored(writeRmeta(rmeta)) : writeRmeta(rmeta);
  const length = Buffer.alloc(version >= 9 ? 8 : version >= 7 ? 4 : 0);
  if (version >= 9) length.writeBigUInt64LE(BigInt(body.length));
  else if (version >= 7) length.writeUInt32BE(body.length);
  return Buffer.concat([Buffer.from('rust\0\0\0'), Buffer.of(version), length, body, Buffer.alloc(padding)]);
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of(bytes.length), bytes, Buffer.of(0xc1)]);
}

/** Snappy's framing format with one chunk of one literal. */
function snappyStored(content: Buffer): Buffer {
  const size = Buffer.from([(content.length & 0x7f) | 0x80, content.length >> 7]);
  const block = Buffer.concat([
    size,
    Buffer.from([61 << 2, (content.length - 1) & 0xff, (content.length - 1) >> 8]),
    content,
  ]);
  const head = Buffer.alloc(8);
  head.writeUIntLE(block.length + 4, 1, 3);
  return Buffer.concat([Buffer.from([0xff, 6, 0, 0]), Buffer.from('sNaPpY'), head, block]);
}
