import test from 'ava';
import { tellLedger } from '../told-fixture.js';
import { type ImageFunction, linked, relocatable } from './image-fixture.js';

/** `mov r32, imm32` some forty times, which no other seed has, with `changed` as one of the constants. */
function body(seed: number, changed = 0): string {
  const moves = Array.from({ length: 40 }, (_, i) => {
    const value = i === 20 ? changed : Math.imul(seed + i, 0x9e3779b1) >>> 0;
    return `b${(8 + (i % 3)).toString(16)}${value.toString(16).padStart(8, '0')}`;
  });
  return `${moves.join('')}c3`;
}

function of(...functions: readonly (readonly [string, string])[]): ImageFunction[] {
  return functions.map(([name, code]) => ({ name, code: [code] }));
}

/** `<shop::Cart as core::fmt::Debug>::fmt`, by the number of its `impl`. */
const impl = (number: string): string => `_RNvXs${number}_C4shopNtB5_4CartNtNtC4core3fmt5Debug3fmt`;

for (const [kind, write] of [
  ['relocatable', relocatable],
  ['linked', linked],
] as const) {
  const functionsOf = (a: readonly ImageFunction[], b: readonly ImageFunction[]) =>
    tellLedger(write({ functions: a }), write({ functions: b })).functions;

  test(`a function that has another name and one other instruction has changed: ${kind}`, (t) => {
    const counts = functionsOf(
      of(['stays', body(1)], ['flt2dec', body(2, 5)]),
      of(['stays', body(1)], ['imp_flt2dec', body(2, 6)]),
    );
    t.like(counts, { paired: 2, changed: 1, onlyA: [], onlyB: [] });
  });

  test(`a function that went and one of its size that came are on one side each: ${kind}`, (t) => {
    const counts = functionsOf(of(['went', body(3)]), of(['came', body(4000)]));
    t.like(counts, { paired: 0, onlyA: ['went'], onlyB: ['came'] });
  });

  test(`of two functions that are as much like a third, none is that one: ${kind}`, (t) => {
    const counts = functionsOf(of(['went', body(5, 7)]), of(['one', body(5, 8)], ['two', body(5, 9)]));
    t.like(counts, { paired: 0, onlyA: ['went'], onlyB: ['one', 'two'] });
  });

  test(`the method of an impl with another number is the same method, however much of it changed: ${kind}`, (t) => {
    const counts = functionsOf(of([impl('5'), body(6)]), of([impl('3'), body(7000)]));
    t.like(counts, { paired: 1, changed: 1, onlyA: [], onlyB: [] });
  });

  test(`bytes of a renamed function that changed are residue: ${kind}`, (t) => {
    const a = write({ functions: of(['flt2dec', body(8, 5)]) });
    const b = write({ functions: of(['imp_flt2d', body(8, 6)]) });
    t.true(tellLedger(a, b).open > 0);
  });
}
