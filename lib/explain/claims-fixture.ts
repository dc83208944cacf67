import type { ClaimColumns, ClaimKind } from './explanation.js';

/** A claim as tests write it down. */
export interface ClaimRow extends ClaimKind {
  readonly a: string;
  readonly b: string;
  readonly places: number;
  readonly vouched?: boolean;
}

/** Claims in columns, all met at one place. */
export function claimsOf(rows: readonly ClaimRow[]): ClaimColumns {
  const names = [...new Set(rows.map(nameOf))];
  return {
    a: rows.map(({ a }) => a),
    b: rows.map(({ b }) => b),
    kind: Uint16Array.from(rows, (row) => names.indexOf(nameOf(row))),
    kinds: names.map((name) => rows.find((row) => nameOf(row) === name) as ClaimKind),
    places: Uint32Array.from(rows, ({ places }) => places),
    vouched: Uint8Array.from(rows, ({ vouched = true }) => Number(vouched)),
    place: new Uint32Array(rows.length),
    paths: [['x.o', '.text']],
  };
}

function nameOf({ cause, domain }: ClaimKind): string {
  return `${cause} ${domain}`;
}
