import test from 'ava';
import { applyPatch } from 'diff';
import fc from 'fast-check';
import { memoryBytes } from '../artefact/bytes.js';
import { cutDiff, renderUnified, type TextDiff, unifiedDiff } from './text-diff.js';
import { decodeTexts, textKind } from './text-kind.js';

test('a content is text or not by a rule that is told', (t) => {
  const judged = (content: Uint8Array) => textKind(memoryBytes(content));
  t.deepEqual(judged(Buffer.from('')), { kind: 'utf-8', rule: 'empty' });
  t.deepEqual(judged(Buffer.from('grüße\n')), { kind: 'utf-8', rule: 'valid UTF-8' });
  t.deepEqual(judged(Buffer.from('gr\xfc\xdfe\n', 'latin1')), { kind: 'latin-1', rule: 'bytes of Latin-1' });
  t.deepEqual(judged(Buffer.from('a\0b')), { kind: 'binary', rule: 'contains NUL bytes' });
  t.deepEqual(judged(Buffer.from('\x01\x02\x03')), {
    kind: 'binary',
    rule: 'contains many control characters',
  });
  t.is(judged(Buffer.concat([Buffer.alloc(200, 'a'), Buffer.from([0xe2, 0x82])])).kind, 'latin-1');
});

test('a character divided between head, middle and tail does not make a text Latin-1', (t) => {
  for (let shift = 0; shift < 4; shift++) {
    t.is(textKind(memoryBytes(Buffer.from('x'.repeat(shift) + '€'.repeat(12_000)))).kind, 'utf-8');
    t.is(textKind(memoryBytes(Buffer.from('x'.repeat(shift) + '€'.repeat(100_000)))).kind, 'utf-8');
  }
});

test('texts are decoded so that they differ where the bytes do', (t) => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
      const [x, y] = decodeTexts(a, b);
      return (x === y) === Buffer.from(a).equals(b);
    }),
  );
  const [bom, none] = decodeTexts(Buffer.from('\ufeffa'), Buffer.from('a'));
  t.not(bom, none);
});

test('a changed line stands in unified form with three lines of context', (t) => {
  const a = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n';
  const b = a.replace('five', 'FIVE');
  t.deepEqual(rendered(a, b), [
    '--- old',
    '+++ new',
    '@@ -2,7 +2,7 @@',
    ' two',
    ' three',
    ' four',
    '-five',
    '+FIVE',
    ' six',
    ' seven',
    ' eight',
  ]);
});

test('a missing newline at the end, carriage returns and terminal codes are visible', (t) => {
  t.deepEqual(rendered('a\nb', 'a\nb\n').slice(2), [
    '@@ -1,2 +1,2 @@',
    ' a',
    '-b',
    '\\ No newline at end of file',
    '+b',
  ]);
  t.deepEqual(rendered('a\r\n', 'a\n').slice(2), ['@@ -1 +1 @@', '-a\\x0d', '+a']);
  t.deepEqual(rendered('', '\x1b[2J\n').slice(2), ['@@ -0,0 +1 @@', '+\\x1b[2J']);
});

test('a long diff is cut and says by how much, a long line too', (t) => {
  const a = Array.from({ length: 100 }, (_, i) => `a${i}\n`).join('');
  const shown = cutDiff(unifiedDiff(a, ''), 10);
  t.is(shown.leftOut, 90);
  t.is(shown.removed, 100);
  const lines = renderUnified(shown, 'old', 'new');
  t.is(lines.length, 14);
  t.is(lines.at(-1), '… 90 more lines');
  t.is(rendered('', 'x'.repeat(5000))[3], `+${'x'.repeat(1000)} … 4000 more characters`);
});

test('applying the hunks to A gives B, for any two texts', (t) => {
  const line = fc.constantFrom('a', 'b', 'c', '', 'd\r', 'e');
  const text = fc
    .tuple(fc.array(line, { maxLength: 40 }), fc.boolean())
    .map(([lines, end]) => lines.join('\n') + (end ? '\n' : ''));
  fc.assert(
    fc.property(text, text, fc.nat(4), (a, b, context) => {
      const diff = unifiedDiff(a, b, { context });
      return applied(a, diff) === b && diff.hunks.length > 0 === (a !== b);
    }),
    { numRuns: 1000 },
  );
  t.pass();
});

test('applying the hunks to A gives B, for texts too long or too different for a shortest diff', (t) => {
  const lines = Array.from({ length: 6000 }, (_, i) => (i % 3 === 0 ? 'same' : `line ${i}`));
  const changed = lines.flatMap((line, i) => (i % 7 === 0 ? [`new ${i}`] : i % 11 === 0 ? [] : [line]));
  const moved = [...lines.slice(3000), ...lines.slice(0, 3000)];
  const repeated = lines.map((_, i) => `r${i % 5}`);
  const others = lines.map((_, i) => `r${(i * i) % 6}`);
  for (const [x, y] of [
    [lines, changed],
    [lines, moved],
    [repeated, others],
    [lines, repeated],
  ] as const) {
    const [a, b] = [x.join('\n'), y.join('\n')];
    t.is(applied(a, unifiedDiff(a, b)), b);
  }
  const few = unifiedDiff(lines.join('\n'), changed.join('\n'));
  t.true(few.removed < 1500, `${few.removed}`);
});

test('texts without unique lines are anchored by runs of lines', (t) => {
  const lines = Array.from({ length: 8000 }, (_, i) => `r${(Math.imul(i * i + 7, 0x9e3779b1) >>> 20) % 97}`);
  const changed = lines.map((line, i) => (i % 50 === 0 ? 'new' : line));
  const diff = unifiedDiff(lines.join('\n'), changed.join('\n'));
  t.is(applied(lines.join('\n'), diff), changed.join('\n'));
  t.true(diff.removed < 400, `${diff.removed}`);
});

function rendered(a: string, b: string): string[] {
  return renderUnified(cutDiff(unifiedDiff(a, b), 1000), 'old', 'new');
}

/** By the library's own patch, given as data. */
function applied(a: string, diff: TextDiff): string | false {
  const hunks = diff.hunks.map((hunk) => ({
    oldStart: hunk.aStart,
    oldLines: hunk.aCount,
    newStart: hunk.bStart,
    newLines: hunk.bCount,
    lines: hunk.lines.flatMap(({ sign, text, noNewline }) =>
      noNewline ? [sign + text, '\\ No newline at end of file'] : [sign + text],
    ),
  }));
  if (hunks.length === 0) return a;
  const patch = { oldFileName: 'a', newFileName: 'b', oldHeader: '', newHeader: '', index: undefined, hunks };
  return applyPatch(a, patch, { autoConvertLineEndings: false });
}
