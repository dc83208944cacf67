import type { Section } from '../../format/elf/section.js';
import type { Sink } from '../../ledger/sink.js';
import { explainBytes } from '../bytes.js';
import type { ElfPairing } from './pairing.js';

/** Sections with a format of their own that are neither code nor data: notes, comments, hash tables. */
export function explainTable(
  _pairing: ElfPairing,
  _section: Section,
  _other: Section,
  a: Uint8Array,
  b: Uint8Array,
  sink: Sink,
): void {
  explainBytes(a, b, sink);
}
