import { createRequire } from 'node:module';
import test from 'ava';
import { bytesOf, wordsOf } from './code-fixture.js';
import { disassemble } from './disassemble.js';

/** A test of what a report shows, where Capstone is installed. */
const shown = isInstalled() ? test : test.skip;

function isInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve('@alexaltea/capstone-js');
    return true;
  } catch {
    return false;
  }
}

shown('x86-64 is shown in Intel syntax with absolute targets', async (t) => {
  const code = bytesOf('55', '48 8d 05 10 00 00 00', 'e8 01 00 00 00', 'c3');
  t.deepEqual(await disassemble(code, 0x1000, 'x86-64', 10), [
    { offset: 0, length: 1, text: 'push rbp' },
    { offset: 1, length: 7, text: 'lea rax, [rip + 0x10]' },
    { offset: 8, length: 5, text: 'call 0x100e' },
    { offset: 13, length: 1, text: 'ret' },
  ]);
});

shown('aarch64 is shown', async (t) => {
  t.deepEqual(await disassemble(wordsOf(0x94000001, 0xd65f03c0), 0x1000, 'aarch64', 10), [
    { offset: 0, length: 4, text: 'bl #0x1004' },
    { offset: 4, length: 4, text: 'ret' },
  ]);
});

shown('no more than the number asked for is shown', async (t) => {
  t.is((await disassemble(new Uint8Array(100).fill(0x90), 0, 'x86-64', 3)).length, 3);
  t.deepEqual(await disassemble(new Uint8Array(100).fill(0x90), 0, 'x86-64', 0), []);
});

shown('bytes that begin no instruction are shown as bytes, and the rest goes on', async (t) => {
  t.deepEqual(await disassemble(bytesOf('06', 'c3', 'e8 00'), 0, 'x86-64', 10), [
    { offset: 0, length: 1, text: '.byte 0x06' },
    { offset: 1, length: 1, text: 'ret' },
    { offset: 2, length: 1, text: '.byte 0xe8' },
    { offset: 3, length: 1, text: '.byte 0x00' },
  ]);
});
