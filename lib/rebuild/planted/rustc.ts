/*
 * What the rustc of a planted root (planted-root.ts) does after the real one ended well: it changes one constant in
 * each file of code that was written. Bundled into one file, which lies in that root.
 *
 *     node planted-rustc.cjs RECORDS START AIM ARGUMENT…
 *
 * The file START was made just before the real rustc began. AIM says in which crates: `any`, `primary` (of the package
 * that cargo was asked for) or a crate's name. ARGUMENTs are rustc's. What was changed is written into the folder
 * RECORDS, one JSON file for each (`PlantRecord`).
 */
import { chmodSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Call, codeFiles, readCall } from './call.js';
import { changed, findConstant } from './constant.js';
import type { PlantRecord } from './plant-record.js';

const [records = '', start = '', aim = '', ...args] = process.argv.slice(2);
const call = readCall(args);
if (isAimedAt(call)) for (const path of codeFiles(call)) if (isNewer(path, start)) plant(path);

/** Programs that run while others are compiled are left alone: a change in them is not one of the output. */
function isAimedAt({ crate, types }: Call): boolean {
  if (crate === '' || crate.startsWith('build_script_') || types.includes('proc-macro')) return false;
  if (aim === 'any') return true;
  return aim === 'primary' ? process.env.CARGO_PRIMARY_PACKAGE !== undefined : crate === aim;
}

function plant(path: string): void {
  const content = readFileSync(path);
  const constant = findConstant(content);
  if (constant === undefined) return;
  // A new file: the old one may be another name of a file in the cache of incremental builds.
  const partial = `${path}.planted`;
  writeFileSync(partial, changed(content, constant));
  chmodSync(partial, statSync(path).mode & 0o7777);
  renameSync(partial, path);
  const record: PlantRecord = { file: basename(path), crate: call.crate, ...constant };
  writeFileSync(join(records, `${process.pid}-${record.file}.json`), `${JSON.stringify(record)}\n`);
}

/** Whether this call of rustc wrote it; what lay there before has its change already. */
function isNewer(path: string, than: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat?.isFile() === true && stat.mtimeNs >= statSync(than, { bigint: true }).mtimeNs;
}
