import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { endOfArchive, tarEntry } from '../artefact/container/tar-fixture.js';
import type { Report } from '../report/model.js';
import { scratch, trustdiff } from './run-fixture.js';

const MEMBERS = 100_000;

/** Prints the peak of the process's memory, in KiB, when it ends. */
const MEASURED = [
  '--import',
  `data:text/javascript,${encodeURIComponent(`
    import { isMainThread } from 'node:worker_threads';
    import { writeSync } from 'node:fs';
    if (isMainThread) process.on('exit', () => writeSync(2, 'PEAK ' + process.resourceUsage().maxRSS + '\\n'));
  `)}`,
];

/** 100,000 members of 8 bytes each. */
function manyMembers(): Buffer {
  const members = Array.from({ length: MEMBERS }, (_, i) =>
    tarEntry({ name: `lib/${i % 100}/file-${i}`, content: i.toString().padStart(8) }),
  );
  return Buffer.concat([...members, endOfArchive]);
}

test('two archives of a hundred thousand members compare in bounded memory', async (t) => {
  const folder = scratch(t);
  const archive = manyMembers();
  writeFileSync(join(folder, 'a.tar.gz'), gzipSync(archive, { level: 1 }));
  archive.write('changed!', archive.length - endOfArchive.length - 512);
  writeFileSync(join(folder, 'b.tar.gz'), gzipSync(archive, { level: 1 }));
  const args = ['a.tar.gz', 'b.tar.gz', '-f', 'json'];
  const { stdout, stderr, status } = await trustdiff(args, { cwd: folder, node: MEASURED });
  t.is(status, 1, stderr);
  const report = JSON.parse(stdout) as Report;
  t.is(report.summary.content.pairs, MEMBERS);
  t.is(report.summary.content.identical, MEMBERS - 1);
  const differing = report.pairs.filter((pair) => pair.status === 'content');
  t.deepEqual(
    differing.map(({ path, difference }) => [path, difference?.first]),
    [['lib/99/file-99999', 0]],
  );
  const peak = Number(/PEAK (\d+)/.exec(stderr)?.[1]) * 1024;
  t.log(`${Math.round(peak / 1e6)} MB at most`);
  t.true(peak < 1e9);
});
