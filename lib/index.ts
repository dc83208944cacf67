/**
 * trustdiff: compares two rustc artefacts and says whether the trust root affected the output.
 *
 * @example
 * ```ts
 * import { compare } from 'trustdiff';
 *
 * const comparison = compare({ a: 'rustc_1.85.deb', b: ['rustc.tar.xz', 'rust-std.tar.xz'] });
 * for await (const event of comparison) if (event.type === 'pair') console.log(event.pair.status, event.pair.path);
 * const { verdict } = await comparison.report;
 * ```
 * @packageDocumentation
 */
export { type Comparison, compare } from './comparison/comparison.js';
export type { ComparisonEvent, ProgressEvent } from './comparison/event.js';
export { type Inspection, type InspectOptions, inspect } from './comparison/inspect.js';
export type { CompareOptions, ControlOption } from './comparison/options.js';
export { VERSION } from './comparison/version.js';
export { type Trouble, TrustdiffError } from './error.js';
export type * from './report/model.js';
export { type RenderOptions, renderReport } from './report/render.js';
export type { Reason } from './verdict/comparable.js';
export type { Verdict, VerdictId } from './verdict/verdict.js';
