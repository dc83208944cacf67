import type { Code, CodeRelocations, CodeResult, CodeSink, Resolver } from './code.js';
import { compareCode } from './compare.js';
import { type Machine, type MachineName, machineOf } from './machine.js';

export function machineNamed(name: MachineName): Machine {
  const machine = machineOf(name === 'x86-64' ? 62 : 183);
  if (machine === undefined) throw new Error(`no machine ${name}`);
  return machine;
}

export function bytesOf(...hex: readonly string[]): Uint8Array {
  return new Uint8Array(Buffer.from(hex.join('').replaceAll(' ', ''), 'hex'));
}

/** Words in little-endian order. */
export function wordsOf(...words: readonly number[]): Uint8Array {
  const buffer = Buffer.alloc(words.length * 4);
  words.forEach((word, i) => {
    buffer.writeUInt32LE(word >>> 0, i * 4);
  });
  return new Uint8Array(buffer);
}

export function codeAt(address: number, bytes: Uint8Array, relocations?: CodeRelocations): Code {
  return { bytes, start: 0, end: bytes.length, address, relocations };
}

export function relocationsAt(...starts: readonly number[]): CodeRelocations {
  return { starts: Int32Array.from(starts), lengths: new Uint8Array(starts.length).fill(4) };
}

/** Two targets are the same where their distance is that of two functions that were only moved. */
export function movedBy(distance: number): Resolver {
  return { sameTarget: (a, b) => b - a === distance, sameRelocation: () => true };
}

export const ALL_SAME: Resolver = { sameTarget: () => true, sameRelocation: () => true };

export interface Call {
  readonly kind: keyof CodeSink;
  readonly a: number;
  readonly aLength: number;
  readonly b: number;
  readonly bLength: number;
  readonly same?: boolean;
  readonly x?: number | bigint;
  readonly y?: number | bigint;
}

/** Compares, and checks that the calls cover both functions exactly once and that `equal` tells the truth. */
export function compared(
  name: MachineName,
  a: Code,
  b: Code,
  resolver: Resolver,
): { calls: Call[]; result: CodeResult } {
  const calls: Call[] = [];
  const value =
    (kind: 'immediate' | 'displacement') =>
    (at: number, bt: number, length: number, x: bigint, y: bigint) => {
      calls.push({ kind, a: at, aLength: length, b: bt, bLength: length, x, y });
    };
  const sink: CodeSink = {
    equal: (at, bt, length) => calls.push({ kind: 'equal', a: at, aLength: length, b: bt, bLength: length }),
    target: (at, bt, length, x, y, same) =>
      calls.push({ kind: 'target', a: at, aLength: length, b: bt, bLength: length, x, y, same }),
    relocation: (at, bt, length, x, y, same) =>
      calls.push({ kind: 'relocation', a: at, aLength: length, b: bt, bLength: length, x, y, same }),
    immediate: value('immediate'),
    displacement: value('displacement'),
    jump: (at, aLength, bt, bLength, x, y, same) =>
      calls.push({ kind: 'jump', a: at, aLength, b: bt, bLength, x, y, same }),
    other: (at, aLength, bt, bLength) => calls.push({ kind: 'other', a: at, aLength, b: bt, bLength }),
  };
  const result = compareCode(machineNamed(name), a, b, resolver, sink);
  assertCovered(calls, a, b);
  return { calls, result };
}

function assertCovered(calls: readonly Call[], a: Code, b: Code): void {
  let pa = a.start;
  let pb = b.start;
  for (const call of calls) {
    if (call.a !== pa || call.b !== pb) {
      throw new Error(`${call.kind} at ${call.a}, ${call.b} instead of ${pa}, ${pb}`);
    }
    if (call.aLength < 0 || call.bLength < 0 || call.aLength + call.bLength === 0) {
      throw new Error(`${call.kind} of ${call.aLength}, ${call.bLength} bytes`);
    }
    pa += call.aLength;
    pb += call.bLength;
    const [x, y] = [a.bytes.subarray(call.a, pa), b.bytes.subarray(call.b, pb)];
    if (call.kind === 'equal' && Buffer.compare(x, y) !== 0) throw new Error(`equal at ${call.a} is not`);
  }
  if (pa !== a.end || pb !== b.end) throw new Error(`covered up to ${pa}, ${pb} of ${a.end}, ${b.end}`);
}

/** The calls that are not `equal`, as text. */
export function told(calls: readonly Call[]): string[] {
  return calls
    .filter((call) => call.kind !== 'equal')
    .map(({ kind, a, aLength, b, bLength, x, y, same }) =>
      [
        kind,
        `${a}+${aLength}`,
        `${b}+${bLength}`,
        ...(x === undefined ? [] : [`0x${x.toString(16)}`, `0x${y?.toString(16)}`]),
        ...(same === undefined ? [] : [same ? 'same' : 'not same']),
      ].join(' '),
    );
}
