import { readFileSync } from 'node:fs';
import test from 'ava';
import { memoryBytes } from '../artefact/bytes.js';
import { type Image, linked, relocatable } from './elf/image-fixture.js';
import { explainContents } from './explain.js';
import type { InstructionDiff, ResidueSegment } from './explanation.js';

async function residueOf(
  a: Uint8Array,
  b: Uint8Array,
  maxInstructions = 10,
): Promise<readonly ResidueSegment[]> {
  const options = { path: 'f', maxInstructions };
  return (await explainContents(memoryBytes(a), memoryBytes(b), options)).residue;
}

async function shown(a: Uint8Array, b: Uint8Array): Promise<(readonly string[])[]> {
  const diffs = (await residueOf(a, b)).map(({ instructions }) => instructions);
  return diffs.flatMap((diff) => (diff === undefined ? [] : [told(diff)]));
}

/** One line a row: `! 9 ja 0x1a | 9 jbe 0x1a`. */
function told({ rows }: InstructionDiff): string[] {
  const side = (of: { offset: number; text: string } | undefined) =>
    of === undefined ? '' : `${of.offset.toString(16)} ${of.text}`;
  return rows.map(({ mark, a, b }) => `${MARKS[mark]} ${side(a)} | ${side(b)}`.trimEnd());
}

const MARKS = { equal: '=', changed: '!', 'only-a': '-', 'only-b': '+' };

function corpus(path: string): Uint8Array {
  return readFileSync(`corpus/pairs/${path}`);
}

function imagesOf(a: Image, b: Image): [Uint8Array, Uint8Array][] {
  return [
    [relocatable(a), relocatable(b)],
    [linked(a), linked(b)],
  ];
}

test('a flipped jump stands against the jump it was, with the rows around it', async (t) => {
  const residue = await residueOf(corpus('flipped-jump/a/shapes.o'), corpus('flipped-jump/b/shapes.o'));
  t.is(residue.length, 1);
  const { machine, leftOut } = residue[0]?.instructions ?? {};
  t.deepEqual({ machine, leftOut }, { machine: 'x86-64', leftOut: 0 });
  t.deepEqual(told(residue[0]?.instructions as InstructionDiff), [
    '= 0 mov eax, 6 | 0 mov eax, 6',
    '= 5 cmp dil, 6 | 5 cmp dil, 6',
    '! 9 ja 0x1a | 9 jbe 0x1a',
    '= b movzx eax, dil | b movzx eax, dil',
    '= f lea rcx, [rip + .Lswitch.table.shapes::table::find] | f lea rcx, [rip + .Lswitch.table.shapes::table::find]',
    '= 16 mov rax, qword ptr [rcx + rax*8] | 16 mov rax, qword ptr [rcx + rax*8]',
  ]);
});

test('a constant in the code of an archive member is shown', async (t) => {
  const rows = await shown(corpus('constant/a/libshape.rlib'), corpus('constant/b/libshape.rlib'));
  t.is(rows.length, 1);
  t.deepEqual(
    rows[0]?.filter((row) => !row.startsWith('=')),
    ['! 5 add eax, 0x3e8 | 5 add eax, 0x3e9'],
  );
});

test('a function of one side is listed', async (t) => {
  const [a, b] = [corpus('added-function/a/libshapes.rlib'), corpus('added-function/b/libshapes.rlib')];
  const added = ['+  | 0 xor edi, esi', '+  | 2 lea eax, [rdi + rdi]', '+  | 5 ret'];
  t.deepEqual(await shown(a, b), [added]);
  t.deepEqual(await shown(b, a), [['- 0 xor edi, esi |', '- 2 lea eax, [rdi + rdi] |', '- 5 ret |']]);
});

test('nothing is disassembled where nothing is asked for', async (t) => {
  const [a, b] = [corpus('flipped-jump/a/shapes.o'), corpus('flipped-jump/b/shapes.o')];
  for (const { instructions } of await residueOf(a, b, 0)) t.is(instructions, undefined);
});

test('inserted and removed instructions stand alone', async (t) => {
  const image = (code: string): Image => ({ functions: [{ name: 'f', code: [code] }] });
  for (const [a, b] of imagesOf(
    image('55 4889e5 31c0 0fa2 5d c3'),
    image('55 4889e5 31c0 0f31 0fa2 5d c3'),
  )) {
    t.deepEqual(await shown(a, b), [
      [
        '= 0 push rbp | 0 push rbp',
        '= 1 mov rbp, rsp | 1 mov rbp, rsp',
        '= 4 xor eax, eax | 4 xor eax, eax',
        '+  | 6 rdtsc',
        '= 6 cpuid | 8 cpuid',
        '= 8 pop rbp | a pop rbp',
        '= 9 ret | b ret',
      ],
    ]);
    t.true((await shown(b, a))[0]?.includes('- 6 rdtsc |'));
  }
});

test('what a call and an address lead to stands by its name, in objects and linked files', async (t) => {
  const image = (callee: string): Image => ({
    functions: [
      { name: 'f', code: ['90 e8', { to: callee }, '488d05', { to: 'TABLE' }, 'c3'] },
      { name: '_ZN1m3one17h0123456789abcdefE', code: ['b801000000 c3'] },
      { name: '_ZN1m3two17h0123456789abcdefE', code: ['b802000000 c3'] },
    ],
    constants: [{ name: 'TABLE', bytes: ['0102030405060708'] }],
  });
  const one = image('_ZN1m3one17h0123456789abcdefE');
  for (const [a, b] of imagesOf(one, image('_ZN1m3two17h0123456789abcdefE'))) {
    t.deepEqual(await shown(a, b), [
      [
        '= 0 nop | 0 nop',
        '! 1 call m::one | 1 call m::two',
        '= 6 lea rax, [rip + TABLE] | 6 lea rax, [rip + TABLE]',
        '= d ret | d ret',
      ],
    ]);
  }
});

test('two encodings of one instruction are told apart by their bytes', async (t) => {
  const image = (move: string): Image => ({ functions: [{ name: 'f', code: [`90 ${move} c3`] }] });
  for (const [a, b] of imagesOf(image('4889d8'), image('488bc3'))) {
    t.deepEqual(await shown(a, b), [
      ['= 0 nop | 0 nop', '! 1 mov rax, rbx ; 48 89 d8 | 1 mov rax, rbx ; 48 8b c3', '= 4 ret | 4 ret'],
    ]);
  }
});

test('code of aarch64 is shown', async (t) => {
  const EM_AARCH64 = 183;
  // cbz x0, +8; mov x0, x1 (or x2); ret
  const image = (move: string): Image => ({
    machine: EM_AARCH64,
    functions: [{ name: 'f', code: ['400000b4', move, 'c0035fd6'] }],
  });
  t.deepEqual(await shown(relocatable(image('e00301aa')), relocatable(image('e00302aa'))), [
    ['= 0 cbz x0, 0x8 | 0 cbz x0, 0x8', '! 4 mov x0, x1 | 4 mov x0, x2', '= 8 ret | 8 ret'],
  ]);
});

test('of a long function the first changed rows are shown, the others counted', async (t) => {
  const image = (value: string): Image => ({
    functions: [{ name: 'f', code: [`${`b8${value}000000`.repeat(1000)} c3`] }],
  });
  const residue = await residueOf(relocatable(image('01')), relocatable(image('02')));
  const diffs = residue.flatMap(({ instructions }) => instructions ?? []);
  t.is(diffs.length, 1);
  const { rows, leftOut } = diffs[0] as InstructionDiff;
  t.true(rows.length < 100);
  t.is(leftOut + rows.filter(({ mark }) => mark !== 'equal').length, 1000);
});
