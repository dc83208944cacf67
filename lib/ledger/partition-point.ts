/**
 * The index of the first of `count` things in order that is not before what is looked for; `count` where all are.
 * Steps: the logarithm of their number.
 */
export function partitionPoint(count: number, isBefore: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
