import { LimitError } from '../../error.js';
import { LIMIT_OPTIONS, type Limits, RATIO_FLOOR } from '../limits.js';
import type { Meter } from '../meter.js';
import type { ByteStream, Codec } from './codec.js';

/**
 * Decodes `input` and holds it to `limits.bytes` (over the whole side, by way of `meter`) and `limits.ratio`
 * (over this stream). The input is counted as the codec asks for it, so that a codec that reads ahead is seen
 * as having been given more: the ratio may trip late by what it read ahead, never early.
 * @throws LimitError with the encoded offset; and whatever the codec throws
 */
export async function* guarded(
  codec: Codec,
  input: ByteStream,
  limits: Limits,
  meter: Meter,
): AsyncGenerator<Uint8Array, void, undefined> {
  let encoded = 0;
  let decoded = 0;
  async function* counted(): ByteStream & AsyncGenerator<Uint8Array> {
    for await (const chunk of input) {
      encoded += chunk.length;
      yield chunk;
    }
  }
  for await (const chunk of codec.decode(counted(), limits)) {
    decoded += chunk.length;
    if (meter.addDecoded(chunk.length) > limits.bytes) {
      const what = `more than ${limits.bytes} bytes come out of the input when it is decoded`;
      throw new LimitError(what, LIMIT_OPTIONS.bytes, { offset: encoded });
    }
    if (decoded > RATIO_FLOOR && decoded > encoded * limits.ratio) {
      const what = `${encoded} bytes of ${codec.id} decode to more than ${limits.ratio} times as many`;
      throw new LimitError(what, LIMIT_OPTIONS.ratio, { offset: encoded });
    }
    yield chunk;
  }
}
