import type { Bytes } from '../artefact/bytes.js';
import { memoryBytes } from '../artefact/bytes.js';
import type { UserMask } from '../cause/mask.js';
import { InputError } from '../error.js';
import { isBitcode } from '../format/bitcode.js';
import { isElf } from '../format/elf.js';
import { isRlib } from '../format/rlib.js';
import { isRmeta } from '../format/rmeta.js';
import { Content } from '../ledger/content.js';
import { type Layout, type LayoutOptions, layoutOf } from '../ledger/layout.js';
import { type Ledger, LedgerBuilder, replay } from '../ledger/ledger.js';
import type { Sink } from '../ledger/sink.js';
import { collectGarbage } from '../thread/garbage.js';
import { prepareArchive } from './archive.js';
import { explainBitcode } from './bitcode.js';
import { explainBytes } from './bytes.js';
import { openCompressed } from './compressed.js';
import { type InArchive, prepareElf } from './elf.js';
import type { PairExplanation } from './explanation.js';
import { FunctionTally } from './function-tally.js';
import type { ChangedFunction } from './instructions/changed-functions.js';
import { withInstructions } from './instructions.js';
import { explainRmeta } from './rmeta.js';
import { segmentsOf } from './segments.js';
import { summarise } from './summarise.js';
import { applyMasks } from './user-mask.js';

export interface ExplainOptions {
  /** For errors. */
  readonly path: string;
  /** Segments without an explanation that are told one by one. */
  readonly maxResidue?: number | undefined;
  /** Changed functions whose instructions are shown; none unless given. */
  readonly maxInstructions?: number | undefined;
  /** Replay the ledger and compare what comes out with B. */
  readonly verify?: boolean | undefined;
  /** Every segment in columns, to compare with those of controls. */
  readonly withRegions?: boolean | undefined;
  /** Give the layout of the ledger too. */
  readonly layout?: LayoutOptions | undefined;
  /** How many compressed files these contents lie in. */
  readonly depth?: number | undefined;
  /** The user's masks. */
  readonly masks?: readonly UserMask[] | undefined;
}

const MAX_RESIDUE = 1000;
/** Bytes that tell bitcode. */
const MAGIC = 8;

/**
 * Accounts for every byte of two contents that differ.
 * @throws InputError where one of them cannot be read
 */
export async function explainContents(a: Bytes, b: Bytes, options: ExplainOptions): Promise<PairExplanation> {
  const { explanation } = await explainWhole(new Content(a), new Content(b), options);
  return explanation;
}

/** As `explainContents`, with the layout of the ledger where one is asked for and the ledger is that of these bytes. */
export async function explainWhole(
  a: Content,
  b: Content,
  options: ExplainOptions,
): Promise<{ readonly explanation: PairExplanation; readonly layout?: Layout | undefined }> {
  const opened = await openCompressed(a, b, options);
  if (opened !== undefined) return { explanation: opened };
  const { explanation, changed, layout } = accountFor(a, b, options);
  // The ledger is gone, which takes more than the disassembler does.
  collectGarbage();
  const most = options.maxInstructions ?? 0;
  return { explanation: await withInstructions(explanation, changed, a, b, most), layout };
}

interface Account {
  readonly explanation: PairExplanation;
  readonly changed: readonly ChangedFunction[];
  readonly layout: Layout | undefined;
}

/** All that the ledger of two contents tells. */
function accountFor(a: Content, b: Content, options: ExplainOptions): Account {
  const { ledger: unmasked, tally } = ledgerOf(a, b);
  collectGarbage();
  const ledger = applyMasks(unmasked, options.masks ?? [], a, b, options.path);
  if (options.verify === true) assertReplays(ledger, a, b, options.path);
  const summary = summarise(ledger, {
    formatA: formatOf(a),
    formatB: formatOf(b),
    functions: tally.counts(),
    maxResidue: options.maxResidue ?? MAX_RESIDUE,
  });
  collectGarbage();
  return {
    explanation: options.withRegions === true ? { ...summary, regions: segmentsOf(ledger, a, b) } : summary,
    changed: tally.changed.all(),
    layout: options.layout === undefined ? undefined : layoutOf(ledger, a, b, options.layout),
  };
}

/** The ledger of two contents; where their structure cannot be read, that of their bytes, with a note that says so. */
export function ledgerOf(
  a: Content | Uint8Array,
  b: Content | Uint8Array,
): { readonly ledger: Ledger; readonly tally: FunctionTally } {
  const tally = new FunctionTally();
  try {
    const builder = new LedgerBuilder(a, b);
    explainAny(builder.a, builder.b, builder.sink(), tally);
    builder.a.scatter();
    builder.b.scatter();
    collectGarbage();
    return { ledger: builder.finish(), tally };
  } catch (error) {
    // Nothing can be said of what the system cannot read, even where it can a moment later.
    if (error instanceof Error && 'syscall' in error) throw error;
    const why = error instanceof InputError ? error.message : `fault of trustdiff: ${String(error)}`;
    const builder = new LedgerBuilder(a, b);
    builder.sink().note(`compared as plain bytes: ${why}`);
    explainBytes(builder.a.whole(), builder.b.whole(), builder.sink());
    return { ledger: builder.finish(), tally: new FunctionTally() };
  }
}

/**
 * Two contents by their format. A member whose structure cannot be read is explained as bytes on its own, so that
 * one damaged member does not blind the rest.
 */
function explainAny(a: Content, b: Content, sink: Sink, tally: FunctionTally, inside?: InArchive): void {
  let explain: Explain;
  try {
    explain = prepare(a, b, tally, inside);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    sink.note(`compared as plain bytes: ${error.message}`);
    explain = (of) => explainBytes(a.whole(), b.whole(), of);
  }
  explain(sink);
}

type Explain = (sink: Sink) => void;

/**
 * Reads the structure of both; nothing is given to a sink before that is done.
 * @throws InputError where the structure of either does not hold
 */
function prepare(a: Content, b: Content, tally: FunctionTally, inside?: InArchive): Explain {
  const format = formatOf(a);
  if (format !== formatOf(b)) {
    return (sink) => {
      sink.note(`compared as plain bytes: A is ${format}, B ${formatOf(b)}`);
      explainBytes(a.whole(), b.whole(), sink);
    };
  }
  switch (format) {
    case 'ar archive':
      return prepareArchive(a, b, tally, (memberA, memberB, sink, at) =>
        explainAny(Content.of(memberA), Content.of(memberB), sink, tally, at),
      );
    case 'ELF':
      return prepareElf(a.whole(), b.whole(), tally, inside);
    case 'crate metadata':
      return (sink) => explainRmeta(memoryBytes(a.whole()), memoryBytes(b.whole()), sink);
    case 'LLVM bitcode':
      return (sink) => {
        if (!explainBitcode(a.whole(), b.whole(), sink)) explainBytes(a.whole(), b.whole(), sink);
      };
    case 'bytes':
      return (sink) => explainBytes(a.whole(), b.whole(), sink);
  }
}

function assertReplays(ledger: Ledger, a: Content, b: Content, path: string): void {
  if (Buffer.compare(replay(ledger, a.whole(), b.whole()), b.whole()) !== 0)
    throw new InputError('the ledger does not replay: please report this as a fault of trustdiff', {
      member: [path],
    });
}

type Format = 'ar archive' | 'ELF' | 'crate metadata' | 'LLVM bitcode' | 'bytes';

function formatOf({ source: bytes }: Content): Format {
  if (isRlib(bytes)) return 'ar archive';
  if (isElf(bytes)) return 'ELF';
  if (isRmeta(bytes)) return 'crate metadata';
  return isBitcode(bytes.read(0, Math.min(MAGIC, bytes.length))) ? 'LLVM bitcode' : 'bytes';
}
