import type { FactSet } from './fact.js';

/** `1.85.0 (4d91de4e4 2025-02-17) (built from a source tarball)`, `1.63.0`, `1.97.0-nightly (e50aa6fba …)`. */
const VERSION = /^(\d+\.\d+\.\d+)(-[0-9a-z.]+)?(?: \(([0-9a-f]{7,40}) \d{4}-\d\d-\d\d\))?/;

/** Adds a version string that the artefact reports as its own, and what follows from it. */
export function addVersion(facts: FactSet, version: string, from: string): void {
  const match = VERSION.exec(version);
  if (match === null) return;
  const [, number = '', suffix = '', commit] = match;
  facts.add('version', version, from);
  facts.add('release', number + suffix, from);
  facts.add('channel', channelOf(suffix), from);
  if (commit !== undefined) facts.add('commit', commit, from);
}

function channelOf(suffix: string): string {
  return /^-(nightly|beta|dev)/.exec(suffix)?.[1] ?? 'stable';
}

/** `rustc 1.85.0 (…)` or `rustc version 1.85.0 (…)` without its first words; undefined for anything else. */
export function versionOfRustc(text: string): string | undefined {
  return /^rustc (?:version )?(\d+\.\d+\.\d+.*)$/s.exec(text)?.[1];
}
