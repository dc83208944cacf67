import test from 'ava';
import fc from 'fast-check';
import { memoryBytes } from '../../artefact/bytes.js';
import { InputError } from '../../error.js';
import { openElf } from '../elf.js';
import { type EhFrame, readEhFrame } from './eh-frame.js';
import { type FixtureElf, Numbers, writeElf } from './elf-fixture.js';

const KINDS = [
  { class: 64, littleEndian: true },
  { class: 64, littleEndian: false },
  { class: 32, littleEndian: true },
  { class: 32, littleEndian: false },
] as const;

const ADDRESS = 0x2000;
/** pcrel | sdata4, as every x86-64 compiler writes it. */
const PCREL4 = 0x1b;

/** Records one behind the other; each method returns where its record starts in the section. */
class Frames {
  content: Buffer = Buffer.alloc(0);
  constructor(
    private readonly elfClass: 32 | 64 = 64,
    private readonly littleEndian = true,
  ) {}

  numbers(): Numbers {
    return new Numbers(this.elfClass === 64, this.littleEndian);
  }

  record(body: Buffer): number {
    const start = this.content.length;
    const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
    this.content = Buffer.concat([this.content, this.numbers().add(4, padded.length).raw(padded).bytes()]);
    return start;
  }

  /** zR, or with `lsda` zPLR. */
  cie(encoding: number, lsda?: number): number {
    const head = this.numbers().add(4, 0).add(1, 1);
    head.raw(Buffer.from(lsda === undefined ? 'zR\0' : 'zPLR\0')).raw(Buffer.from([1, 0x78, 16]));
    if (lsda === undefined) head.raw(Buffer.from([1, encoding]));
    else
      head
        .raw(Buffer.from([7, PCREL4]))
        .add(4, 0x100)
        .raw(Buffer.from([lsda, encoding]));
    return this.record(head.raw(Buffer.from([0x0c, 7, 8])).bytes());
  }

  /** pc_begin and the LSDA pc-relative, 4 bytes each. */
  fde(cie: number, address: number, range: number, lsda?: number): number {
    const at = this.content.length;
    const body = this.numbers()
      .add(4, at + 4 - cie)
      .add(4, (address - (ADDRESS + at + 8)) >>> 0)
      .add(4, range)
      .add(1, lsda === undefined ? 0 : 4);
    if (lsda !== undefined) body.add(4, lsda === 0 ? 0 : (lsda - (ADDRESS + at + 17)) >>> 0);
    return this.record(body.raw(Buffer.from([0x41, 0x0e, 16])).bytes());
  }

  zero(): void {
    this.content = Buffer.concat([this.content, Buffer.alloc(4)]);
  }
}

function open(content: Uint8Array, more: Partial<FixtureElf> = {}) {
  return openElf(
    memoryBytes(
      writeElf({
        sections: [
          { name: '.eh_frame', content, addr: ADDRESS },
          { name: '.gcc_except_table', content: Buffer.from('ffff0100ffff0100', 'hex'), addr: 0x8000 },
        ],
        ...more,
      }),
    ),
  );
}

function frameOf(content: Uint8Array, more?: Partial<FixtureElf>): EhFrame {
  const frame = readEhFrame(open(content, more));
  if (frame === undefined) throw new Error('the fixture has no .eh_frame');
  return frame;
}

test('CIEs, FDEs and the terminator are read in both classes and byte orders', (t) => {
  for (const kind of KINDS) {
    const frames = new Frames(kind.class, kind.littleEndian);
    const plain = frames.cie(PCREL4);
    const first = frames.fde(plain, 0x1000, 0x20);
    const rich = frames.cie(PCREL4, PCREL4);
    const second = frames.fde(rich, 0x5000, 0x30, 0x8004);
    const third = frames.fde(rich, 0x1020, 0x10, 0);
    frames.zero();
    const frame = frameOf(frames.content, kind);
    const base = frame.section.sh_offset;
    t.deepEqual(
      frame.cies.map((c) => [
        c.offset - base,
        c.augmentation,
        c.pointerEncoding,
        c.lsdaEncoding,
        c.dataAlignment,
      ]),
      [
        [plain, 'zR', PCREL4, 0xff, -8],
        [rich, 'zPLR', PCREL4, PCREL4, -8],
      ],
    );
    t.is(frame.cies[1]?.personality?.address, ADDRESS + rich + 19 + 0x100);
    t.deepEqual([...frame.offset], [base + first, base + second, base + third]);
    t.deepEqual([...frame.cie], [0, 1, 1]);
    t.deepEqual([...frame.pcBegin], [0x1000, 0x5000, 0x1020]);
    t.deepEqual([...frame.pcRange], [0x20, 0x30, 0x10]);
    t.deepEqual([...frame.pcBeginOffset], [base + first + 8, base + second + 8, base + third + 8]);
    t.deepEqual([...frame.pcBeginLength], [4, 4, 4]);
    t.deepEqual([...frame.lsda], [Number.NaN, 0x8004, Number.NaN]);
    t.deepEqual([...frame.lsdaLength], [0, 4, 4]);
    t.is(frame.lsdaOffset[1], base + second + 17);
    t.is(frame.instructionsOffset[1], base + second + 21);
    t.deepEqual(frame.terminators, [{ offset: base + frames.content.length - 4, length: 4 }]);
  }
});

test('the records and terminators cover the section, each byte once', (t) => {
  const cuts = fc.array(fc.constantFrom('cie', 'fde', 'zero'), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(cuts, (kinds) => {
      const frames = new Frames();
      let cie = frames.cie(PCREL4);
      for (const kind of kinds) {
        if (kind === 'cie') cie = frames.cie(PCREL4);
        else if (kind === 'fde') frames.fde(cie, 0x1000, 4);
        else frames.zero();
      }
      const frame = frameOf(frames.content);
      const parts = [...frame.cies, ...frame.terminators].map((p) => [p.offset, p.length] as const);
      for (const [index, offset] of frame.offset.entries())
        parts.push([offset, frame.recordLength[index] ?? 0]);
      let at = frame.section.sh_offset;
      for (const [offset, length] of parts.sort((a, b) => a[0] - b[0])) {
        if (offset !== at) return false;
        at += length;
      }
      return at === frame.section.sh_offset + frame.section.fileSize;
    }),
  );
  t.pass();
});

test('a pointer may be absolute, of any width, or of a kind whose base is not known', (t) => {
  const cases: [number, (n: Numbers) => Numbers, number][] = [
    [0x00, (n) => n.word(0x4000).word(8), 0x4000],
    [0x02, (n) => n.add(2, 0xffff).add(2, 8), 0xffff],
    [0x03, (n) => n.add(4, 0x4000).add(4, 8), 0x4000],
    [0x04, (n) => n.add(8, 0x4000).add(8, 8), 0x4000],
    [0x01, (n) => n.raw(Buffer.from([0x80, 0x80, 1, 8])), 0x4000],
    [0x11, (n) => n.raw(Buffer.from([0x70, 8])), ADDRESS + 0x1c + 0x70],
    [0x19, (n) => n.raw(Buffer.from([0x70, 8])), ADDRESS + 0x1c - 16],
    [0x1a, (n) => n.add(2, 0x10000 - 16).add(2, 8), ADDRESS + 0x1c - 16],
    [0x1c, (n) => n.add(8, 2n ** 64n - 16n).add(8, 8), ADDRESS + 0x1c - 16],
    [0x23, (n) => n.add(4, 0x4000).add(4, 8), Number.NaN],
    [0x33, (n) => n.add(4, 0x4000).add(4, 8), Number.NaN],
    [0x04, (n) => n.add(8, 2n ** 53n).add(8, 8), Number.NaN],
    [0x1b, (n) => n.add(4, 0x8000_0000).add(4, 8), Number.NaN],
  ];
  for (const [encoding, add, expected] of cases) {
    const frames = new Frames();
    const cie = frames.cie(encoding);
    t.is(frames.content.length, 0x14);
    frames.record(
      add(frames.numbers().add(4, 0x18 - cie))
        .add(1, 0)
        .bytes(),
    );
    const frame = frameOf(frames.content);
    t.is(frame.pcBegin[0], expected, encoding.toString(16));
    t.is(frame.pcRange[0], 8);
  }
});

test('an address of 32 bits wraps around at 2^32', (t) => {
  const frames = new Frames(32);
  const cie = frames.cie(PCREL4);
  frames.fde(cie, 0xffff_f000, 4);
  t.is(frameOf(frames.content, { class: 32 }).pcBegin[0], 0xffff_f000);
});

test('in a relocatable file the fields are placed, and the addresses left to the relocations', (t) => {
  const frames = new Frames();
  const cie = frames.cie(PCREL4, PCREL4);
  frames.fde(cie, 0x1000, 0x20, 0x8000);
  const frame = frameOf(frames.content, { type: 1 });
  t.is(frame.pcBegin[0], Number.NaN);
  t.is(frame.lsda[0], Number.NaN);
  t.is(frame.pcRange[0], 0x20);
  t.deepEqual([frame.pcBeginLength[0], frame.lsdaLength[0]], [4, 4]);
});

test('a file without the section has no frames', (t) => {
  const elf = openElf(memoryBytes(writeElf({})));
  t.is(readEhFrame(elf), undefined);
  t.is(frameOf(Buffer.alloc(0)).length, 0);
});

test('an FDE that names itself, another FDE, what follows it, or nothing, is refused with its place', (t) => {
  const pointers: ((fde: number) => number)[] = [
    () => 4,
    (fde) => fde + 4 - 0x14,
    (fde) => fde + 5,
    () => 0xffff_ffff,
  ];
  for (const pointer of pointers) {
    const frames = new Frames();
    frames.fde(frames.cie(PCREL4), 0x1000, 4);
    const at = frames.content.length;
    frames.record(frames.numbers().add(4, pointer(at)).raw(Buffer.alloc(16)).bytes());
    const error = t.throws(() => frameOf(frames.content), {
      instanceOf: InputError,
      message: /no CIE before it/,
    });
    t.is(error.where.offset, 64 + at + 4);
  }
});

test('a record beyond the section, a huge length and a cut field are refused', (t) => {
  const frames = new Frames();
  const cie = frames.cie(PCREL4);
  frames.fde(cie, 0x1000, 4);
  const whole = frames.content;
  for (let length = 1; length < whole.length; length += 1) {
    if (length === 0x14) continue;
    t.throws(() => frameOf(whole.subarray(0, length)), { instanceOf: InputError }, `cut at ${length}`);
  }
  const huge = new Numbers(true, true)
    .add(4, 0xffff_ffff)
    .add(8, 2n ** 63n)
    .raw(Buffer.alloc(8))
    .bytes();
  t.throws(() => frameOf(huge), { instanceOf: InputError });
  const extended = new Numbers(true, true).add(4, 0xffff_ffff).add(8, 0).bytes();
  t.deepEqual(frameOf(extended).terminators, [{ offset: 64, length: 12 }]);
});

test('more CIEs than any file has are refused', (t) => {
  const frames = new Frames();
  frames.cie(PCREL4);
  const content = Buffer.concat(Array.from({ length: 65_537 }, () => frames.content));
  t.throws(() => frameOf(content), { instanceOf: InputError, message: /more than 65536 CIEs/ });
});

test('a CIE of an unknown version, augmentation or encoding is refused', (t) => {
  const cie = (bytes: number[]) => {
    const frames = new Frames();
    frames.record(Buffer.from([0, 0, 0, 0, ...bytes]));
    return frames;
  };
  const ascii = (text: string) => [...Buffer.from(`${text}\0`)];
  t.throws(() => frameOf(cie([2, ...ascii('zR'), 1, 1, 1, 1, 0]).content), { message: /version 2/ });
  t.throws(() => frameOf(cie([1, ...ascii('Q'), 1, 1, 1]).content), { message: /no length/ });
  t.throws(() => frameOf(cie([1, ...ascii('zP'), 1, 1, 1, 1, 0x06]).content), { message: /does not exist/ });
  t.throws(() => frameOf(cie([1, ...ascii('zR'), 1, 1, 1, 0xff, 0xff, 0xff, 0x0f]).content), {
    message: /beyond/,
  });
  t.is(frameOf(cie([1, ...ascii('z?R'), 1, 1, 1, 1, PCREL4]).content).cies[0]?.pointerEncoding, 0);
});

test('whatever bytes the section has, it is read or refused', (t) => {
  const frames = new Frames();
  frames.fde(frames.cie(PCREL4, PCREL4), 0x1000, 4, 0x8000);
  frames.zero();
  const edits = fc.array(fc.tuple(fc.nat(frames.content.length - 1), fc.integer({ min: 0, max: 255 })), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(edits, (changes) => {
      const content = Buffer.from(frames.content);
      for (const [at, value] of changes) content[at] = value;
      try {
        const elf = open(content);
        readEhFrame(elf);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
      }
    }),
    { numRuns: 500 },
  );
  t.pass();
});
