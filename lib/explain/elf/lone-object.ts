import { SHT_NOBITS } from '../../format/elf/constant.js';
import { readEhFrame } from '../../format/elf/eh-frame.js';
import type { Sink } from '../../ledger/sink.js';
import { Bodies } from './body.js';
import { dividePieces } from './piece.js';
import type { Strays } from './strays.js';
import { ElfView } from './view.js';

/**
 * A codegen unit that only one side has: its functions are looked for in the other units of the archive, the rest is
 * the unit's own. `sink` starts where the object does, at `offset` in the whole file.
 * @throws InputError where a table of it does not fit the file
 */
export function explainLoneObject(
  side: 'a' | 'b',
  content: Uint8Array,
  offset: number,
  member: string,
  strays: Strays,
  sink: Sink,
): void {
  const view = new ElfView(content);
  const division = dividePieces(view, readEhFrame(view.elf));
  const bodies = new Bodies(view, division);
  const functions = division.all
    .filter(
      ({ kind, name, section }) =>
        kind === 'code' && name !== '' && view.section(section)?.sh_type !== SHT_NOBITS,
    )
    .map((piece) => {
      const at = (view.section(piece.section)?.sh_offset ?? 0) + piece.start;
      return { piece, start: at, end: at + piece.end - piece.start };
    })
    .sort((x, y) => x.start - y.start);
  const rest = (from: number, to: number): void => {
    const why = { reason: 'codegen-units' } as const;
    if (side === 'a') sink.change(from, to - from, 0, 0, why);
    else sink.change(0, 0, from, to - from, why);
  };
  let at = 0;
  for (const { piece, start, end } of functions) {
    rest(at, start);
    strays.add(side, { view, bodies, piece, offset: offset + start, member });
    at = end;
  }
  rest(at, content.length);
}
