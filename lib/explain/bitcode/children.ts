import { type Columns, DEFINE, END, ENTER, RECORD } from '../../format/bitcode/columns.js';

/** What stands in a block itself, in its order. */
export interface Children {
  readonly enter: number;
  readonly end: number;
  readonly definitions: number[];
  readonly records: number[];
  /** ENTER entries, by block id. */
  readonly blocks: Map<number, number[]>;
}

/** The END of each ENTER; -1 for other entries. */
export function blockEnds(columns: Columns): Int32Array {
  const ends = new Int32Array(columns.count).fill(-1);
  const open: number[] = [];
  for (let i = 0; i < columns.count; i += 1) {
    if (columns.kind[i] === ENTER) open.push(i);
    else if (columns.kind[i] === END) {
      const enter = open.pop();
      if (enter !== undefined) ends[enter] = i;
    }
  }
  return ends;
}

/** @param enter an ENTER entry; -1 for the top level */
export function childrenOf(columns: Columns, ends: Int32Array, enter: number): Children {
  const end = enter < 0 ? columns.count : (ends[enter] ?? columns.count);
  const out: Children = { enter, end, definitions: [], records: [], blocks: new Map() };
  for (let i = enter + 1; i < end; i += 1) {
    const kind = columns.kind[i];
    if (kind === RECORD) out.records.push(i);
    else if (kind === DEFINE) out.definitions.push(i);
    else if (kind === ENTER) {
      const id = columns.block[i] ?? 0;
      const list = out.blocks.get(id);
      if (list === undefined) out.blocks.set(id, [i]);
      else list.push(i);
      i = ends[i] ?? end;
    }
  }
  return out;
}
