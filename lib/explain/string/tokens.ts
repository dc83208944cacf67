import type { CauseId } from '../../cause/cause-id.js';
import { METADATA_HASH_PATTERNS } from '../../cause/metadata-hash.js';
import { OUT_DIR_PATTERNS } from '../../cause/out-dir.js';
import { RUSTC_VERSION_PATTERNS } from '../../cause/rustc-version.js';
import { SOURCE_INFO_PATTERNS } from '../../cause/source-info.js';
import { TEMP_NAME_PATTERNS } from '../../cause/temp-name.js';
import type { TextPattern } from '../../cause/text-pattern.js';
import { TIMESTAMP_PATTERNS } from '../../cause/timestamp.js';
import type { TokenEncoding } from '../../ledger/sink.js';
import { tokenSpans } from '../../symbol/scan.js';
import { TOKEN_KINDS, type TokenKind, TokenSpans } from '../../symbol/spans.js';

/** What a token in a text is; tokens of one type may stand for each other. */
export interface TokenType {
  readonly cause: CauseId;
  readonly encoding: TokenEncoding;
  /** Counts bytes of its own symbol: derived, never claimed. */
  readonly backref?: boolean;
}

/** The tokens of a text: columns, in the order of their place, none overlapping. Offsets in the text. */
export interface Tokens {
  readonly start: readonly number[];
  readonly end: readonly number[];
  /** Index in `TOKEN_TYPES`. */
  readonly type: readonly number[];
  /** Of a back reference: where it points, and where its offsets count from. */
  readonly target: readonly number[];
  readonly base: readonly number[];
}

/** In the order in which they are taken where two of them match at one place and are of one length. */
const PATTERNS: readonly TextPattern[] = [
  ...OUT_DIR_PATTERNS,
  ...METADATA_HASH_PATTERNS,
  ...RUSTC_VERSION_PATTERNS,
  ...SOURCE_INFO_PATTERNS,
  ...TEMP_NAME_PATTERNS,
  ...TIMESTAMP_PATTERNS,
];

/** What the shortest match of a pattern takes, a time of day. Most stretches of binary data that look like text are shorter. */
const SHORTEST_MATCH = '00:00:00'.length;

const HASH: TokenType = { cause: 'crate-hash', encoding: 'hex' };

/** What the tokens of symbols are claims of. `undefined`: nothing that can be told from the text alone. */
const OF_KIND = {
  'legacy-hash': HASH,
  'crate-disambiguator': { cause: 'crate-hash', encoding: 'text' },
  backref: { cause: 'crate-hash', encoding: 'text', backref: true },
  'llvm-suffix': { cause: 'thinlto-suffix', encoding: 'text' },
  'anon-hash': { cause: 'thinlto-suffix', encoding: 'hex' },
  'alloc-hash': HASH,
  'extra-filename': { cause: 'metadata-hash', encoding: 'hex' },
  'unit-hash': HASH,
  'crate-hash': HASH,
  counter: undefined,
} as const satisfies Record<TokenKind, TokenType | undefined>;

/** Types of the patterns, then of the kinds of symbols' tokens, then the one below. */
export const TOKEN_TYPES: readonly TokenType[] = [
  ...PATTERNS,
  ...TOKEN_KINDS.map((kind) => OF_KIND[kind] ?? HASH),
  { cause: 'crate-hash', encoding: 'text' },
];

/** A codegen unit's hash in base 36. */
const UNIT_HASH_TEXT = TOKEN_TYPES.length - 1;

const spans = new TokenSpans();

/** The tokens that lie in `from`..`to` of a text; `bytes` and `text` (latin1) are the same. Time is linear. */
export function findTokens(bytes: Uint8Array, text: string, from: number, to: number): Tokens {
  const found = symbolsIn(bytes, text, from, to);
  const symbols = found.length;
  for (let i = 0; i < PATTERNS.length && to - from >= SHORTEST_MATCH; i += 1) {
    const pattern = PATTERNS[i];
    if (pattern !== undefined) addMatches(pattern, i, text, from, to, found);
  }
  if (found.length > symbols) found.sort((x, y) => x.start - y.start || y.end - x.end || x.type - y.type);
  const tokens = {
    start: [] as number[],
    end: [] as number[],
    type: [] as number[],
    target: [] as number[],
    base: [] as number[],
  };
  let last = from;
  for (const one of found) {
    if (one.start < last) continue;
    tokens.start.push(one.start);
    tokens.end.push(one.end);
    tokens.type.push(one.type);
    tokens.target.push(one.target);
    tokens.base.push(one.base);
    last = one.end;
  }
  return tokens;
}

interface Found {
  readonly start: number;
  readonly end: number;
  readonly type: number;
  readonly target: number;
  readonly base: number;
}

function symbolsIn(bytes: Uint8Array, text: string, from: number, to: number): Found[] {
  spans.count = 0;
  tokenSpans(bytes, from, to, spans);
  const found: Found[] = [];
  for (let i = 0; i < spans.count; i += 1) {
    const kind = TOKEN_KINDS[spans.kind[i] ?? 0] ?? 'counter';
    if (OF_KIND[kind] === undefined) continue;
    const start = spans.start[i] ?? 0;
    const end = spans.end[i] ?? 0;
    const spelled = kind === 'unit-hash' && !/^[0-9a-f]+$/.test(text.slice(start, end));
    const type = spelled ? UNIT_HASH_TEXT : PATTERNS.length + (spans.kind[i] ?? 0);
    found.push({ start, end, type, target: spans.target[i] ?? 0, base: spans.base[i] ?? 0 });
  }
  return found;
}

function addMatches(
  pattern: TextPattern,
  type: number,
  text: string,
  from: number,
  to: number,
  found: Found[],
): void {
  const { find } = pattern;
  find.lastIndex = from;
  for (let match = find.exec(text); match !== null; match = find.exec(text)) {
    if (match.index >= to) break;
    const token = match[1] ?? '';
    const start = match.index + match[0].lastIndexOf(token);
    const end = start + token.length;
    // What lies behind the token in the match may begin the next one.
    find.lastIndex = Math.max(end, match.index + 1);
    if (end > to || token === '' || pattern.accepts?.(token) === false) continue;
    found.push({ start, end, type, target: 0, base: 0 });
  }
}
