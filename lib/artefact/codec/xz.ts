import type { Limits } from '../limits.js';
import type { ByteStream, Codec } from './codec.js';
import { decodeChild } from './xz-child.js';
import { XZ_MAGIC, xzFraming } from './xz-framing.js';
import { decodeNative, type Liblzma, loadLiblzma } from './xz-native.js';

/**
 * .xz with all its filters, blocks, concatenated streams and padding (not the older .lzma). An xz stream may be
 * written with no check at all, as upstream's dist tarballs are: then damage inside its blocks is found only
 * where it breaks their form. Whoever must be sure needs a digest or a signature of the file.
 */
export const xz: Codec = {
  id: 'xz',
  detect: (head) => XZ_MAGIC.equals(head.subarray(0, XZ_MAGIC.length)),
  decode: (input, limits) => decodeXz(input, limits),
};

/** `load` and `command` are there for the tests, which try the ways out on machines that need none. */
export async function* decodeXz(
  input: ByteStream,
  limits: Limits,
  load: () => Promise<Liblzma | undefined> = loadLiblzma,
  command = 'xz',
): AsyncGenerator<Uint8Array, void, undefined> {
  const framing = xzFraming(limits);
  const liblzma = await load();
  yield* liblzma === undefined ? decodeChild(input, framing, command) : decodeNative(liblzma, input, framing);
}
