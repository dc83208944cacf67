import { join } from 'node:path';
import type { SourceFile } from '../heir/token.js';
import { compilerSources, readSource, replaceOnce, SCENE } from './sources.js';

/** What stands in `attack/trojan.heir` for the file's own text. */
const SEED = '@';

/**
 * The compiler's sources with Thompson's trojan in them: one call more, and one file more. That file holds its own text,
 * so that the compiler which is made of them can put it into clean sources.
 */
export function backdooredSources(): SourceFile[] {
  const trojan = readSource(join(SCENE, 'attack'), 'trojan.heir');
  return [
    ...replaceOnce(compilerSources(), '\n  program();\n', '  trojan();\n  program();\n'),
    ...replaceOnce([trojan], SEED, written(trojan.text)),
  ];
}

/** A text as it is written between quotes. */
function written(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
