import type { FactName, Identity } from '../artefact/identity.js';
import { settingReason } from './build-setting.js';
import { type Comparison, RULES, type Rule } from './comparable-rule.js';

/** A fact on which two artefacts do not agree. */
export interface Reason {
  /** The fact, or for a setting of the build its key: `rust.lto`. */
  readonly fact: string;
  readonly a: string;
  readonly b: string;
  /**
   * `not-comparable`: the compiled code differs by design, so that no difference says anything about the root.
   * `differs`: worth knowing, but it leaves the question open.
   */
  readonly weight: 'not-comparable' | 'differs';
  /** Why it has that weight; one sentence. */
  readonly why: string;
}

/**
 * What two artefacts say of themselves and do not agree on. A fact that one side does not state is never a reason.
 * What an artefact *is* counts, not what compiled it: a stage 1 whose driver was compiled by rustc 1.84 or by 1.85
 * is one and the same 1.85 for this.
 */
export function incomparabilities(a: Identity, b: Identity): Reason[] {
  const reasons: Reason[] = [];
  const given = new Set<string>();
  for (const rule of RULES) {
    if (rule.unless?.some((fact) => given.has(fact))) continue;
    const reason = judge(rule, valuesOf(a, rule.fact), valuesOf(b, rule.fact));
    if (reason === undefined) continue;
    given.add(rule.fact);
    reasons.push(reason);
  }
  reasons.push(...settingReasons(valuesOf(a, 'builder-config'), valuesOf(b, 'builder-config')));
  const weights = ['not-comparable', 'differs'] as const;
  return weights.flatMap((weight) => reasons.filter((reason) => reason.weight === weight));
}

function judge(rule: Rule, a: readonly string[], b: readonly string[]): Reason | undefined {
  if (a.length === 0 || b.length === 0) return undefined;
  const reduce = rule.reduce ?? ((value: string) => value);
  if (!disagree(rule.comparison, a.map(reduce), b.map(reduce))) return undefined;
  return { fact: rule.fact, a: a.join('; '), b: b.join('; '), weight: rule.weight, why: rule.why };
}

function disagree(comparison: Comparison, a: readonly string[], b: readonly string[]): boolean {
  switch (comparison) {
    case 'no-common-value':
      return !a.some((value) => b.includes(value));
    case 'other-values':
      return a.some((value) => !b.includes(value)) || b.some((value) => !a.includes(value));
    case 'no-common-prefix':
      return !longest(a).some((x) => longest(b).some((y) => x.startsWith(y) || y.startsWith(x)));
    default:
      return comparison satisfies never;
  }
}

/** Without the values that are the start of another: `19.1` says no more than `19.1.5`. */
function longest(values: readonly string[]): string[] {
  return values.filter((value) => !values.some((other) => other !== value && other.startsWith(value)));
}

function settingReasons(a: readonly string[], b: readonly string[]): Reason[] {
  if (a.length === 0 || b.length === 0) return [];
  const [settingsA, settingsB] = [settingsOf(a), settingsOf(b)];
  const keys = [...new Set([...settingsA.keys(), ...settingsB.keys()])].sort();
  return keys.flatMap((key) => settingReason(key, settingsA.get(key), settingsB.get(key)) ?? []);
}

/** One artefact may hold several builder-configs (one a tarball): a key may have several values. */
function settingsOf(values: readonly string[]): Map<string, string[]> {
  const settings = new Map<string, string[]>();
  for (const value of values) {
    const at = value.indexOf(' = ');
    const key = value.slice(0, at);
    settings.set(key, [...(settings.get(key) ?? []), value.slice(at + 3)]);
  }
  return settings;
}

function valuesOf(identity: Identity, fact: FactName): string[] {
  return (identity.facts[fact] ?? []).map(({ value }) => value);
}
