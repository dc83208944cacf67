import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ByteStream } from '../../artefact/codec/codec.js';
import { listDirectory } from '../../artefact/directory.js';
import { inspectInput } from '../../artefact/input.js';
import { DEFAULT_LIMITS, LIMIT_OPTIONS, type Limits } from '../../artefact/limits.js';
import { Meter } from '../../artefact/meter.js';
import { unpack } from '../../artefact/unpack.js';
import { InputError, LimitError } from '../../error.js';
import { parseControl } from '../debian-control.js';
import { assertSigned, type FileCheck } from '../signature/file-check.js';
import { digestedBlocks, digestFile } from '../signature/file-digest.js';
import { readWhole } from '../signature/keyring.js';
import { type TrustOptions, Verifier } from '../signature/verifier.js';
import { isDebianList, verifyWith } from '../signature/verify.js';

import type { BundledArchive, SourceControl, SourceFacts, SourcePlace, SourceText } from './source.js';

export interface SourceOptions extends TrustOptions {
  readonly limits?: Partial<Limits> | undefined;
  /** Refuse sources that no signature makes good, before they are opened further. */
  readonly requireSignature?: boolean | undefined;
}

/** Bytes of a text file of the sources that are read; src/stage0 has 60 kB. */
const TEXT_LIMIT = 8 * 2 ** 20;

/** Files in the sources that are read, below at most one directory that an archive puts around all. */
const TEXTS = /^(?:\.\/)?(?:[^/]+\/)?(src\/version|src\/stage0(?:\.json)?|debian\/control)$/;

/** An archive of a compiler, as upstream names it. */
const COMPILER = /^(?:rustc|rust-std|cargo|rust)-(?:\d|beta|nightly).*\.tar\.(?:xz|gz|zst)$/;

/**
 * Reads sources: a directory, archives, a .dsc with the files beside it that it lists, a .buildinfo or .changes.
 * Archives are streamed and nothing of them is kept but the digests of the compilers they bring and a few small texts.
 * @throws InputError where something cannot be read, or is not what the .dsc says that it is
 */
export async function readSources(
  paths: readonly string[],
  options: SourceOptions = {},
  verifier?: Verifier,
): Promise<SourceFacts> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const reading = new SourceReading(limits, options, verifier ?? (await Verifier.create(options)));
  for (const path of paths) await reading.read(path);
  return reading.facts(paths);
}

class SourceReading {
  #version: SourceText | undefined;
  #stage0: SourceText | undefined;
  readonly #bundled: BundledArchive[] = [];
  readonly #controls: SourceControl[] = [];
  readonly #checks: FileCheck[] = [];
  readonly #notes: string[] = [];
  readonly #meter = new Meter();

  constructor(
    readonly limits: Limits,
    readonly options: SourceOptions,
    readonly verifier: Verifier,
  ) {}

  async read(path: string): Promise<void> {
    if (inspectInput(path) === 'directory') await this.#directory(path);
    else if (isDebianList(path)) await this.#debianList(path);
    else {
      this.#accept([await this.verifier.check(path)]);
      await this.#archive(path);
    }
  }

  facts(paths: readonly string[]): SourceFacts {
    return {
      paths,
      ...(this.#version !== undefined && { version: this.#version }),
      ...(this.#stage0 !== undefined && { stage0: this.#stage0 }),
      bundled: this.#bundled,
      controls: this.#controls,
      checks: this.#checks,
      notes: this.#notes,
    };
  }

  /** @throws InputError for what was changed, and for what is not signed where it has to be */
  #accept(checks: readonly FileCheck[]): void {
    for (const check of checks) {
      if (check.outcome === 'bad') throw new InputError(`it was changed: ${check.why}`, { file: check.file });
      if (this.options.requireSignature === true) assertSigned(check);
    }
    this.#checks.push(...checks);
  }

  async #directory(top: string): Promise<void> {
    if (this.options.requireSignature === true)
      throw new InputError(
        'a directory bears no signature',
        { file: top },
        'name the .dsc or archives that it was unpacked from',
      );
    for (const name of ['src/version', 'src/stage0', 'src/stage0.json', 'debian/control']) {
      const file = join(top, name);
      if (isPlainFile(top, name))
        this.#text(name, { file, text: readWhole(file, TEXT_LIMIT).toString('utf8') });
    }
    // Debian unpacks orig-stage0 to there.
    const folder = join(top, 'stage0');
    if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === true)
      await this.#bundledBelow(folder);
  }

  async #bundledBelow(folder: string): Promise<void> {
    const steps = listDirectory(folder, this.limits);
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    const { names, types, troubles } = step.value;
    const [trouble] = troubles;
    if (trouble !== undefined)
      throw new InputError(trouble.what, { file: trouble.file, member: trouble.member });
    for (const [row, name] of names.entries()) {
      if (types[row] !== 'file' || !COMPILER.test(basename(name))) continue;
      const file = join(folder, name);
      this.#bundled.push({ name: basename(name), file, ...(await digestFile(file, this.options.signal)) });
    }
  }

  async #debianList(path: string): Promise<void> {
    const { files, absent, lists } = await verifyWith(this.verifier, [path]);
    this.#accept(files);
    for (const name of absent) this.#notes.push(`${name} is not there and was not looked at`);
    const [list] = lists;
    if (list === undefined) throw new Error('a list of Debian is one list');
    const kind = /\.(dsc|changes|buildinfo)$/.exec(path)?.[1] as 'dsc' | 'changes' | 'buildinfo';
    const signed = files[0]?.outcome === 'good' && files[0].by === 'signature';
    this.#controls.push({
      kind,
      file: path,
      paragraphs: parseControl(list.text),
      digests: list.digests,
      signed,
    });
    if (kind !== 'dsc') return;
    for (const name of list.digests.keys()) {
      const file = join(dirname(path), name);
      if (!absent.includes(file) && /\.tar(?:\.\w+)?$/.test(name)) await this.#archive(file);
    }
  }

  async #archive(file: string): Promise<void> {
    const context = {
      file,
      limits: this.limits,
      meter: this.#meter,
      formats: [],
      keepWhole: new Set(['ar'] as const),
    };
    let sha256: string | undefined;
    const blocks = digestedBlocks(file, (digest) => (sha256 = digest.sha256), this.options.signal);
    for await (const { name, metadata, content, via } of unpack(blocks, basename(file), context)) {
      if (this.#meter.addMember() > this.limits.members) {
        const what = `the sources hold more than ${this.limits.members} members`;
        throw new LimitError(what, LIMIT_OPTIONS.members, { file });
      }
      if (metadata.type !== 'file') continue;
      const member = [...via, name];
      const text = TEXTS.exec(name)?.[1];
      if (text !== undefined)
        this.#text(text, { file, member, text: await textOf(content, { file, member }) });
      else if (COMPILER.test(basename(name)))
        this.#bundled.push({ name: basename(name), file, member, ...(await digestOf(content)) });
    }
    if (context.formats.length === 0)
      throw new InputError(
        'it is no archive, directory, .dsc, .changes or .buildinfo',
        { file },
        'name the sources of the root',
      );
    const checked = this.#checks.find((check) => check.file === file);
    if (checked !== undefined && checked.sha256 !== sha256)
      throw new InputError('the file changed after it was verified', { file });
  }

  #text(name: string, text: SourceText): void {
    if (name === 'src/version') this.#version ??= text;
    else if (name === 'debian/control') {
      const { text: content, ...place } = text;
      this.#controls.push({
        kind: 'control',
        ...place,
        paragraphs: parseControl(content),
        digests: new Map(),
        signed: false,
      });
    } else this.#stage0 ??= text;
  }
}

async function textOf(content: ByteStream, place: SourcePlace): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of content) {
    size += chunk.length;
    if (size > TEXT_LIMIT)
      throw new InputError(`it has more than ${TEXT_LIMIT} bytes, too many for such a file`, place);
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function digestOf(content: ByteStream): Promise<{ sha256: string; size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of content) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { sha256: hash.digest('hex'), size };
}

/** A link on the way to it leads to what may be no part of the sources. */
function isPlainFile(top: string, name: string): boolean {
  const [folder = ''] = name.split('/');
  const stat = (path: string) => lstatSync(join(top, path), { throwIfNoEntry: false });
  return stat(folder)?.isDirectory() === true && stat(name)?.isFile() === true;
}
