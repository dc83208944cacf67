import test from 'ava';
import fc from 'fast-check';
import {
  decodeX86,
  Instruction,
  LONGEST_X86,
  MEMORY_DISPLACEMENT,
  RELATIVE_BRANCH,
  RIP_RELATIVE,
} from './x86-64.js';

const instruction = new Instruction();

/** Length, then displacement and immediate as `size@offset`. */
function layout(hex: string): string {
  const code = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  const length = decodeX86(code, 0, code.length, instruction);
  if (length === 0) return 'invalid';
  const { displacementSize, displacementAt, immediateSize, immediateAt, flags } = instruction;
  const kinds: Record<number, string> = {
    [RIP_RELATIVE]: 'rip',
    [RELATIVE_BRANCH]: 'branch',
    [MEMORY_DISPLACEMENT]: 'memory',
  };
  return [
    `${length}`,
    ...(displacementSize > 0 ? [`${kinds[flags]} ${displacementSize}@${displacementAt}`] : []),
    ...(immediateSize > 0 ? [`immediate ${immediateSize}@${immediateAt}`] : []),
  ].join(', ');
}

/** Encodings from the Intel SDM, volume 2, and what assemblers make of the text. */
const KNOWN: readonly [hex: string, text: string, expected: string][] = [
  ['c3', 'ret', '1'],
  ['55', 'push rbp', '1'],
  ['90', 'nop', '1'],
  ['f3 0f 1e fa', 'endbr64', '4'],
  ['66 66 2e 0f 1f 84 00 00 00 00 00', 'nop word cs:[rax+rax+0]', '11, memory 4@7'],
  ['48 89 e5', 'mov rbp, rsp', '3'],
  ['48 8b 44 24 08', 'mov rax, [rsp+8]', '5, memory 1@4'],
  ['48 8b 84 24 80 00 00 00', 'mov rax, [rsp+0x80]', '8, memory 4@4'],
  ['48 8d 05 10 00 00 00', 'lea rax, [rip+0x10]', '7, rip 4@3'],
  ['8b 04 25 00 10 00 00', 'mov eax, [0x1000]', '7, memory 4@3'],
  ['8b 04 85 00 10 00 00', 'mov eax, [rax*4+0x1000]', '7, memory 4@3'],
  ['41 8b 45 00', 'mov eax, [r13+0]', '4, memory 1@3'],
  ['c7 05 10 00 00 00 2a 00 00 00', 'mov dword [rip+0x10], 42', '10, rip 4@2, immediate 4@6'],
  ['66 c7 00 2a 00', 'mov word [rax], 42', '5, immediate 2@3'],
  ['48 c7 c0 ff ff ff ff', 'mov rax, -1', '7, immediate 4@3'],
  ['b8 01 00 00 00', 'mov eax, 1', '5, immediate 4@1'],
  ['66 b8 01 00', 'mov ax, 1', '4, immediate 2@2'],
  ['48 b8 01 02 03 04 05 06 07 08', 'movabs rax, imm64', '10, immediate 8@2'],
  ['66 48 b8 01 02 03 04 05 06 07 08', 'movabs: REX.W before 66', '11, immediate 8@3'],
  ['48 66 b8 01 02', 'a REX before another prefix has no effect', '5, immediate 2@3'],
  ['a0 01 02 03 04 05 06 07 08', 'mov al, [moffs64]', '9, memory 8@1'],
  ['67 a1 01 02 03 04', 'mov eax, [moffs32]', '6, memory 4@2'],
  ['f6 c1 01', 'test cl, 1', '3, immediate 1@2'],
  ['f6 d1', 'not cl', '2'],
  ['f7 04 24 01 00 00 00', 'test dword [rsp], 1', '7, immediate 4@3'],
  ['66 f7 c1 01 00', 'test cx, 1', '5, immediate 2@3'],
  ['48 f7 d8', 'neg rax', '3'],
  ['48 81 ec 00 01 00 00', 'sub rsp, 0x100', '7, immediate 4@3'],
  ['48 83 ec 08', 'sub rsp, 8', '4, immediate 1@3'],
  ['48 69 c0 10 00 00 00', 'imul rax, rax, 16', '7, immediate 4@3'],
  ['c8 10 00 01', 'enter 16, 1', '4, immediate 3@1'],
  ['c2 08 00', 'ret 8', '3, immediate 2@1'],
  ['6a 00', 'push 0', '2, immediate 1@1'],
  ['68 00 00 00 00', 'push imm32', '5, immediate 4@1'],
  ['eb fe', 'jmp short', '2, branch 1@1'],
  ['e9 00 00 00 00', 'jmp near', '5, branch 4@1'],
  ['e8 00 00 00 00', 'call', '5, branch 4@1'],
  ['66 e8 00 00 00 00', 'call: the operand size is ignored', '6, branch 4@2'],
  ['66 66 48 e8 00 00 00 00', 'data16 rex.W call __tls_get_addr', '8, branch 4@4'],
  ['0f 84 00 00 00 00', 'je near', '6, branch 4@2'],
  ['74 00', 'je short', '2, branch 1@1'],
  ['e3 00', 'jrcxz', '2, branch 1@1'],
  ['c7 f8 00 00 00 00', 'xbegin', '6, branch 4@2'],
  ['c6 f8 01', 'xabort 1', '3, immediate 1@2'],
  ['ff 15 00 00 00 00', 'call [rip]', '6, rip 4@2'],
  ['f0 48 0f b1 0f', 'lock cmpxchg [rdi], rcx', '5'],
  ['f3 48 0f b8 c7', 'popcnt rax, rdi', '5'],
  ['0f 20 00', 'mov rax, cr0: ModRM.mod is ignored', '3'],
  ['0f 20 45', 'mov rbp, cr0: no displacement', '3'],
  ['66 0f 3a 0f c1 08', 'palignr', '6, immediate 1@5'],
  ['66 0f 38 00 05 00 00 00 00', 'pshufb xmm0, [rip]', '9, rip 4@5'],
  ['66 0f 78 c0 01 02', 'extrq xmm0, 1, 2', '6, immediate 2@4'],
  ['0f 0f c1 9e', 'pfadd: the last byte is the opcode', '4'],
  ['0f 0b', 'ud2', '2'],
  ['d9 c9', 'fxch', '2'],
  ['dd 05 00 00 00 00', 'fld qword [rip]', '6, rip 4@2'],
  ['9b', 'fwait', '1'],
  ['c5 f8 77', 'vzeroupper', '3'],
  ['c5 fd 6f 05 00 00 00 00', 'vmovdqa ymm0, [rip]', '8, rip 4@4'],
  ['c5 f9 70 c0 1b', 'vpshufd xmm0, xmm0, 0x1b', '5, immediate 1@4'],
  ['c4 e3 fd 00 c0 4e', 'vpermq ymm0, ymm0, 0x4e', '6, immediate 1@5'],
  ['c4 e2 7d 18 04 24', 'vbroadcastss ymm0, [rsp]', '6'],
  ['c4 e3 71 4a c2 30', 'vblendvps: the last byte is a register', '6'],
  ['62 f1 7c 48 28 40 01', 'vmovaps zmm0, [rax+64]', '7, memory 1@6'],
  ['62 f1 7c 48 28 05 00 00 00 00', 'vmovaps zmm0, [rip]', '10, rip 4@6'],
  ['62 f3 75 48 25 c2 96', 'vpternlogd zmm0, zmm1, zmm2, 0x96', '7, immediate 1@6'],
  ['62 f5 7c 48 58 c1', 'vaddph zmm0, zmm0, zmm1', '6'],
  ['62 f4 7c 08 83 c0 01', 'EVEX add eax, 1 (APX)', '7, immediate 1@6'],
  ['c4 e7 7b f8 c0 23 01 00 00', 'urdmsr rax, 0x123', '9, immediate 4@5'],
  ['62 f4 7c 18 6b c0 07', 'EVEX imul rax, rax, 7 (APX)', '7, immediate 1@6'],
  ['d5 18 89 c0', 'REX2 mov rax, r16', '4'],
  ['d5 08 b8 01 02 03 04 05 06 07 08', 'REX2 movabs', '11, immediate 8@3'],
  ['d5 80 af c0', 'REX2 imul: map 1', '4'],
  ['d5 00 a1 01 02 03 04 05 06 07 08', 'jmpabs', '11, memory 8@3'],
];

for (const [hex, text, expected] of KNOWN) {
  test(`${hex} is ${text}: ${expected}`, (t) => {
    t.is(layout(hex), expected);
  });
}

for (const [hex, text] of [
  ['06', 'push es'],
  ['27', 'daa'],
  ['60', 'pusha'],
  ['9a 00 00 00 00 00 00', 'call far'],
  ['ea 00 00 00 00 00 00', 'jmp far'],
  ['ce', 'into'],
  ['0f 04', 'no opcode of map 1'],
  ['0f 38 0c c0', 'no opcode of map 2'],
  ['0f 3a 00 c0 00', 'no opcode of map 3'],
  ['66 c5 f8 77', 'a prefix before VEX'],
  ['48 62 f1 7c 48 28 00', 'REX before EVEX'],
  ['c4 e0 7d 18 04 24', 'VEX map 0'],
  ['8f e8 78 c0 c0 01', 'XOP'],
  ['d5 00 0f af c0', 'an escape behind REX2'],
  ['d5 00 70 00', 'a short jump behind REX2'],
  ['e8 00 00 00', 'a call that is cut off'],
  ['48', 'a prefix alone'],
  ['66 66 66 66 66 66 66 66 66 66 66 66 66 66 66 90', 'more than 15 bytes'],
]) {
  test(`${hex} is no instruction of 64-bit mode: ${text}`, (t) => {
    t.is(layout(hex ?? ''), 'invalid');
  });
}

test('15 bytes are still an instruction', (t) => {
  t.is(layout('66 66 66 66 66 66 66 66 66 66 66 66 66 66 90'), '15');
});

test('random bytes never throw, and a length is within the code and at most 15', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (code) => {
      for (let at = 0; at < code.length; at++) {
        const length = decodeX86(code, at, code.length, instruction);
        t.true(length >= 0 && length <= LONGEST_X86 && at + length <= code.length);
        t.is(instruction.length, length);
      }
    }),
  );
});

test('the fields lie behind the head, one behind the other, and within the instruction', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 15, maxLength: 15 }), (code) => {
      const length = decodeX86(code, 0, code.length, instruction);
      if (length === 0) return;
      const { head, displacementAt, displacementSize, immediateAt, immediateSize } = instruction;
      t.is(displacementAt, head);
      t.is(immediateAt, head + displacementSize);
      t.true(immediateAt + immediateSize <= length);
      t.is(instruction.flags === 0, displacementSize === 0);
    }),
  );
});

test('instructions with the same head have the same layout whatever follows', (t) => {
  const second = new Instruction();
  const bytes = fc.uint8Array({ minLength: 15, maxLength: 15 });
  fc.assert(
    fc.property(bytes, bytes, (code, other) => {
      if (decodeX86(code, 0, code.length, instruction) === 0) return;
      const mixed = Uint8Array.from(code, (byte, i) => (i < instruction.head ? byte : (other[i] ?? 0)));
      decodeX86(mixed, 0, mixed.length, second);
      t.deepEqual(second, instruction);
    }),
    { numRuns: 1000 },
  );
});
