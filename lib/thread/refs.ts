import type { ContentRef } from '../artefact/member.js';

/** Many `ContentRef`s in columns: 50,000 objects would take longer to hand to a thread than to compare. */
export interface PackedRefs {
  /** Empty for a stretch of the spool. */
  readonly paths: readonly string[];
  /** Five numbers a row: length, then dev, ino, mtimeMs, ctimeMs of a path, or fd and offset of a stretch. */
  readonly numbers: Float64Array;
}

const COLUMNS = 5;

export function packRefs(refs: readonly ContentRef[]): PackedRefs {
  const numbers = new Float64Array(refs.length * COLUMNS);
  const paths = refs.map((ref, i) => {
    const row =
      ref.kind === 'path'
        ? [ref.length, ref.stamp.dev, ref.stamp.ino, ref.stamp.mtimeMs, ref.stamp.ctimeMs]
        : [ref.length, ref.fd, ref.offset];
    numbers.set(row, i * COLUMNS);
    return ref.kind === 'path' ? ref.path : '';
  });
  return { paths, numbers };
}

export function unpackRef(packed: PackedRefs, i: number): ContentRef {
  const [length = 0, n1 = 0, n2 = 0, mtimeMs = 0, ctimeMs = 0] = packed.numbers.subarray(
    i * COLUMNS,
    (i + 1) * COLUMNS,
  );
  const path = packed.paths[i] ?? '';
  if (path === '') return { kind: 'spool', fd: n1, offset: n2, length };
  return { kind: 'path', path, length, stamp: { dev: n1, ino: n2, size: length, mtimeMs, ctimeMs } };
}
