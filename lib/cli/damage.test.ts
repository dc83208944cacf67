import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { Contents } from '../../scripts/corpora/containers.js';
import { CONTAINERS, CONTENTS } from '../../scripts/corpora/folder.js';
import { inspect } from '../comparison/inspect.js';
import { TrustdiffError } from '../error.js';
import { scratch } from './run-fixture.js';

/*
 * Each kind of container, damaged in many places: either the damage is told, with the file's name, or every member
 * that comes out has the bytes it should have or another digest. Nothing hangs, and nothing else is ever thrown.
 */

const { containers } = JSON.parse(readFileSync(CONTENTS, 'utf8')) as Contents;

/** Path and digest of each member, or what was wrong. */
async function read(
  file: string,
): Promise<{ readonly members: string } | { readonly wrong: readonly string[] }> {
  try {
    const { list, troubles } = await inspect({ paths: file, digest: 'sha256' });
    if (troubles.length > 0) return { wrong: troubles.map((trouble) => trouble.file ?? '') };
    return { members: JSON.stringify(list.map(({ path, type, digest }) => [path, type, digest])) };
  } catch (error) {
    if (error instanceof TrustdiffError) return { wrong: [error.where.file ?? ''] };
    throw error;
  }
}

for (const { file } of containers) {
  const whole = readFileSync(join(CONTAINERS, file));

  test(`${file} cut off anywhere is never taken for whole`, async (t) => {
    const path = join(scratch(t), file);
    const step = Math.ceil(whole.length / 24);
    for (let length = 0; length < whole.length; length += step) {
      writeFileSync(path, whole.subarray(0, length));
      t.deepEqual(await read(path), { wrong: [path] }, `${length} of ${whole.length} bytes`);
    }
  });

  test(`${file} with a flipped bit gives an error, or members that show it`, async (t) => {
    const path = join(scratch(t), file);
    writeFileSync(path, whole);
    const good = await read(path);
    t.true('members' in good);
    const step = Math.ceil(whole.length / 48);
    for (let at = 0; at < whole.length; at += step) {
      const bytes = Buffer.from(whole);
      bytes.writeUInt8((bytes[at] ?? 0) ^ (1 << (at % 8)), at);
      writeFileSync(path, bytes);
      const found = await read(path);
      if ('wrong' in found) t.deepEqual(new Set(found.wrong), new Set([path]), `bit of byte ${at}`);
      else t.is(typeof found.members, 'string');
    }
  });
}
