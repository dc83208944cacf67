import { InputError } from '../../error.js';
import { Bits } from './bits.js';
import { type BlockMemory, decodeBlock, Unpacking } from './bzip2-block.js';
import type { Codec } from './codec.js';

/**
 * .bz2: streams one after the other, each of blocks. The libraries for it either leave checksums unverified or
 * want the whole file in memory. There is no specification but the original program; Joe Tsai's write-up is
 * followed, and its names are used: https://github.com/dsnet/compress/blob/master/doc/bzip2-format.pdf
 */
export const bzip2: Codec = {
  id: 'bzip2',
  detect(head) {
    const [b, z, h, level = 0] = head;
    if (b !== 0x42 || z !== 0x5a || h !== 0x68 || level < 0x31 || level > 0x39) return false;
    const magic = Buffer.from(head.subarray(4, 10)).toString('hex');
    return BLOCK_MAGIC.startsWith(magic) || END_MAGIC.startsWith(magic);
  },
  async *decode(input) {
    const bits = new Bits('bzip2', input);
    const memory: BlockMemory = { chain: new Uint32Array(0) };
    try {
      await bits.fill(BLOCK_ENCODED_MAX);
      for (;;) {
        yield* decodeStream(bits, memory);
        bits.align();
        await bits.fill(BLOCK_ENCODED_MAX);
        if (bits.ended) return;
        if (bits.peekByte() !== 0x42) {
          const what = 'the end of the bzip2 stream is followed by bytes that are not part of it';
          throw new InputError(what, { offset: bits.offset });
        }
      }
    } finally {
      await bits.close();
    }
  },
};

const BLOCK_MAGIC = '314159265359';
const END_MAGIC = '177245385090';

/**
 * More bytes than any block that a compressor would write: 900,001 symbols of 20 bits, 32,767 selectors of
 * 6 bits and 6 tables of 258 lengths, each a few bits.
 */
const BLOCK_ENCODED_MAX = 2_400_000;

async function* decodeStream(bits: Bits, memory: BlockMemory): AsyncGenerator<Uint8Array, void, undefined> {
  const offset = bits.offset;
  const level = bits.read(8) === 0x42 && bits.read(16) === 0x5a68 ? bits.read(8) - 0x30 : 0;
  if (level < 1 || level > 9) throw new InputError('this is not a bzip2 stream', { offset });
  const out = Buffer.allocUnsafeSlow(OUTPUT_SIZE);
  let streamCrc = 0;
  for (;;) {
    const start = bits.offset;
    const magic = hex24(bits.read(24)) + hex24(bits.read(24));
    const storedCrc = bits.read(32);
    if (magic === END_MAGIC) {
      if (storedCrc === streamCrc) return;
      throw new InputError('the bzip2 stream does not have the checksum that it should', { offset: start });
    }
    if (magic !== BLOCK_MAGIC) throw new InputError('the bzip2 stream is damaged', { offset: start });
    const unpacking = new Unpacking(decodeBlock(bits, memory, level * 100_000, start));
    while (!unpacking.done) {
      const filled = unpacking.fill(out);
      if (unpacking.done && unpacking.crc !== storedCrc) {
        const what = 'the content of the bzip2 block does not have the checksum that it should';
        throw new InputError(what, { offset: start });
      }
      yield out.subarray(0, filled);
    }
    streamCrc = (((streamCrc << 1) | (streamCrc >>> 31)) ^ storedCrc) >>> 0;
    await bits.fill(BLOCK_ENCODED_MAX);
  }
}

const OUTPUT_SIZE = 1 << 18;

function hex24(value: number): string {
  return value.toString(16).padStart(6, '0');
}
