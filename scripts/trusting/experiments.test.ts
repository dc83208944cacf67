import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Report } from '../../lib/report/model.js';
import { EXECUTABLE_HERE } from './build.js';
import { layRustcScene, RUSTC_EXPERIMENT, sysrootOf } from './rustc-scene.js';
import { SCENE } from './sources.js';
import { stageReports } from './stages-fixture.js';

const native = EXECUTABLE_HERE ? test : test.skip;
const sysroot = sysrootOf('rustc');
const withRustc = sysroot !== undefined ? test : test.skip;

/** The functions that hold what nothing explains. */
function accused(report: Report | undefined): string[] {
  const names = (report?.pairs ?? []).flatMap((pair) =>
    (pair.explanation?.residue ?? []).flatMap(({ symbolB, place }) =>
      place.at(-1)?.startsWith('.text') === true && symbolB !== undefined ? [symbolB] : [],
    ),
  );
  return [...new Set(names)].sort();
}

function scene(t: ExecutionContext, file: string) {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-trusting-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return stageReports(file, folder);
}

native(
  'a backdoored root gives the same bytes twice: what is reproducible is not for that to be trusted',
  async (t) => {
    const reports = await scene(t, join(SCENE, 'same-root.experiment.yaml'));
    t.deepEqual(
      [...reports].map(([stage, { verdict }]) => [stage, verdict.id]),
      [
        ['stage1', 'identical'],
        ['stage2', 'identical'],
        ['greet', 'identical'],
      ],
    );
  },
);

native(
  'an honest root against a backdoored one: the functions of the trojan are named, and no other',
  async (t) => {
    const reports = await scene(t, join(SCENE, 'two-roots.experiment.yaml'));
    const stage2 = reports.get('stage2');
    t.is(stage2?.verdict.id, 'root-effect-unexplained');
    t.deepEqual(accused(stage2), [
      'main',
      'trojan',
      'trojan_find',
      'trojan_insert',
      'trojan_put',
      'trojan_put_itself',
      'trojan_put_written',
      'trojan_seed',
    ]);
  },
);

native('the payload is found in the target program, in the function that prints it', async (t) => {
  const reports = await scene(t, join(SCENE, 'two-roots.experiment.yaml'));
  const greet = reports.get('greet');
  t.is(greet?.verdict.id, 'root-effect-unexplained');
  t.deepEqual(accused(greet), ['main']);
});

native('two honest roots that make different code agree from stage 2 on', async (t) => {
  const reports = await scene(t, join(SCENE, 'honest-roots.experiment.yaml'));
  t.deepEqual(
    [...reports].map(([stage, { verdict }]) => [stage, verdict.exit]),
    [
      ['stage1', 1],
      ['stage2', 0],
      ['greet', 0],
    ],
  );
  t.is(reports.get('stage2')?.verdict.id, 'identical');
});

withRustc('a wrapper in the place of rustc is caught in the function that it changed', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-wrapper-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  layRustcScene(sysroot ?? '', folder);
  const reports = await scene(t, join(folder, RUSTC_EXPERIMENT));
  for (const [stage, file] of [
    ['stretch', 'libstretch.rlib'],
    ['vault', 'vault'],
  ] as const) {
    const report = reports.get(stage);
    t.is(report?.verdict.id, 'root-effect-unexplained');
    t.deepEqual(
      report?.pairs.filter(({ status }) => status !== 'identical').map(({ path }) => path),
      [file],
    );
    t.deepEqual(accused(report), ['stretch::key']);
    // In its own control the wrapper does not show.
    t.deepEqual(
      report?.controls.map(({ of, usable, varying }) => ({ of, usable, varying })),
      [
        { of: 'a', usable: true, varying: [] },
        { of: 'b', usable: true, varying: [] },
      ],
    );
  }
});
