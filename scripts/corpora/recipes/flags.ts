import type { Workshop } from '../workshop.js';

/** A small library with nothing in it that the pair is not about. */
export const RLIB = '--edition=2021 --crate-type=rlib -C opt-level=2 -C embed-bitcode=no -C codegen-units=1';

/** A library from several codegen units, which rustc optimises across them (thin-local LTO). */
export const PARALLEL =
  '--edition=2021 --crate-type=rlib -C opt-level=2 -C embed-bitcode=no -C codegen-units=16';

/** A program without std, linked by the system's cc. */
export const PROGRAM =
  '--edition=2021 --crate-type=bin -C opt-level=2 -C panic=abort -C codegen-units=1 -C link-arg=-nostartfiles';

export const BOTH = ['a', 'b'] as const;

/** Changes the constant that `shape.rs` and others include. */
export function changeConstant(shop: Workshop, to: number): void {
  shop.write('/build/src/scale.in', `${to}\n`, `the line ${to}`);
}
