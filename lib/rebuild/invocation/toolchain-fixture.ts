import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A rustup toolchain of this machine. */
export interface Toolchain {
  readonly name: string;
  readonly rustc: string;
  readonly cargo: string;
}

/** The toolchains with rustc and cargo that rustup installed here, by name; none where there is no rustup. */
export function toolchains(): Toolchain[] {
  const folder = join(process.env.RUSTUP_HOME ?? join(homedir(), '.rustup'), 'toolchains');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, rustc: join(folder, name, 'bin/rustc'), cargo: join(folder, name, 'bin/cargo') }))
    .filter(({ rustc, cargo }) => existsSync(rustc) && existsSync(cargo));
}
