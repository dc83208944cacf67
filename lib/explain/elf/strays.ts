import type { Sink } from '../../ledger/sink.js';
import type { FunctionTally } from '../function-tally.js';
import { type Bodies, targetKey } from './body.js';
import type { Referring } from './code.js';
import { PieceExplainer } from './function.js';
import type { Key } from './hash.js';
import type { Piece } from './piece.js';
import type { ElfView } from './view.js';

/** A function that has no counterpart in the object that was compared with its own. */
export interface Stray {
  readonly view: ElfView;
  readonly bodies: Bodies;
  readonly piece: Piece;
  /** Where the piece starts in the whole file. */
  readonly offset: number;
  readonly member: string;
}

/**
 * Functions that went from one codegen unit to another: what is left over in the objects of an archive is matched over
 * all of them. What such functions refer to is compared by name.
 */
export class Strays {
  readonly #a: Stray[] = [];
  readonly #b: Stray[] = [];

  constructor(readonly tally: FunctionTally) {}

  add(side: 'a' | 'b', stray: Stray): void {
    (side === 'a' ? this.#a : this.#b).push(stray);
  }

  /** Gives the segments of all of them away; `sink` is that of the whole file. */
  explain(sink: Sink): void {
    const free = new Map<Key, Stray[]>();
    for (const stray of this.#b) {
      const list = free.get(stray.piece.key);
      if (list === undefined) free.set(stray.piece.key, [stray]);
      else list.push(stray);
    }
    for (const stray of this.#a) {
      const list = free.get(stray.piece.key) ?? [];
      const body = stray.bodies.key(stray.piece);
      const same = list.findIndex((other) => other.bodies.key(other.piece) === body);
      const [other] = list.splice(same < 0 && list.length === 1 ? 0 : same < 0 ? list.length : same, 1);
      if (other === undefined) this.#alone('a', stray, sink);
      else this.#pair(stray, other, sink);
    }
    for (const list of free.values()) for (const stray of list) this.#alone('b', stray, sink);
  }

  #alone(side: 'a' | 'b', { view, piece, offset, member }: Stray, sink: Sink): void {
    this.tally.only(side, piece.name, { view, section: piece.section, start: piece.start, end: piece.end });
    const length = piece.end - piece.start;
    const inner = sink.within(0, 0, 'member', member).within(0, 0, 'symbol', piece.name);
    if (side === 'a') inner.change(offset, length, 0, 0, { reason: 'code' });
    else inner.change(0, 0, offset, length, { reason: 'code' });
  }

  #pair(a: Stray, b: Stray, sink: Sink): void {
    const place = sink.within(0, 0, 'member', a.member, b.member);
    const inner = place.within(a.offset, b.offset, 'symbol', a.piece.name, b.piece.name);
    const byName: Referring = {
      address: () => undefined,
      sameJumps: () => true,
      relocation: (sectionA, indexA, sectionB, indexB) => {
        const patchesA = a.view.patches(sectionA);
        const patchesB = b.view.patches(sectionB);
        if (patchesA === undefined || patchesB === undefined) return undefined;
        if (patchesA.type[indexA] !== patchesB.type[indexB]) return undefined;
        return targetKey(a.view, patchesA, indexA) === targetKey(b.view, patchesB, indexB)
          ? 'same'
          : undefined;
      },
    };
    const explainer = new PieceExplainer(a.view, b.view, byName, this.tally.changed);
    const outcome = explainer.explain(a.piece, b.piece, inner);
    this.tally.pair(outcome);
  }
}
