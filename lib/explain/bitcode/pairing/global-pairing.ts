import { MODULE } from '../../../format/bitcode/code.js';
import type { BitcodeModule, Body } from '../../../format/bitcode/module.js';
import type { ModuleKeys } from '../key.js';
import { skeletonOf, textAt } from '../text.js';
import { positions } from './key-pairs.js';
import type { RecordPairing } from './record-pairing.js';

/** Pairs globals, and what is left of values and metadata once all that uses them is paired. */
export class GlobalPairing {
  constructor(readonly records: RecordPairing) {}

  /**
   * Globals whose content or body tells them apart, and what they use. Then those without a body whose key only one on
   * each side has, if both sides have the same keys: else two functions of one name may be made for different types. What
   * is left is paired by its key and in its order: that is guessed.
   */
  keyed(keysA: ModuleKeys, keysB: ModuleKeys): void {
    const contentA = this.#contents(keysA, this.records.a, this.records.bodiesOfA);
    const contentB = this.#contents(keysB, this.records.b, this.records.bodiesOfB);
    for (const [content, list] of contentA) {
      const other = contentB.get(content);
      if (list.length === 1 && other?.length === 1) this.records.bindValue(list[0] ?? -1, other[0] ?? -1);
    }
    this.records.drain();
    const inA = positions(keysA.globals);
    const inB = positions(keysB.globals);
    const sameSet =
      inA.size === inB.size && [...inA].every(([key, list]) => inB.get(key)?.length === list.length);
    for (const [key, list] of sameSet ? inA : []) {
      const id = list[0] ?? -1;
      if (list.length === 1 && !this.records.bodiesOfA.has(id))
        this.records.bindValue(id, inB.get(key)?.[0] ?? -1);
    }
    this.records.drain();
    this.records.guessing = true;
    for (const [key, list] of inA) {
      const openA = list.filter((id) => this.records.values[id] === -1);
      const openB = (inB.get(key) ?? []).filter((id) => this.records.valuesBack[id] === -1);
      openA.forEach((id, i) => {
        if (this.records.values[id] !== -1) return;
        this.records.bindValue(id, openB[i] ?? -1);
        this.records.drain();
      });
    }
  }

  /** Variables and functions with a body, by all that is in them. */
  #contents(
    keys: ModuleKeys,
    module: BitcodeModule,
    bodies: ReadonlyMap<number, Body>,
  ): Map<number, number[]> {
    const content = keys.globals.map((key, id) => {
      const body = bodies.get(id);
      if (body !== undefined) return keys.body(key, body);
      return module.columns.code[module.values[id] ?? 0] === MODULE.GLOBALVAR ? key : -1;
    });
    const out = positions(content);
    out.delete(-1);
    return out;
  }

  /** What is used nowhere, and what differs in more than a hash: by name, else in its order. */
  rest(): void {
    const globals = (module: BitcodeModule, bound: Int32Array): Map<string, number[]> => {
      const map = new Map<string, number[]>();
      for (let id = 0; id < module.globalCount; id += 1) {
        if (bound[id] !== -1) continue;
        const key = `${module.columns.code[module.values[id] ?? 0]} ${this.records.skeleton(module, id)}`;
        const list = map.get(key);
        if (list === undefined) map.set(key, [id]);
        else list.push(id);
      }
      return map;
    };
    const inB = globals(this.records.b, this.records.valuesBack);
    for (const [key, list] of globals(this.records.a, this.records.values)) {
      const other = inB.get(key) ?? [];
      if (list.length !== other.length) continue;
      list.forEach((id, i) => {
        this.records.bindValue(id, other[i] ?? -1);
        this.records.drain();
      });
    }
    this.#restOfStrings();
    this.#inOrder(
      this.records.a.values.length,
      (id) => id < this.records.a.globalCount || this.records.values[id] !== -1,
      this.records.b.values.length,
      (id) => id < this.records.b.globalCount || this.records.valuesBack[id] !== -1,
      (x, y) => this.records.bindValue(x, y),
    );
    this.#inOrder(
      this.records.metadata.length,
      (id) => id < this.records.a.strings.length || this.records.metadata[id] !== -1,
      this.records.metadataBack.length,
      (id) => id < this.records.b.strings.length || this.records.metadataBack[id] !== -1,
      (x, y) => this.records.bindMetadata(x, y),
    );
  }

  #restOfStrings(): void {
    const byText = new Map<string, number[]>();
    this.records.b.strings.forEach(({ offset, length }, id) => {
      if (this.records.metadataBack[id] !== -1) return;
      const key = skeletonOf(textAt(this.records.b, offset, length));
      const list = byText.get(key);
      if (list === undefined) byText.set(key, [id]);
      else list.push(id);
    });
    for (const list of byText.values()) list.reverse();
    this.records.a.strings.forEach(({ offset, length }, id) => {
      if (this.records.metadata[id] !== -1) return;
      const to = byText.get(skeletonOf(textAt(this.records.a, offset, length)))?.pop();
      if (to !== undefined) this.records.bindMetadata(id, to);
    });
  }

  #inOrder(
    countA: number,
    skipA: (id: number) => boolean,
    countB: number,
    skipB: (id: number) => boolean,
    bind: (x: number, y: number) => boolean,
  ): void {
    let y = 0;
    for (let x = 0; x < countA; x += 1) {
      if (skipA(x)) continue;
      while (y < countB && skipB(y)) y += 1;
      if (y === countB) return;
      if (bind(x, y)) {
        y += 1;
        this.records.drain();
      }
    }
  }
}
