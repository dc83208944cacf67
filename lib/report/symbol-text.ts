import { printableName } from '../artefact/name.js';
import { demangle } from '../symbol/demangle.js';

/** A symbol as a person reads it: the Rust path without hashes, or the name as it is. */
export function demangled(symbol: string): string {
  return printableName(demangle(symbol) ?? symbol);
}
