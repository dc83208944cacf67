import { gzipSync } from 'node:zlib';
import { check, xzSync } from 'node-liblzma';
import { TrustdiffError } from '../../error.js';
import { DEFAULT_LIMITS, type Limits } from '../limits.js';
import type { ByteStream, Codec } from './codec.js';

/** What every sample decodes to: 672 bytes that compress a little. */
export const CONTENT = Buffer.from(
  Array.from({ length: 24 }, (_, index) => {
    const hash = ((index * 2654435761) % 2 ** 32).toString(16).padStart(8, '0');
    return `librustc_driver-${hash}.so\n`;
  }).join(''),
);

/** One small stream of each format, with a checksum of its content. */
export const SAMPLES: Readonly<Record<Codec['id'], Buffer>> = {
  gzip: gzipSync(CONTENT),
  xz: xzSync(CONTENT, { check: check.CRC64 }),
  // zstd -19 content
  zstd: Buffer.from(
    [
      'KLUv/WSgASUFAKJMIRSQGXTAililKPHuupZhSFpvu8sVJwADQoDuvn90ZFicxXKfU7960oyNSA4fX4Ke5z/DNa+T423IKCtX',
      '1Byo/U2mc3DVlqK3RYkcs/pgJU4KYdF/ZjbvzmOTVZId0eayNRxng1N83p1I03eqTY7ej2m2IJIXgAEhGIGDLwiHHnACoTgs',
      'oRAZqCBESAR9z+BZ5hCGhE+EH05h55omQYF8XXdTNFNl3Q==',
    ].join(''),
    'base64',
  ),
  // bzip2 -1 content
  bzip2: Buffer.from(
    [
      'QlpoMTFBWSZTWQfUQAoAANbbgAQQAAN/4AAAvySfADAA6TBKgUz0NDU0Jk0CKn4AjIoADQKlRGnqMgMjGp6iXQDuwHW3WjYh',
      'zDHD65zfmG/L/bYnd5xG+NJbDFgwuW2gwazlStreSnQooHhkO6K6Xm26dsA6hDu6lGEJbpx0inbSediwTYPo6dtZPpBTqYFQ',
      'Q0jcB1p6SVqU0arKE0jeMegHbWettmx4A6lU1q+apMT0zdgOuiyZFTNN4Jf8A7NqU1hjWt18BNhKiWExEoJ4EsJ+EwEoJUT+',
      'LuSKcKEgD6iAFA==',
    ].join(''),
    'base64',
  ),
};

/** zstd -19 < content: a window descriptor in place of the content's size. */
export const ZSTD_PIPED = Buffer.from(
  [
    'KLUv/QRoJQUAokwhFJAZdMCKWKUo8e66lmFIWm+7yxUnAANCgO6+f3RkWJzFcp9Tv3rSjI1IDh9fgp7nP8M1r5PjbcgoK1fU',
    'HKj9TaZzcNWWordFiRyz+mAlTgph0X9mNu/OY5NVkh3R5rI1HGeDU3zenUjTd6pNjt6PabYgkheAASEYgYMvCIcecAKhOCyh',
    'EBmoIERIBH3P4FnmEIaET4QfTmHnmiZBgXxdd1M0U2Xd',
  ].join(''),
  'base64',
);

/** xz --extreme --block-size=200 content: four blocks. */
export const XZ_BLOCKS = Buffer.from(
  [
    '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4ADHAFVdADYaSGtVTZ/yyKrK7icdzvNRO3Ah2qSFa/WQRWITwbiXDywwuPhBE0jJ',
    'Wqh0RU1GTJNSc/tRrjwwaMfjdHh6A1/eI1Uomv7inY4JTD6KYPGjyV963QAAAAAAAXkvAwpM3aECACEBFgAAAHQv5aPgAMcA',
    'W10AOpzK3gdyGe3nCtQtRlMMCZ0T0goamJb6+G+vLmFs+I2/HPJFhqnRPrUY4e4yEh7OYFjezMcxevI3c7Bebeueh/lOPqc3',
    'gsUUzNeEvSEo+hszFwCi4Keu282bAAAATohy3bvokMACACEBFgAAAHQv5aPgAMcAWV0AL5kKRqu6yjfai6AE8WJ3ISICQnm1',
    'fumBdM9kZ6dhhR0e1RHFItJUesWQR4e7Smem7PMjwVtyOo3doRccuCH1Vd+uIZ55V5WwfFM4JkredDOdndJaPtiE1GYAAAAA',
    'viHDYchjAocCACEBFgAAAHQv5aPgAEcANV0AOxlKpwObZmGaMf2tgzpUIvpu9XipCVQ5cT58tHP2QjBGtdEPty/SN/DOQOry',
    '6VOJT1XvIgAAAAAA1r5xYfCr0zgABHHIAXfIAXXIAVFIAAAAyUEh7awnPi0EAAAAAARZWg==',
  ].join(''),
  'base64',
);

/** head -c 46000000 /dev/zero | bzip2 -9 */
export const BZIP2_ZEROS = Buffer.from(
  [
    'QlpoOTFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZudCH0AAAxdAAwAAEAAAIIAAgpTQZjUhbBQvF3JFO',
    'FCQpcNCbgA==',
  ].join(''),
  'base64',
);

/** `bytes` as a stream of chunks of `size`. Each chunk is wiped when the next is asked for, as a reused buffer is. */
export async function* chunked(bytes: Uint8Array, size = bytes.length): ByteStream & AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = Buffer.from(bytes.subarray(at, at + size));
    yield chunk;
    chunk.fill(0xaa);
  }
}

/** Everything a stream yields, copied at once as its chunks may be reused. */
export async function collect(stream: ByteStream): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of stream) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts);
}

export function decodeAll(
  codec: Codec,
  bytes: Uint8Array,
  size = bytes.length,
  limits: Limits = DEFAULT_LIMITS,
): Promise<Buffer> {
  return collect(codec.decode(chunked(bytes, size), limits));
}

/** The content, or the error that trustdiff threw on purpose; any other error is thrown. */
export async function outcome(decoding: Promise<Buffer>): Promise<Buffer | TrustdiffError> {
  try {
    return await decoding;
  } catch (error) {
    if (error instanceof TrustdiffError) return error;
    throw error;
  }
}
