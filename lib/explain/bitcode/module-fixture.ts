import { createHash } from 'node:crypto';
import { metadataStrings, StreamWriter } from '../../format/bitcode/bitcode-fixture.js';

/** A function `i64 f(i64)`: it adds a constant to its argument, calls the callees with the sum, and returns it. */
export interface FunctionSample {
  readonly name: string;
  readonly constant: bigint;
  /** Opcode of the BINOP: 0 is add. */
  readonly opcode?: number;
  readonly calls?: readonly string[];
  /** Texts of its metadata. */
  readonly texts?: readonly string[];
}

export interface ModuleSample {
  readonly sourceName: string;
  /** Private byte arrays of the module: name and content. */
  readonly variables?: readonly (readonly [string, string])[];
  readonly functions: readonly FunctionSample[];
  /** Written instead of the right one. */
  readonly hash?: readonly number[];
  /** Types that nothing uses, in front of the others: array sizes. */
  readonly arrays?: readonly number[];
}

const I64 = 0;

/** A module of LLVM IR in bitcode, as small as one can be that has all the tables. */
export function bitcodeModule(sample: ModuleSample): Buffer {
  const variables = sample.variables ?? [];
  const names = [...variables.map(([name]) => name), ...sample.functions.map(({ name }) => name)];
  const places = new Map<string, number>();
  let size = 0;
  for (const name of names) {
    if (places.has(name)) continue;
    places.set(name, size);
    size += name.length;
  }
  const w = new StreamWriter();
  w.enter(13, 5);
  w.record(1, chars('LLVM19.1.7'));
  w.record(2, [0]);
  w.end();
  w.enter(8, 3);
  const start = w.position / 8;
  w.record(1, [2]);
  const arrays = sample.arrays ?? [];
  const i8 = 1 + arrays.length;
  const typeOf = (content: string): number => i8 + 1 + sizes.indexOf(content.length);
  const sizes = [...new Set(variables.map(([, content]) => content.length))];
  const functionType = i8 + 1 + sizes.length;
  w.enter(17, 4);
  w.record(1, [functionType + 1]);
  w.record(7, [64]);
  for (const count of arrays) w.record(11, [count, I64]);
  w.record(7, [8]);
  for (const count of sizes) w.record(11, [count, i8]);
  w.record(21, [0, I64, I64]);
  w.end();
  w.record(16, chars(sample.sourceName));
  const firstConstant = names.length;
  variables.forEach(([name, content], k) => {
    const named = [places.get(name) ?? 0, name.length];
    w.record(7, [...named, typeOf(content), 3, firstConstant + k + 1, 9, 1]);
  });
  for (const { name } of sample.functions) {
    w.record(8, [places.get(name) ?? 0, name.length, functionType, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  }
  w.define([{ literal: 13 }, { fixed: 32 }]);
  w.id(4);
  const tableAt = w.position;
  // A whole word, wherever it starts: filled in below.
  w.bits.fixed(0, 32);
  w.enter(11, 4);
  for (const [, content] of variables) {
    w.record(1, [typeOf(content)]);
    w.record(8, chars(content));
  }
  w.end();
  const firstLocal = names.length + variables.length;
  const offsets = sample.functions.map((f) => {
    const at = w.position / 32;
    body(w, f, names, firstLocal, functionType);
    return at;
  });
  const table = w.position / 32;
  w.enter(14, 4);
  sample.functions.forEach((_, k) => {
    w.record(3, [variables.length + k, offsets[k] ?? 0]);
  });
  w.end();
  w.bits.overwrite(tableAt, table, 32);
  const hash = createHash('sha1');
  for (const name of names) hash.update(name, 'latin1');
  const digest = hash.update(w.bytes().subarray(start, (w.position >>> 5) * 4)).digest();
  w.record(17, sample.hash ?? [0, 4, 8, 12, 16].map((k) => digest.readUInt32BE(k)));
  w.end();
  w.enter(23, 3);
  w.define([{ literal: 1 }, 'blob']);
  w.id(4);
  w.blob(Buffer.from([...places.keys()].join('') + sample.sourceName, 'latin1'));
  w.end();
  return w.bytes();
}

function body(
  w: StreamWriter,
  sample: FunctionSample,
  names: readonly string[],
  firstArgument: number,
  functionType: number,
): void {
  w.enter(12, 4);
  w.record(1, [1]);
  w.enter(11, 4);
  w.record(1, [I64]);
  w.record(4, [sample.constant << 1n]);
  w.end();
  if (sample.texts !== undefined) {
    w.enter(15, 3);
    w.define([{ literal: 35 }, { vbr: 6 }, { vbr: 6 }, 'blob']);
    w.id(4);
    const { offset, blob } = metadataStrings(sample.texts);
    w.bits.vbr(sample.texts.length, 0, 6);
    w.bits.vbr(offset, 0, 6);
    w.blob(blob);
    w.end();
  }
  let next = firstArgument + 2;
  w.record(2, [2, 1, sample.opcode ?? 0]);
  const sum = next;
  next += 1;
  for (const callee of sample.calls ?? []) {
    w.record(34, [0, 1 << 15, functionType, next - names.indexOf(callee), next - sum]);
    next += 1;
  }
  w.record(10, [next - sum]);
  w.end();
}

function chars(text: string): number[] {
  return Array.from(text, (c) => c.charCodeAt(0));
}
