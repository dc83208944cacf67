import type { Bytes } from '../artefact/bytes.js';
import { memoryBytes } from '../artefact/bytes.js';
import type { UserMask } from '../cause/mask.js';
import { InputError } from '../error.js';
import { isElf } from '../format/elf.js';
import { isRlib } from '../format/rlib.js';
import { type Ledger, LedgerBuilder, replay } from '../ledger/ledger.js';
import type { Sink } from '../ledger/sink.js';
import { prepareArchive } from './archive.js';
import { explainBytes } from './bytes.js';
import { prepareElf } from './elf.js';
import type { PairExplanation } from './explanation.js';
import { FunctionTally } from './function-tally.js';
import { segmentsOf } from './segments.js';
import { summarise } from './summarise.js';
import { applyMasks } from './user-mask.js';

export interface ExplainOptions {
  /** For errors. */
  readonly path: string;
  /** Segments without an explanation that are told one by one. */
  readonly maxResidue?: number | undefined;
  /** Replay the ledger and compare what comes out with B. */
  readonly verify?: boolean | undefined;
  /** Every segment in columns, to compare with those of controls. */
  readonly withRegions?: boolean | undefined;
  /** The user's masks. */
  readonly masks?: readonly UserMask[] | undefined;
}

const MAX_RESIDUE = 1000;

/**
 * Accounts for every byte of two contents that differ.
 * @throws InputError where one of them cannot be read
 */
export async function explainContents(a: Bytes, b: Bytes, options: ExplainOptions): Promise<PairExplanation> {
  const wholeA = Uint8Array.from(a.read(0, a.length));
  const wholeB = Uint8Array.from(b.read(0, b.length));
  const { ledger: unmasked, tally } = ledgerOf(wholeA, wholeB);
  const ledger = applyMasks(unmasked, options.masks ?? [], wholeA, wholeB, options.path);
  if (options.verify === true) assertReplays(ledger, wholeA, wholeB, options.path);
  const explanation = summarise(ledger, {
    formatA: formatOf(wholeA),
    formatB: formatOf(wholeB),
    functions: tally.counts(),
    maxResidue: options.maxResidue ?? MAX_RESIDUE,
  });
  return options.withRegions === true
    ? { ...explanation, regions: segmentsOf(ledger, wholeA, wholeB) }
    : explanation;
}

/** The ledger of two contents; where their structure cannot be read, that of their bytes, with a note that says so. */
export function ledgerOf(
  a: Uint8Array,
  b: Uint8Array,
): { readonly ledger: Ledger; readonly tally: FunctionTally } {
  const tally = new FunctionTally();
  try {
    const builder = new LedgerBuilder(a, b);
    explainAny(a, b, builder.sink(), tally);
    return { ledger: builder.finish(), tally };
  } catch (error) {
    if (error instanceof Error && process.env['TRUSTDIFF_DEBUG'] !== undefined) console.error(error);
    const why = error instanceof InputError ? error.message : `fault of trustdiff: ${String(error)}`;
    const builder = new LedgerBuilder(a, b);
    builder.sink().note(`compared as plain bytes: ${why}`);
    explainBytes(a, b, builder.sink());
    return { ledger: builder.finish(), tally: new FunctionTally() };
  }
}

/**
 * Two contents by their format. A member whose structure cannot be read is explained as bytes on its own, so that
 * one damaged member does not blind the rest.
 */
function explainAny(a: Uint8Array, b: Uint8Array, sink: Sink, tally: FunctionTally): void {
  try {
    const prepared = prepare(a, b, tally);
    prepared(sink);
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    sink.note(`compared as plain bytes: ${error.message}`);
    explainBytes(a, b, sink);
  }
}

/** Thrown before anything was given to the sink. */
class UnreadableError extends Error {}

type Explain = (sink: Sink) => void;

/** Reads the structure of both. @throws UnreadableError where that of either does not hold */
function prepare(a: Uint8Array, b: Uint8Array, tally: FunctionTally): Explain {
  try {
    if (isRlib(memoryBytes(a)) && isRlib(memoryBytes(b)))
      return prepareArchive(a, b, (memberA, memberB, inner) => explainAny(memberA, memberB, inner, tally));
    if (isElf(memoryBytes(a)) && isElf(memoryBytes(b))) return prepareElf(a, b, tally).explain;
    return (sink) => explainBytes(a, b, sink);
  } catch (error) {
    if (error instanceof InputError) throw new UnreadableError(error.message);
    throw error;
  }
}

function assertReplays(ledger: Ledger, a: Uint8Array, b: Uint8Array, path: string): void {
  if (Buffer.compare(replay(ledger, a, b), b) !== 0)
    throw new InputError('the ledger does not replay: please report this as a fault of trustdiff', {
      member: [path],
    });
}

function formatOf(content: Uint8Array): string {
  if (isRlib(memoryBytes(content))) return 'ar archive';
  if (isElf(memoryBytes(content))) return 'ELF';
  return 'bytes';
}
