import { type Cause, rustThread } from './cause.js';

export const codegenUnits = {
  id: 'codegen-units',
  title: 'Number of codegen units',
  signature:
    'Another number of `*-cgu.N.rcgu.o` members in an rlib. Functions are looked for in all of them and compared; the units that only one side has, and the tables of all, are told as this.',
  explanation: 'Cut into another number of units, functions are inlined and ordered otherwise.',
  consequence: 'A different configuration: nothing about the root can be said from such a pair.',
  removal: '`codegen-units = 1`, or the same number on both sides.',
  falsePositives: 'A unit that is empty on one side only, and so was left out.',
  root: 'no',
  maskable: false,
  threads: [
    rustThread(128675, 'non-determinism from codegen units'),
    rustThread(34902, 'reproducible builds, tracking'),
  ],
} as const satisfies Cause;
