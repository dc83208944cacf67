import test from 'ava';
import { Numbers, writeElf } from '../../format/elf/elf-fixture.js';
import { tellLedger } from '../told-fixture.js';

const [TEXT, FRAMES, LSDA, DATA] = [0x1000, 0x2000, 0x3000, 0x4000];

interface Frame {
  readonly at: number;
  readonly length: number;
  readonly lsda?: number;
  /** Call frame instructions, as hexadecimal digits. */
  readonly instructions?: string;
  /** Bytes that fill the record up. */
  readonly fill?: number;
}

interface Frames {
  readonly frames?: readonly Frame[];
  readonly text?: string;
  readonly lsda?: string;
  readonly personality?: number;
}

/** One CIE (`zPLR`: personality, LSDA, code; all `pcrel | sdata4`), FDEs for functions of `.text`, a terminator. */
function image(of: Frames): Buffer {
  const words = new Numbers(true, true);
  const augmentation = Buffer.from('017a504c520001781007', 'hex');
  const personality = of.personality ?? DATA;
  // length, id, version and so on, 7 bytes of augmentation data, one instruction, filling.
  const body = Buffer.concat([
    augmentation,
    Buffer.from('1b', 'hex'),
    Buffer.alloc(4),
    Buffer.from('1b1b', 'hex'),
    Buffer.from('0c0708', 'hex'),
    Buffer.alloc(4),
  ]);
  body.writeInt32LE(personality - (FRAMES + 8 + augmentation.length + 1), augmentation.length + 1);
  words
    .add(4, body.length + 4)
    .add(4, 0)
    .raw(body);
  let at = body.length + 8;
  for (const { at: start, length, lsda, instructions, fill } of of.frames ?? []) {
    const data = Buffer.from(instructions ?? '440e08', 'hex');
    const used = 4 + 4 + 4 + 1 + 4 + data.length;
    const room = fill ?? -used & 7;
    words
      .add(4, used + room)
      .add(4, at + 4)
      .add(4, (start - (FRAMES + at + 8)) >>> 0)
      .add(4, length)
      .add(1, 4)
      .add(4, lsda === undefined ? 0 : (lsda - (FRAMES + at + 17)) >>> 0)
      .raw(data)
      .raw(Buffer.alloc(room));
    at += 4 + used + room;
  }
  words.add(4, 0);
  return writeElf({
    sections: [
      {
        name: '.text',
        flags: 6,
        addr: TEXT,
        content: Buffer.from(of.text ?? 'b805000000c3b806000000c3', 'hex'),
      },
      { name: '.eh_frame', flags: 2, addr: FRAMES, content: words.bytes() },
      {
        name: '.gcc_except_table',
        flags: 2,
        addr: LSDA,
        content: Buffer.from(of.lsda ?? 'ff9b0d0104000000ff9b0d0104100000', 'hex'),
      },
      { name: '.data', flags: 3, addr: DATA, content: Buffer.alloc(32, 7) },
    ],
  });
}

const TWO: readonly Frame[] = [
  { at: TEXT, length: 6, lsda: LSDA },
  { at: TEXT + 6, length: 6, lsda: LSDA + 8 },
];

const MOVED: Frames = {
  text: '31c0c3b805000000c3b806000000c3',
  frames: [
    { at: TEXT, length: 3, instructions: '' },
    { at: TEXT + 3, length: 6, lsda: LSDA },
    { at: TEXT + 9, length: 6, lsda: LSDA + 8 },
  ],
};

const frames = (lines: readonly string[]): string[] => lines.filter((line) => line.startsWith('.eh_frame:'));

test('the fields of a frame follow its function, its exception table and its CIE', (t) => {
  const lines = frames(tellLedger(image({ frames: TWO }), image(MOVED)).lines);
  t.true(lines.includes('.eh_frame: derived derived PC_begin'));
  t.true(lines.includes('.eh_frame: derived derived CIE_pointer'));
  t.true(lines.includes('.eh_frame: derived derived LSDA'));
  t.true(lines.includes('.eh_frame: unexplained residue'), 'the frame of the function that B alone has');
});

test('frames in another order are moved', (t) => {
  const [first, second] = TWO as [Frame, Frame];
  const { residue, lines } = tellLedger(image({ frames: TWO }), image({ frames: [second, first] }));
  t.deepEqual(residue, []);
  t.true(lines.includes(': object-order moved'));
});

test('the range of a frame follows the function where nothing but the frame says how long that is', (t) => {
  const a = image({ frames: TWO });
  const b = image({
    text: 'b80500000090c3b806000000c3',
    frames: [
      { at: TEXT, length: 7, lsda: LSDA },
      { at: TEXT + 7, length: 6, lsda: LSDA + 8 },
    ],
  });
  const { lines } = tellLedger(a, b);
  t.true(frames(lines).includes('.eh_frame: derived derived PC_range'));
  t.true(lines.some((line) => /^\.text: code residue/.test(line)));
});

test('a frame that tells of less of its function than it has is residue', (t) => {
  const b = image({ frames: [{ at: TEXT, length: 5, lsda: LSDA }, ...TWO.slice(1)] });
  t.true(tellLedger(image({ frames: TWO }), b).open > 0);
  t.true(tellLedger(b, image({ frames: TWO })).open > 0);
});

test('a frame that names the exception table of another function is residue', (t) => {
  const b = image({ frames: TWO.map((frame) => ({ ...frame, lsda: LSDA + 8 })) });
  t.true(tellLedger(image({ frames: TWO }), b).residue.some(({ field }) => field === 'LSDA'));
});

test('other call frame instructions are residue, and no-ops up to the alignment are padding', (t) => {
  const [first, second] = TWO as [Frame, Frame];
  const a = image({ frames: TWO });
  const other = image({ frames: [{ ...first, instructions: '440e10' }, second] });
  t.true(tellLedger(a, other).open > 0);
  const longer = image({ frames: [{ ...first, instructions: '440e08410e10' }, second] });
  t.true(tellLedger(a, longer).open > 0);
  const padded = tellLedger(a, image({ frames: [{ ...first, fill: 6 }, second] }));
  t.true(padded.lines.includes('.eh_frame: derived derived length'));
});

test('a frame without an exception table on one side is residue', (t) => {
  const [first, second] = TWO as [Frame, Frame];
  const b = image({ frames: [{ at: first.at, length: first.length }, second] });
  t.true(tellLedger(image({ frames: TWO }), b).open > 0);
});

test('the personality routine follows where it is; another one is residue', (t) => {
  const a = image({ frames: TWO });
  t.true(tellLedger(a, image({ frames: TWO, personality: DATA + 8 })).open > 0);
});

test('any byte planted in the frames is residue', (t) => {
  const a = image({ frames: TWO });
  const start = a.indexOf(Buffer.from('017a504c5200', 'hex')) - 8;
  for (let at = start; at < start + 28 + 2 * 28; at += 1) {
    const b = Buffer.from(a);
    b[at] = (b[at] ?? 0) ^ 0x02;
    t.true(tellLedger(a, b).open > 0, `${at - start}`);
    t.true(tellLedger(b, a).open > 0, `${at - start} from the other side`);
  }
});

test('frames on one side only, and none at all, close and replay', (t) => {
  t.true(tellLedger(image({ frames: TWO }), image({ frames: TWO.slice(1) })).open > 0);
  t.true(tellLedger(image({ frames: TWO.slice(1) }), image({ frames: TWO })).open > 0);
  t.true(tellLedger(image({ frames: [] }), image({ frames: TWO })).open > 0);
});
