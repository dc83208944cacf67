/** What repeated measurements of one thing say together. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws RangeError for no values: there is no median of nothing */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor((sorted.length - 1) / 2);
  const low = sorted[middle];
  const high = sorted[sorted.length - 1 - middle];
  if (low === undefined || high === undefined) throw new RangeError('a spread needs at least one value');
  return { median: (low + high) / 2, min: sorted[0] ?? low, max: sorted.at(-1) ?? high };
}

/**
 * How many times the peer's value a value is, round by round: what disturbed a round disturbed both. Rounds in
 * which one of the two is missing, or the peer's is 0, do not count.
 */
export function pairwiseRatios(
  values: readonly (number | undefined)[],
  peer: readonly (number | undefined)[],
): number[] {
  return values.flatMap((value, round) => {
    const by = peer[round];
    return value === undefined || by === undefined || by === 0 ? [] : [value / by];
  });
}
