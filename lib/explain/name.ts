import type { CauseId } from '../cause/cause-id.js';
import type { Sink, TokenEncoding } from '../ledger/sink.js';
import { type SymbolName, type SymbolToken, symbolTokens } from '../symbol/name.js';
import type { TokenKind } from '../symbol/spans.js';
import { explainString } from './string.js';

/** What a token of a name is a token of, and how it is written; undefined where that is for the caller to show. */
const KINDS: Readonly<Record<TokenKind, readonly [CauseId, TokenEncoding] | undefined>> = {
  'legacy-hash': ['crate-hash', 'hex'],
  'crate-disambiguator': ['crate-hash', 'text'],
  'llvm-suffix': ['thinlto-suffix', 'text'],
  'anon-hash': ['thinlto-suffix', 'hex'],
  'extra-filename': ['metadata-hash', 'hex'],
  'unit-hash': ['crate-hash', 'text'],
  'crate-hash': ['crate-hash', 'hex'],
  'alloc-hash': ['crate-hash', 'hex'],
  counter: undefined,
  backref: undefined,
};

/** A codegen unit's hash is the crate's in base 16, or, where rustc shortened the name, another one in base 36. */
function kindOf(a: SymbolToken, b: SymbolToken): readonly [CauseId, TokenEncoding] | undefined {
  return a.kind === 'unit-hash' && isHex(a.text) && isHex(b.text) ? ['crate-hash', 'hex'] : KINDS[a.kind];
}

function isHex(text: string): boolean {
  return /^[0-9a-f]{8,16}$/.test(text);
}

/**
 * Two names of one thing (a string table's, with or without the NUL that ends them): equal but for their tokens, or
 * compared as text. `counted`: the two things have equal contents, so that another number among local labels,
 * or the name of a twin, is shown to be no more than that.
 */
export function explainName(a: Uint8Array, b: Uint8Array, sink: Sink, counted: boolean): void {
  if (Buffer.compare(a, b) === 0) {
    sink.equal(0, 0, a.length);
    return;
  }
  const nameA = symbolTokens(withoutEnd(a));
  const nameB = symbolTokens(withoutEnd(b));
  const ended = (a.at(-1) === 0) === (b.at(-1) === 0);
  if (ended && nameA.skeleton === nameB.skeleton && nameA.tokens.length === nameB.tokens.length)
    explainTokens(a, b, nameA, nameB, sink, counted);
  else if (isNumbered(a) && isNumbered(b) && explainNumbered(a, b, sink, counted)) return;
  else if (counted) explainTwin(a, b, sink);
  else explainString(a, b, sink);
}

/** Names that compilers make by counting: constants of LLVM's, exception tables. */
const NUMBERED = /(?:anon\.[0-9a-f]{32}\.|GCC_except_table)\d+\0?$/;

function isNumbered(name: Uint8Array): boolean {
  return NUMBERED.test(latin1(name));
}

/** Two names that end in the number that the compiler gave; false where more than hashes differs before it. */
function explainNumbered(a: Uint8Array, b: Uint8Array, sink: Sink, counted: boolean): boolean {
  const [headA, headB] = [numberAt(a), numberAt(b)];
  const nameA = symbolTokens(latin1(a.subarray(0, headA)));
  const nameB = symbolTokens(latin1(b.subarray(0, headB)));
  if (nameA.skeleton !== nameB.skeleton || nameA.tokens.length !== nameB.tokens.length) return false;
  if ((a.at(-1) === 0) !== (b.at(-1) === 0)) return false;
  const ended = a.at(-1) === 0 ? 1 : 0;
  const lengthA = a.length - ended - headA;
  const lengthB = b.length - ended - headB;
  explainTokens(a.subarray(0, headA), b.subarray(0, headB), nameA, nameB, sink, counted);
  if (counted) sink.shown('local-label', headA, lengthA, headB, lengthB);
  else sink.change(headA, lengthA, headB, lengthB, { reason: 'local-label' });
  sink.equal(headA + lengthA, headB + lengthB, ended);
  return true;
}

/** What a name counts among: its family, and the numbers it has in there. Undefined where it has none. */
export function numberOf(name: Uint8Array): { readonly family: string; readonly number: string } | undefined {
  const text = withoutEnd(name);
  if (!/\d/.test(text)) return undefined;
  if (NUMBERED.test(text)) {
    const head = numberAt(name);
    return { family: `${symbolTokens(text.slice(0, head)).skeleton}#`, number: text.slice(head) };
  }
  const { skeleton, tokens } = symbolTokens(text);
  const numbers = tokens.filter(({ kind }) => kind === 'counter').map((token) => token.text);
  return numbers.length === 0 ? undefined : { family: skeleton, number: numbers.join(' ') };
}

function numberAt(name: Uint8Array): number {
  let at = name.length - (name.at(-1) === 0 ? 1 : 0);
  while (at > 0 && (name[at - 1] ?? 0) >= 0x30 && (name[at - 1] ?? 0) <= 0x39) at -= 1;
  return at;
}

/**
 * Of functions with one body the compiler kept the name of another one, or somebody gave it that name: the bodies show
 * that nothing else differs, and nothing shows which it was. A name is what the linker goes by.
 */
function explainTwin(a: Uint8Array, b: Uint8Array, sink: Sink): void {
  const ended = a.at(-1) === 0 && b.at(-1) === 0 ? 1 : 0;
  sink.change(0, a.length - ended, 0, b.length - ended, { reason: 'merged-function' });
  sink.equal(a.length - ended, b.length - ended, ended);
}

function explainTokens(
  a: Uint8Array,
  b: Uint8Array,
  nameA: SymbolName,
  nameB: SymbolName,
  sink: Sink,
  counted: boolean,
): void {
  let atA = 0;
  let atB = 0;
  for (const [i, token] of nameA.tokens.entries()) {
    const other = nameB.tokens[i];
    if (other === undefined || (token.text === other.text && token.end - atA === other.end - atB)) {
      const kind = kindOf(token, token);
      if (kind !== undefined && kind[1] === 'hex') sink.unchanged(token.text);
      continue;
    }
    sink.equal(atA, atB, token.start - atA);
    const lengthA = token.end - token.start;
    const lengthB = other.end - other.start;
    const kind = kindOf(token, other);
    if (kind !== undefined) sink.token(kind[0], kind[1], token.start, lengthA, other.start, lengthB);
    else if (token.kind === 'backref')
      // What it refers to is the same: the skeleton holds that.
      sink.derived(
        token.start,
        lengthA,
        other.start,
        lengthB,
        b.subarray(other.start, other.end),
        'the length of hashes before it',
      );
    else if (counted) sink.shown('local-label', token.start, lengthA, other.start, lengthB);
    else sink.change(token.start, lengthA, other.start, lengthB, { reason: 'local-label' });
    atA = token.end;
    atB = other.end;
  }
  sink.equal(atA, atB, a.length - atA);
}

/** Without the NUL that ends it: patterns of names end where the name does. */
function withoutEnd(name: Uint8Array): string {
  return latin1(name.at(-1) === 0 ? name.subarray(0, -1) : name);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
