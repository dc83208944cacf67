/**
 * Labels that a compiler numbers as it meets what they name: where they stand in one row, their numbers ascend. So the
 * numbers that there are and the order in the row say which label has which, and nothing is left for a name to say.
 */
export class LabelOrder {
  readonly #rows = new Map<string, { readonly place: number; readonly numbers: readonly number[] }[]>();
  readonly #known = new Map<string, string | undefined>();

  /** @param numbers as in the name, with spaces between */
  add(row: string, place: number, numbers: string): void {
    const label = { place, numbers: numbers.split(' ').map(Number) };
    const labels = this.#rows.get(row);
    if (labels === undefined) this.#rows.set(row, [label]);
    else labels.push(label);
  }

  /** The numbers of a row, ascending; undefined where they do not ascend with their places. */
  numbers(row: string): string | undefined {
    if (!this.#known.has(row)) this.#known.set(row, this.#ascending(row));
    return this.#known.get(row);
  }

  /** Whether each label of a row has the number of those before it. */
  isDense(row: string): boolean {
    const numbers = this.numbers(row)?.split(',');
    return numbers?.every((number, i) => number === String(i)) === true;
  }

  #ascending(row: string): string | undefined {
    const labels = (this.#rows.get(row) ?? []).sort((x, y) => x.place - y.place);
    const ascend = labels.every(
      ({ place, numbers }, i) => i === 0 || isBehind(place, numbers, labels[i - 1]),
    );
    return ascend ? labels.map(({ numbers }) => numbers.join('_')).join(',') : undefined;
  }
}

function isBehind(
  place: number,
  numbers: readonly number[],
  before: { readonly place: number; readonly numbers: readonly number[] } | undefined,
): boolean {
  if (before === undefined) return true;
  if (place === before.place) return false;
  const first = numbers.findIndex((number, i) => number !== before.numbers[i]);
  return first >= 0 && (numbers[first] ?? 0) > (before.numbers[first] ?? Number.POSITIVE_INFINITY);
}
