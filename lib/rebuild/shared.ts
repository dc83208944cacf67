import { accessSync, constants, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { arch, cpus, release } from 'node:os';
import { join } from 'node:path';
import { digester } from '../artefact/digest.js';

/** A program or library of the host that all builds used: a fault of it shows on both sides alike. */
export interface SharedTool {
  readonly name: string;
  /** Where it really lies. */
  readonly path: string;
  /** BLAKE3 of its content, lower-case hex. */
  readonly digest: string;
}

/** What all builds shared beside files. */
export interface SharedMachine {
  readonly kernel: string;
  readonly architecture: string;
  readonly processor: string;
}

const PROGRAMS = [
  'sh',
  'cc',
  'c++',
  'ld',
  'as',
  'ar',
  'cmake',
  'ninja',
  'make',
  'python3',
  'pkg-config',
] as const;
const FOLDERS = ['/usr/local/bin', '/usr/bin', '/bin'] as const;
const LIBRARIES =
  /^(?:libc\.so\.6|libm\.so\.6|libstdc\+\+\.so\.6|libgcc_s\.so\.1|ld-linux-.*\.so\.\d+|libLLVM[-.].*)$/;
const LIBRARY_FOLDERS = ['/lib64', '/usr/lib64', '/usr/lib', ...multiarchFolders()];

/** The tools of the host that a build of Rust programs meets, by their digests; only those that are there. */
export function sharedTools(): readonly SharedTool[] {
  const found = new Map<string, SharedTool>();
  const add = (name: string, path: string): void => {
    const real = realpathSync(path);
    if (found.has(real)) return;
    const by = digester('blake3');
    by.update(readFileSync(real));
    found.set(real, { name, path: real, digest: by.take() });
  };
  for (const name of PROGRAMS) {
    const path = FOLDERS.map((folder) => join(folder, name)).find(isExecutable);
    if (path !== undefined) add(name, path);
  }
  for (const folder of LIBRARY_FOLDERS)
    for (const name of childrenOf(folder)
      .filter((child) => LIBRARIES.test(child))
      .sort()) {
      const path = join(folder, name);
      if (isReadable(path)) add(name, path);
    }
  return [...found.values()];
}

export function sharedMachine(): SharedMachine {
  return { kernel: release(), architecture: arch(), processor: cpus()[0]?.model.trim() ?? '' };
}

function multiarchFolders(): string[] {
  return childrenOf('/usr/lib')
    .filter((name) => /-linux-gnu[a-z0-9]*$/.test(name))
    .map((name) => `/usr/lib/${name}`);
}

function childrenOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  return isAllowed(path, constants.X_OK);
}

function isReadable(path: string): boolean {
  return isAllowed(path, constants.R_OK);
}

function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
