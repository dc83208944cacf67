import test from 'ava';
import { memoryBytes } from '../../artefact/bytes.js';
import { openElf } from '../elf.js';
import { readEhFrame } from './eh-frame.js';
import { ehFrameHdrFollows, readEhFrameHdr, recomputeEhFrameHdr } from './eh-frame-hdr.js';
import { Numbers, writeElf } from './elf-fixture.js';
import { linkedLibrary } from './linked-fixture.js';

const open = (content: Uint8Array) => openElf(memoryBytes(content));

/** .eh_frame_hdr at 0x1000, .eh_frame at 0x2000 with one CIE and two FDEs for functions at 0x500 and `second`. */
function fixture(header: readonly number[], second = 0x400): Uint8Array {
  const words = new Numbers(true, true);
  const fde = (at: number, address: number) =>
    words
      .add(4, 16)
      .add(4, at + 4)
      .add(4, (address - (0x2000 + at + 8)) >>> 0)
      .add(4, 16)
      .add(4, 0);
  words
    .add(4, 16)
    .add(4, 0)
    .raw(Buffer.from([1, 0x7a, 0x52, 0, 1, 0x78, 16, 1, 0x1b, 0, 0, 0]));
  fde(20, 0x500);
  fde(40, second);
  const content = new Numbers(true, true);
  content.raw(Buffer.from(header.slice(0, 4)));
  for (const word of header.slice(4)) content.add(4, word >>> 0);
  return writeElf({
    sections: [
      { name: '.eh_frame_hdr', content: content.bytes(), addr: 0x1000 },
      { name: '.eh_frame', content: words.bytes(), addr: 0x2000 },
    ],
  });
}

const KNOWN = [1, 0x1b, 0x03, 0x3b];
const [FIRST, SECOND] = [0x1000 + 20, 0x1000 + 40];

test('the table is the FDEs, sorted by function', (t) => {
  const content = fixture([...KNOWN, 0xffc, 2, 0x400 - 0x1000, SECOND, 0x500 - 0x1000, FIRST]);
  t.true(ehFrameHdrFollows(open(content)));
  const header = readEhFrameHdr(open(content));
  t.deepEqual(
    [header?.pointerOffset, header?.countOffset, header?.count, header?.tableOffset],
    [64 + 4, 64 + 8, 2, 64 + 12],
  );
  t.false(
    ehFrameHdrFollows(open(fixture([...KNOWN, 0xffc, 2, 0x500 - 0x1000, FIRST, 0x400 - 0x1000, SECOND]))),
  );
  t.false(ehFrameHdrFollows(open(fixture([...KNOWN, 0xffc, 1, 0x400 - 0x1000, SECOND]))));
});

test('of two FDEs for one function, lld names the first', (t) => {
  t.true(ehFrameHdrFollows(open(fixture([...KNOWN, 0xffc, 1, 0x500 - 0x1000, FIRST], 0x500))));
  t.false(ehFrameHdrFollows(open(fixture([...KNOWN, 0xffc, 1, 0x500 - 0x1000, SECOND], 0x500))));
});

test('a header without a table is a pointer to .eh_frame', (t) => {
  t.true(ehFrameHdrFollows(open(fixture([1, 0x1b, 0xff, 0xff, 0xffc]))));
  t.false(ehFrameHdrFollows(open(fixture([1, 0x1b, 0xff, 0xff, 0xffd]))));
});

test('the tables of GNU ld, gold and lld follow, and no byte of them can change without being seen', (t) => {
  for (const linker of ['gnuLd', 'gold', 'lld'] as const) {
    const content = linkedLibrary(linker);
    const elf = open(content);
    t.true(ehFrameHdrFollows(elf), linker);
    const section = elf.section('.eh_frame_hdr');
    if (section === undefined) return t.fail();
    for (let at = section.sh_offset; at < section.sh_offset + section.fileSize; at += 1) {
      const changed = Buffer.from(content);
      changed[at] = (changed[at] ?? 0) ^ 0x04;
      t.false(ehFrameHdrFollows(open(changed)), `${linker} ${at}`);
    }
  }
});

test('unknown encodings, a forged count and a cut table are not followed', (t) => {
  for (const header of [
    [2, 0x1b, 0x03, 0x3b, 0xffc, 0],
    [1, 0x00, 0x03, 0x3b, 0xffc, 0],
    [1, 0x1b, 0x02, 0x3b, 0xffc, 0],
    [...KNOWN, 0xffc, 0xffff_ffff],
    [...KNOWN, 0xffc],
    [1, 0x1b],
  ]) {
    t.false(ehFrameHdrFollows(open(fixture(header))), header.join());
  }
  const none = open(writeElf({}));
  t.false(ehFrameHdrFollows(none));
  const far = open(fixture([...KNOWN, 0xffc, 2, 0, 0, 0, 0]));
  const frame = readEhFrame(far);
  if (frame === undefined) return t.fail();
  frame.pcBegin[0] = 2 ** 40;
  t.is(recomputeEhFrameHdr(far, frame), undefined);
});
