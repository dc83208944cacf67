import test from 'ava';
import fc from 'fast-check';
import {
  ALL_SAME,
  bytesOf,
  codeAt,
  compared,
  machineNamed,
  movedBy,
  relocationsAt,
  told,
} from './code-fixture.js';
import { compareCode, LONGEST_CODE } from './compare.js';
import { machineOf } from './machine.js';

const NONE_SAME = { sameTarget: () => false, sameRelocation: () => false };

const PUSH = '55';
const POP = '5d';
const RET = 'c3';
const CALL_10 = 'e8 10 00 00 00';
const CALL_20 = 'e8 20 00 00 00';
const MOV_1 = 'b8 01 00 00 00';
const MOV_2 = 'b8 02 00 00 00';
const LOAD_8 = '48 8b 44 24 08';
const LOAD_16 = '48 8b 44 24 10';
const TEST = '48 85 c0';
const XOR = '31 c0';
const NOP = '90';

test('equal code that refers to the same things is equal', (t) => {
  const bytes = bytesOf(PUSH, CALL_10, MOV_1, POP, RET);
  const { calls, result } = compared('x86-64', codeAt(0, bytes), codeAt(0, bytes), movedBy(0));
  t.deepEqual(told(calls), []);
  t.deepEqual(result, {
    verdict: 'equal',
    rowsA: 5,
    rowsB: 5,
    changedRows: 0,
    paddingRows: 0,
    firstChanged: undefined,
    mapping: undefined,
  });
});

test('a call whose bytes changed and whose target did not only moved', (t) => {
  const a = codeAt(0x1000, bytesOf(PUSH, CALL_20, RET));
  const b = codeAt(0x1010, bytesOf(PUSH, CALL_10, RET));
  const { calls, result } = compared('x86-64', a, b, movedBy(0));
  t.deepEqual(told(calls), ['target 2+4 2+4 0x1026 0x1026 same']);
  t.is(result.verdict, 'moved');
});

test('a call to another thing is changed, also where its bytes are equal', (t) => {
  const a = codeAt(0x1000, bytesOf(PUSH, CALL_10, RET));
  const b = codeAt(0x2000, bytesOf(PUSH, CALL_10, RET));
  const { calls, result } = compared('x86-64', a, b, movedBy(0));
  t.deepEqual(told(calls), ['target 2+4 2+4 0x1016 0x2016 not same']);
  t.is(result.verdict, 'changed');
  t.is(result.changedRows, 1);
  t.deepEqual(result.firstChanged, { a: 1, b: 1 });
});

/** Calls of functions at these addresses, from code at `start`. */
function calling(start: number, ...targets: readonly number[]): Uint8Array {
  const calls = targets.map((target, i) => {
    const distance = Buffer.alloc(4);
    distance.writeInt32LE(target - (start + 5 * (i + 1)));
    return `e8 ${distance.toString('hex')}`;
  });
  return bytesOf(...calls, RET);
}

const THREE = [0x9100, 0x9200, 0x9300] as const;
for (const [where, targets, added] of [
  ['first', [0x9900, ...THREE], 'other 0+0 0+5'],
  ['second', [0x9100, 0x9900, 0x9200, 0x9300], 'other 5+0 5+5'],
  ['third', [0x9100, 0x9200, 0x9900, 0x9300], 'other 10+0 10+5'],
  ['last', [...THREE, 0x9900], 'other 15+0 15+5'],
] as const) {
  test(`in a row of calls the one that was added ${where} is told, and no other`, (t) => {
    const a = codeAt(0x1000, calling(0x1000, ...THREE));
    const b = codeAt(0x1000, calling(0x1000, ...targets));
    const forth = compared('x86-64', a, b, movedBy(0));
    t.deepEqual(
      told(forth.calls).filter((call) => !call.endsWith(' same') || call.endsWith('not same')),
      [added],
    );
    t.is(forth.result.changedRows, 1);
    const back = compared('x86-64', b, a, movedBy(0));
    t.is(back.result.changedRows, 1);
    t.deepEqual(back.result.firstChanged, {
      a: forth.result.firstChanged?.b,
      b: forth.result.firstChanged?.a,
    });
  });
}

test('a target behind rip is computed from the end of the instruction, behind its constant', (t) => {
  const a = codeAt(0x1000, bytesOf('c7 05 10 00 00 00 2a 00 00 00'));
  const b = codeAt(0x1000, bytesOf('c7 05 20 00 00 00 2a 00 00 00'));
  const { calls } = compared('x86-64', a, b, NONE_SAME);
  t.deepEqual(told(calls), ['target 2+4 2+4 0x101a 0x102a not same']);
});

test('a constant is told with both values', (t) => {
  const { calls, result } = compared(
    'x86-64',
    codeAt(0, bytesOf('48 b8 01 02 03 04 05 06 07 f8', RET)),
    codeAt(0, bytesOf('48 b8 00 02 03 04 05 06 07 f8', RET)),
    ALL_SAME,
  );
  t.deepEqual(told(calls), ['immediate 2+8 2+8 0xf807060504030201 0xf807060504030200']);
  t.is(result.verdict, 'changed');
});

test('an offset to a register is a displacement', (t) => {
  const { calls } = compared('x86-64', codeAt(0, bytesOf(LOAD_8)), codeAt(0, bytesOf(LOAD_16)), ALL_SAME);
  t.deepEqual(told(calls), ['displacement 4+1 4+1 0x8 0x10']);
});

test('displacement and constant of one instruction are one changed row', (t) => {
  const { calls, result } = compared(
    'x86-64',
    codeAt(0, bytesOf('83 44 24 08 01')),
    codeAt(0, bytesOf('83 44 24 10 02')),
    ALL_SAME,
  );
  t.deepEqual(told(calls), ['displacement 3+1 3+1 0x8 0x10', 'immediate 4+1 4+1 0x1 0x2']);
  t.is(result.changedRows, 1);
});

test('a flipped conditional jump is another instruction', (t) => {
  const { calls, result } = compared(
    'x86-64',
    codeAt(0, bytesOf(TEST, '74 01', PUSH, RET)),
    codeAt(0, bytesOf(TEST, '75 01', PUSH, RET)),
    ALL_SAME,
  );
  t.deepEqual(told(calls), ['other 3+2 3+2']);
  t.is(result.changedRows, 1);
  t.deepEqual(result.firstChanged, { a: 3, b: 3 });
});

test('a jump inside the function to another row is changed, whatever the resolver says', (t) => {
  const { calls, result } = compared(
    'x86-64',
    codeAt(0, bytesOf('eb 01', PUSH, POP, RET)),
    codeAt(0, bytesOf('eb 02', PUSH, POP, RET)),
    ALL_SAME,
  );
  t.deepEqual(told(calls), ['target 1+1 1+1 0x3 0x4 not same']);
  t.is(result.verdict, 'changed');
});

test('a jump inside one function and out of the other is changed', (t) => {
  const { result } = compared(
    'x86-64',
    codeAt(0, bytesOf('eb 01', PUSH, RET)),
    codeAt(0, bytesOf('eb 7f', PUSH, RET)),
    ALL_SAME,
  );
  t.is(result.verdict, 'changed');
});

test('a jump into bytes of an instruction that moved is changed: they are other instructions there', (t) => {
  // `jmp` to the second byte of the `call`.
  const { calls, result } = compared(
    'x86-64',
    codeAt(0x1000, bytesOf('eb 01', CALL_20, RET)),
    codeAt(0x1010, bytesOf('eb 01', CALL_10, RET)),
    ALL_SAME,
  );
  t.deepEqual(told(calls), ['target 1+1 1+1 0x1003 0x1013 not same', 'target 3+4 3+4 0x1027 0x1027 same']);
  t.is(result.verdict, 'changed');
});

test('a jump over the lock prefix of an equal instruction is the same', (t) => {
  const bytes = bytesOf('74 01', 'f0 48 0f b1 0f', RET);
  t.is(compared('x86-64', codeAt(0, bytes), codeAt(64, bytes), movedBy(64)).result.verdict, 'equal');
});

test('an added instruction is told alone, and jumps across it go to the same rows', (t) => {
  const { calls, result } = compared(
    'x86-64',
    codeAt(0x1000, bytesOf(TEST, '74 05', MOV_1, POP, RET)),
    codeAt(0x1000, bytesOf(TEST, '74 07', MOV_1, XOR, POP, RET)),
    ALL_SAME,
  );
  t.deepEqual(told(calls), ['target 4+1 4+1 0x100a 0x100c same', 'other 10+0 10+2']);
  t.is(result.changedRows, 1);
  t.deepEqual(result.firstChanged, { a: 10, b: 10 });
  t.deepEqual([...(result.mapping?.a ?? [])], [0, 3, 5, 10, 11]);
  t.deepEqual([...(result.mapping?.b ?? [])], [0, 3, 5, 12, 13]);
});

test('a jump to an added instruction does not pass for one to the row behind it', (t) => {
  const { calls } = compared(
    'x86-64',
    codeAt(0, bytesOf(TEST, '74 05', MOV_1, POP, RET)),
    codeAt(0, bytesOf(TEST, '74 05', MOV_1, XOR, POP, RET)),
    ALL_SAME,
  );
  t.deepEqual(told(calls), ['target 4+1 4+1 0xa 0xa not same', 'other 10+0 10+2']);
});

test('the short and the long form of a jump to the same row only moved', (t) => {
  const far = new Array<string>(40).fill(LOAD_8).join(' ');
  const near = codeAt(0, bytesOf('74 05', MOV_1, far, RET));
  const long = codeAt(0, bytesOf('0f 84 05 00 00 00', MOV_1, far, RET));
  const { calls, result } = compared('x86-64', near, long, ALL_SAME);
  t.deepEqual(told(calls), ['jump 0+2 0+6 0x7 0xb same']);
  t.is(result.verdict, 'moved');
  t.is(result.changedRows, 0);
  t.is(result.mapping?.a.length, 43);
});

test('the short and the long form of a jump to different rows are changed', (t) => {
  const { calls } = compared(
    'x86-64',
    codeAt(0, bytesOf('eb 05', MOV_1, PUSH, POP, RET)),
    codeAt(0, bytesOf('e9 06 00 00 00', MOV_1, PUSH, POP, RET)),
    ALL_SAME,
  );
  t.deepEqual(told(calls), ['jump 0+2 0+5 0x7 0xb not same']);
});

test('padding that was added is counted among the changed rows and apart', (t) => {
  const { result } = compared(
    'x86-64',
    codeAt(0, bytesOf(PUSH, MOV_1, POP, RET)),
    codeAt(0, bytesOf(PUSH, NOP, '0f 1f 40 00', MOV_1, POP, RET)),
    ALL_SAME,
  );
  t.is(result.verdict, 'changed');
  t.is(result.changedRows, 2);
  t.is(result.paddingRows, 2);
});

test('one instruction removed among many that are alike is found', (t) => {
  const many = Array.from(
    { length: 2000 },
    (_, i) => `b8 ${Buffer.from([i & 255, i >> 8]).toString('hex')} 0000`,
  );
  const without = [...many.slice(0, 1234), ...many.slice(1235)];
  const { calls, result } = compared(
    'x86-64',
    codeAt(0, bytesOf(...many)),
    codeAt(0, bytesOf(...without)),
    ALL_SAME,
  );
  t.deepEqual(told(calls), ['other 6170+5 6170+0']);
  t.is(result.changedRows, 1);
});

test('long functions with nothing in common end as one replacement', (t) => {
  const a = codeAt(0, bytesOf(...new Array<string>(20000).fill(PUSH)));
  const b = codeAt(0, bytesOf(...new Array<string>(30000).fill(RET)));
  const { calls, result } = compared('x86-64', a, b, ALL_SAME);
  t.deepEqual(told(calls), ['other 0+20000 0+30000']);
  t.is(result.changedRows, 30000);
});

test('a field under a relocation counts by what the relocation names, and its bytes must be equal', (t) => {
  const code = (hex: string) => codeAt(0, bytesOf(PUSH, 'e8', hex, RET), relocationsAt(2));
  const asked: number[][] = [];
  const resolver = (same: boolean) => ({
    sameTarget: () => false,
    sameRelocation: (a: number, b: number) => {
      asked.push([a, b]);
      return same;
    },
  });
  const equal = compared('x86-64', code('00000000'), code('00000000'), resolver(true));
  t.is(equal.result.verdict, 'equal');
  const named = compared('x86-64', code('00000000'), code('00000000'), resolver(false));
  t.deepEqual(told(named.calls), ['relocation 2+4 2+4 0x0 0x0 not same']);
  t.is(named.result.verdict, 'changed');
  const bytes = compared('x86-64', code('00000000'), code('fcffffff'), resolver(true));
  t.deepEqual(told(bytes.calls), ['relocation 2+4 2+4 0x0 0x0 not same']);
  t.is(bytes.result.verdict, 'changed');
  t.deepEqual(asked[0], [0, 0]);
});

test('relocations of other functions of the section are passed over', (t) => {
  const bytes = bytesOf(CALL_10, PUSH, 'e8 00 00 00 00', RET, CALL_10);
  const code = { bytes, start: 5, end: 12, address: 5, relocations: relocationsAt(1, 7, 13) };
  const asked: number[][] = [];
  const { calls, result } = compared('x86-64', code, code, {
    sameTarget: () => false,
    sameRelocation: (a, b) => {
      asked.push([a, b]);
      return true;
    },
  });
  t.deepEqual(told(calls), []);
  t.is(result.verdict, 'equal');
  t.deepEqual(asked, [[1, 1]]);
});

test('a relocation on one side only is another instruction, though the bytes are equal', (t) => {
  const bytes = bytesOf(PUSH, 'e8 00 00 00 00', RET);
  const { calls, result } = compared(
    'x86-64',
    codeAt(0, bytes, relocationsAt(2)),
    codeAt(0, bytes),
    ALL_SAME,
  );
  t.deepEqual(told(calls), ['other 1+5 1+5']);
  t.is(result.verdict, 'changed');
});

test('bytes that begin no instruction must be equal', (t) => {
  const { calls, result } = compared(
    'x86-64',
    codeAt(0, bytesOf(RET, '06 06', RET)),
    codeAt(0, bytesOf(RET, '06 07', RET)),
    ALL_SAME,
  );
  t.deepEqual(told(calls), ['other 2+1 2+1']);
  t.is(result.rowsA, 4);
});

test('a function longer than any real one is not looked into', (t) => {
  const long = codeAt(0, new Uint8Array(LONGEST_CODE + 1).fill(0x90));
  const { calls, result } = compared('x86-64', long, long, ALL_SAME);
  t.is(told(calls).length, 1);
  t.is(result.verdict, 'changed');
});

test('an empty function against an empty one is equal, against another it is added', (t) => {
  const none = codeAt(0, bytesOf());
  t.is(compared('x86-64', none, none, ALL_SAME).result.verdict, 'equal');
  const added = compared('x86-64', none, codeAt(0, bytesOf(RET)), ALL_SAME);
  t.deepEqual(told(added.calls), ['other 0+0 0+1']);
  t.deepEqual(added.result.firstChanged, { a: 0, b: 0 });
});

test('a range outside the bytes is refused', (t) => {
  const code = { bytes: bytesOf(RET), start: 0, end: 2, address: 0 };
  const none = () => {};
  const sink = {
    equal: none,
    target: none,
    jump: none,
    relocation: none,
    immediate: none,
    displacement: none,
    other: none,
  };
  t.throws(() => compareCode(machineNamed('x86-64'), code, code, ALL_SAME, sink), { instanceOf: RangeError });
});

test('only x86-64 and aarch64 are compared by instruction', (t) => {
  t.is(machineOf(62)?.name, 'x86-64');
  t.is(machineOf(183)?.name, 'aarch64');
  t.is(machineOf(40), undefined);
});

const INSTRUCTIONS = [
  PUSH,
  POP,
  CALL_10,
  CALL_20,
  MOV_1,
  MOV_2,
  LOAD_8,
  LOAD_16,
  TEST,
  XOR,
  NOP,
  '74 02',
  'eb 05',
  '48 8d 05 10 00 00 00',
  '06',
  '0f 84 09 00 00 00',
];

for (const name of ['x86-64', 'aarch64'] as const) {
  const random = fc.uint8Array({ maxLength: 200 });
  test(`any two byte strings are covered exactly once on ${name}`, (t) => {
    fc.assert(
      fc.property(random, random, fc.boolean(), (a, b, same) => {
        const resolver = same ? ALL_SAME : NONE_SAME;
        compared(name, codeAt(0x1000, a), codeAt(0x2000, b), resolver);
        t.pass();
      }),
      { numRuns: 500 },
    );
  });

  test(`code compared with itself is equal on ${name}, with relocations anywhere`, (t) => {
    fc.assert(
      fc.property(random, fc.uniqueArray(fc.nat(200), { maxLength: 5 }), (bytes, places) => {
        const code = codeAt(0x1000, bytes);
        t.is(compared(name, code, code, movedBy(0)).result.verdict, 'equal');
        const relocated = codeAt(0x1000, bytes, relocationsAt(...places.sort((x, y) => x - y)));
        compared(name, relocated, relocated, movedBy(0));
        compared(name, relocated, code, movedBy(0));
      }),
      { numRuns: 500 },
    );
  });

  test(`a changed byte is never called equal on ${name}, nor moved unless a target says so`, (t) => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 100 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (a, where, flip) => {
          const b = a.slice();
          const at = where % b.length;
          b[at] = (b[at] ?? 0) ^ flip;
          const strict = compared(name, codeAt(0x1000, a), codeAt(0x1000, b), NONE_SAME);
          t.is(strict.result.verdict, 'changed');
          const lax = compared(name, codeAt(0x1000, a), codeAt(0x1000, b), ALL_SAME);
          if (lax.result.verdict === 'moved') {
            t.true(lax.calls.every((call) => call.kind === 'equal' || call.same === true));
          } else t.is(lax.result.verdict, 'changed');
        },
      ),
      { numRuns: 1000 },
    );
  });
}

test('edited functions are covered exactly once, and rows that correspond are told in order', (t) => {
  const instruction = fc.constantFrom(...INSTRUCTIONS);
  const edit = fc.record({ at: fc.nat(80), remove: fc.nat(3), add: fc.array(instruction, { maxLength: 3 }) });
  fc.assert(
    fc.property(fc.array(instruction, { maxLength: 80 }), fc.array(edit, { maxLength: 4 }), (rows, edits) => {
      const edited = [...rows];
      for (const { at, remove, add } of edits) edited.splice(Math.min(at, edited.length), remove, ...add);
      const a = codeAt(0x1000, bytesOf(...rows));
      const b = codeAt(0x3000, bytesOf(...edited));
      const { result } = compared('x86-64', a, b, ALL_SAME);
      const { mapping } = result;
      if (mapping === undefined) return;
      t.is(mapping.a.length, mapping.b.length);
      for (let i = 1; i < mapping.a.length; i++) {
        t.true((mapping.a[i - 1] ?? 0) < (mapping.a[i] ?? 0));
        t.true((mapping.b[i - 1] ?? 0) < (mapping.b[i] ?? 0));
      }
    }),
    { numRuns: 1000 },
  );
});
