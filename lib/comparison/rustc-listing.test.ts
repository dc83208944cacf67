import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { pairOptions, reportOf } from '../report/report-fixture.js';
import { parseListing } from './rustc-listing.js';

/** As rustc 1.95 prints it. */
const LISTING = `Crate info:
name consumer
hash 61e2a11aab6f6ac790cdd30d84a49421 stable_crate_id StableCrateId(13127103009619258118)
proc_macro false
=External Dependencies=
1 core-120cbae4e86ec454 hash 4102e7d73bd59a44917a85936520bdd9 host_hash None kind Unconditional public
2 shape hash 54de39c84884d2d0a06f0a92a4d3d0e2 host_hash None kind Unconditional public
`;

test('the listing of a crate is read', (t) => {
  const listing = parseListing(LISTING);
  t.like(listing, { name: 'consumer', hash: '61e2a11aab6f6ac790cdd30d84a49421', id: 'b62cd6a30a512b06' });
  t.deepEqual(typeof listing === 'string' ? [] : [...listing.dependencies.keys()], [
    'core-120cbae4e86ec454',
    'shape',
  ]);
});

test('what is no listing is told as it is', (t) => {
  t.is(
    parseListing('rustc version mismatch. expected 1.95.0, found 1.85.0\n'),
    'rustc version mismatch. expected 1.95.0, found 1.85.0',
  );
  t.is(parseListing(''), 'it printed nothing');
});

/** A program that stands for rustc. */
function fakeRustc(script: string): { readonly path: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-rustc-'));
  const path = join(folder, 'rustc');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return { path, remove: () => rmSync(folder, { recursive: true }) };
}

test('what the compiler says of differing libraries stands in their notes, and decides nothing', async (t) => {
  // The second file it is asked about is one of another hash.
  const rustc = fakeRustc(
    `[ "$RUSTC_BOOTSTRAP $1" = '1 -Zls=root' ] || exit 3\ncase $2 in *-a-*) hash=aaaa;; *) hash=bbbb;; esac\nprintf 'name x\\nhash %s stable_crate_id StableCrateId(255)\\n1 core-0000000000000000 hash %s host_hash\\n' $hash $hash`,
  );
  t.teardown(rustc.remove);
  const options = { ...pairOptions('type-id'), jobs: 1 };
  const with_ = await reportOf({ ...options, rustc: rustc.path });
  const without = await reportOf(options);
  const notes = with_.pairs.flatMap(({ explanation }) => explanation?.notes ?? []);
  t.true(notes.includes('by rustc: crate x, crate hash aaaa ↔ bbbb, stable crate id 00000000000000ff'));
  t.true(
    notes.includes('by rustc: other dependencies: core-0000000000000000 aaaa ↔ core-0000000000000000 bbbb'),
  );
  t.deepEqual(with_.verdict, without.verdict);
});

test('a compiler that fails, or is not there, is a note', async (t) => {
  const failing = fakeRustc('exit 7');
  t.teardown(failing.remove);
  for (const rustc of [failing.path, join(tmpdir(), 'no-such-rustc')]) {
    const report = await reportOf({ ...pairOptions('type-id'), rustc, jobs: 1 });
    const notes = report.pairs.flatMap(({ explanation }) => explanation?.notes ?? []);
    t.is(notes.filter((note) => note.startsWith('rustc of ')).length, 2, notes.join('\n'));
    t.deepEqual(report.troubles, []);
  }
});
