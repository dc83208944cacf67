/**
 * Rows under one another: the columns named by `left` to the left, the others to the right, with two spaces between
 * where there is room for them.
 */
export function table(
  rows: readonly (readonly string[])[],
  width: number,
  left: ReadonlySet<number> = new Set([0]),
): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.max(0, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const room = width - widths.reduce((sum, column) => sum + column, 0);
  const gap = ' '.repeat(room >= 2 * (columns - 1) ? 2 : 1);
  return rows.map((row) =>
    row
      .map((cell, i) => (left.has(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join(gap)
      .trimEnd(),
  );
}
