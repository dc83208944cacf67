import { join } from 'node:path';
import test from 'ava';
import { scratch } from '../cli/run-fixture.js';
import { writeTree } from '../cli/tree-fixture.js';
import { compare } from './comparison.js';

const text = (seed: string, ok: number, tail: string): string =>
  `a line that is always so\nseed=${seed} ok=${ok} tail=${tail}\nanother line that is always so\n`;

for (const explain of [true, false])
  test(`what changes between two regions that vary is none of them${explain ? '' : ', unexplained'}`, async (t) => {
    const folder = scratch(t);
    const tree = (name: string, content: string): string => writeTree(join(folder, name), { f: content });
    const a = tree('a', text('11112222', 1, '33334444'));
    const controls = [{ of: 'a', paths: tree('c', text('99998888', 1, '77776666')) }] as const;
    const verdict = async (b: string): Promise<string> =>
      (await compare({ a, b, controls, explain }).report).verdict.id;
    t.is(await verdict(tree('same', text('55556666', 1, '22221111'))), 'noise');
    t.is(await verdict(tree('other', text('55556666', 0, '22221111'))), 'root-effect-unexplained');
  });
