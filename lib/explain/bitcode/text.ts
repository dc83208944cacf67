import type { BitcodeModule } from '../../format/bitcode/module.js';
import type { Sink } from '../../ledger/sink.js';
import { symbolTokens } from '../../symbol/name.js';

/** Bytes of a module's stream, told as text: one character a byte. */
export function textAt(module: BitcodeModule, offset: number, length: number): string {
  const { content } = module.bitcode;
  return Buffer.from(content.buffer, content.byteOffset + offset, length).toString('latin1');
}

/** A name of the string table; undefined where it lies outside. */
export function nameAt(module: BitcodeModule, offset: number, length: number): string | undefined {
  const { strtab, bitcode } = module;
  if (strtab === undefined || offset + length > strtab.length) return undefined;
  return textAt(module, bitcode.start + strtab.offset + offset, length);
}

/** A text with a mark in the place of each hash and count. */
export function skeletonOf(text: string): string {
  return symbolTokens(text).skeleton;
}

/**
 * Names of two things that were put together only for their order among others that are alike: their hashes are no
 * claim, since another order could be the right one. They stay residue.
 */
export function explainGuessed(a: Uint8Array, b: Uint8Array, sink: Sink): void {
  const nameA = symbolTokens(Buffer.from(a.buffer, a.byteOffset, a.byteLength).toString('latin1'));
  const nameB = symbolTokens(Buffer.from(b.buffer, b.byteOffset, b.byteLength).toString('latin1'));
  if (nameA.skeleton !== nameB.skeleton || nameA.tokens.length !== nameB.tokens.length) {
    sink.change(0, a.length, 0, b.length);
    return;
  }
  let atA = 0;
  let atB = 0;
  nameA.tokens.forEach((token, k) => {
    const other = nameB.tokens[k];
    if (other === undefined || (token.text === other.text && token.end - atA === other.end - atB)) return;
    sink.equal(atA, atB, token.start - atA);
    sink.change(token.start, token.end - token.start, other.start, other.end - other.start, {
      reason: 'crate-hash',
    });
    atA = token.end;
    atB = other.end;
  });
  sink.equal(atA, atB, a.length - atA);
}
