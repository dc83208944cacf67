import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { type InvocationLog, readLog } from './log.js';
import type { Toolchain } from './toolchain-fixture.js';
import { WRAPPER } from './wrapper-fixture.js';

/** A workspace with a library, one that needs it, a build script, a macro and a program. */
export const WORKSPACE: Readonly<Record<string, string>> = {
  'Cargo.toml':
    '[workspace]\nmembers = ["base", "middle", "mac", "app"]\nresolver = "2"\n[profile.release]\nopt-level = 1\n',
  ...manifest('base', '[build-dependencies]\n'),
  'base/build.rs':
    'fn main() { std::fs::write(format!("{}/n.rs", std::env::var("OUT_DIR").unwrap()), "42").unwrap(); }',
  'base/src/lib.rs':
    'pub fn answer(n: u32) -> u32 { n.wrapping_mul(include!(concat!(env!("OUT_DIR"), "/n.rs"))) }\npub fn same<T>(t: T) -> T { t }\n',
  ...manifest('middle', '[dependencies]\nbase = { path = "../base" }\n'),
  'middle/src/lib.rs': 'pub fn twice(n: u32) -> u32 { base::same(base::answer(n)) + base::answer(n + 1) }\n',
  ...manifest('mac', '[lib]\nproc-macro = true\n'),
  'mac/src/lib.rs':
    'use proc_macro::TokenStream;\n#[proc_macro] pub fn seven(_: TokenStream) -> TokenStream { "7u32".parse().unwrap() }\n',
  ...manifest('app', '[dependencies]\nmiddle = { path = "../middle" }\nmac = { path = "../mac" }\n'),
  'app/src/main.rs':
    'fn main() { println!("{} {:?}", middle::twice(mac::seven!()), option_env!("SALT")); }\n',
};

function manifest(name: string, rest: string): Readonly<Record<string, string>> {
  return {
    [`${name}/Cargo.toml`]: `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n${rest}`,
  };
}

/** Runs of one workspace, each at the same path and kept under a name of its own afterwards. */
export interface Runs {
  /** Where every run saw its files: `src`, `target` and `log` in it. */
  readonly seen: string;
  readonly temporary: string;
  kept(name: string): string;
  /** Builds it and keeps what it left. */
  build(name: string, order: BuildOrder): InvocationLog;
}

interface BuildOrder {
  readonly cargo: Toolchain;
  readonly rustc: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

export function runsIn(t: ExecutionContext): Runs {
  const folder = mkdtempSync(join(tmpdir(), 'trustdiff-cargo-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const seen = join(folder, 'seen');
  const kept = (name: string): string => join(folder, `kept-${name}`);
  // cargo wants one program for RUSTC_WRAPPER.
  const wrapper = join(folder, 'rustc-wrapper');
  writeFileSync(wrapper, `#!/bin/sh\nexec '${process.execPath}' '${WRAPPER}' "$@"\n`);
  chmodSync(wrapper, 0o755);
  return {
    seen,
    temporary: folder,
    kept,
    build(name, { cargo, rustc, files = {}, environment = {} }) {
      for (const [path, content] of Object.entries({ ...WORKSPACE, ...files })) {
        mkdirSync(dirname(join(seen, 'src', path)), { recursive: true });
        writeFileSync(join(seen, 'src', path), content);
      }
      mkdirSync(join(seen, 'log'));
      const log = join(folder, `log-${name}`);
      const { status, stderr } = spawnSync(cargo.cargo, ['build', '--release', '--offline', '-j', '1'], {
        cwd: join(seen, 'src'),
        env: {
          ...{
            PATH: '/usr/local/bin:/usr/bin:/bin',
            HOME: join(seen, 'home'),
            CARGO_HOME: join(seen, 'home/.cargo'),
          },
          ...{ RUSTC: rustc, RUSTC_WRAPPER: wrapper, CARGO_TARGET_DIR: join(seen, 'target') },
          ...{ TRUSTDIFF_LOG: join(seen, 'log'), ...environment },
        },
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(stderr);
      cpSync(join(seen, 'log'), log, { recursive: true });
      renameSync(seen, kept(name));
      return readLog(log);
    },
  };
}
