import { demangleLegacy } from './demangle-legacy.js';
import { demangleV0 } from './demangle-v0.js';

export interface DemangleOptions {
  /** Whether to keep hashes (`std[8f3a…]::…`, `::h0123…`) and the types of constants; they are left out else. */
  readonly hashes?: boolean;
}

/** A demangled name before the suffixes are looked at; `rest` is the offset after the symbol. */
export interface Demangled {
  readonly text: string;
  readonly rest: number;
}

/** A symbol of Mach-O has one `_` more, one of Windows one less. */
const PREFIX = /^_{0,2}(?:ZN|R)/;

/** `.llvm.<n>`, which ThinLTO adds; with what may follow it (rustc-demangle does the same). */
const LLVM_SUFFIX = /\.llvm\.[0-9A-F@]*/;

/** Such suffixes are shown: `.cold`, `.123`. */
const SUFFIX = /^\.[!-~]*$/;

/**
 * The Rust path that a symbol stands for, printed as rustc-demangle prints it; undefined for names of other languages
 * and for what is damaged. Legacy and v0 mangling (RFC 2603). Never throws; the length of the output and the work
 * are bounded, and a name that passes the bounds is undefined too.
 */
export function demangle(name: string, { hashes = false }: DemangleOptions = {}): string | undefined {
  const prefix = PREFIX.exec(name)?.[0];
  if (prefix === undefined) return undefined;
  const demangled = prefix.endsWith('R')
    ? demangleV0(name, prefix.length, hashes)
    : demangleLegacy(name, prefix.length, hashes);
  if (demangled === undefined) return undefined;
  const suffix = name.slice(demangled.rest).replace(LLVM_SUFFIX, '');
  return suffix === '' || SUFFIX.test(suffix) ? demangled.text + suffix : undefined;
}
