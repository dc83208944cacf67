import test from 'ava';
import type { ProgressEvent } from '../comparison/event.js';
import { ProgressLine, progressText } from './progress.js';

const event: ProgressEvent = {
  type: 'progress',
  phase: 'comparing',
  members: 12_000,
  membersTotal: 52_073,
  bytes: 300e6,
  bytesTotal: 900e6,
};

test('progress tells how far it is, at what rate, and how long it still takes', (t) => {
  t.is(
    progressText(event, 3),
    'Comparing  12,000 of 52,073 files, 300.0 MB of 900.0 MB, 100.0 MB/s, 6 s left',
  );
});

test('progress tells no rate before half a second, and no time left at the end', (t) => {
  t.is(progressText(event, 0.4), 'Comparing  12,000 of 52,073 files, 300.0 MB of 900.0 MB');
  t.is(
    progressText({ ...event, bytes: 900e6, members: 52_073 }, 9),
    'Comparing  52,073 of 52,073 files, 900.0 MB of 900.0 MB, 100.0 MB/s',
  );
});

test('progress tells no total that is not known yet', (t) => {
  t.is(
    progressText({ ...event, phase: 'reading', members: 3000, membersTotal: 0, bytes: 0, bytesTotal: 0 }, 1),
    'Reading  3,000 files',
  );
});

test('the progress line is written over, cut to the width of the terminal, and taken away', (t) => {
  const written: string[] = [];
  const line = new ProgressLine({ columns: 21, write: (text: string) => written.push(text) } as never);
  line.clear();
  line.tell(event);
  line.clear();
  line.clear();
  t.deepEqual(written, ['\r\x1b[KComparing  12,000 of', '\r\x1b[K']);
});
