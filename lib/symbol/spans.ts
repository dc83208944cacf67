/**
 * What in a name can follow a hash or a count, and so differ between two builds of one thing:
 * - `legacy-hash`: the 16 hex digits of `17h<hash>E`
 * - `crate-disambiguator`: the base-62 digits of a crate root's `Cs<digits>_`, in a v0 name; the StableCrateId
 * - `backref`: the base-62 digits of `B<digits>_` in a v0 name. They count bytes of the name, so they move with the
 *   length of the disambiguators before them: never a claim of their own, see `fillSkeleton`
 * - `llvm-suffix`: the decimal u64 of `.llvm.<n>`, given to locals that ThinLTO promotes
 * - `anon-hash`: the 32 hex digits of `anon.<hash>.<n>`, LLVM's name for a nameless constant; from the module's name
 * - `alloc-hash`: the 32 hex digits of `alloc_<hash>`, rustc's name for a constant; from its content
 * - `extra-filename`: the 16 hex digits of `<crate>-<hash>` in file, member and library names
 * - `unit-hash`: the hash of a codegen unit, `<crate>.<hash>-cgu.<n>`, `….<hash>.rcgu.o`; often the StableCrateId
 * - `crate-hash`: the hex StableCrateId in `rust_metadata_<crate>_<id>` and the like
 * - `counter`: a number that counts labels of one object: `.LCPI41_0`, `str.5`, `….rel`'s number
 */
export const TOKEN_KINDS = [
  'legacy-hash',
  'crate-disambiguator',
  'backref',
  'llvm-suffix',
  'anon-hash',
  'alloc-hash',
  'extra-filename',
  'unit-hash',
  'crate-hash',
  'counter',
] as const;

export type TokenKind = (typeof TOKEN_KINDS)[number];

/** The index of each kind in `TOKEN_KINDS`, as `TokenSpans` stores it. */
export const KIND = Object.freeze(
  Object.fromEntries(TOKEN_KINDS.map((kind, index) => [kind, index])) as Record<TokenKind, number>,
);

/** Where tokens lie in a range of bytes: columns, in the order of their place; tokens never overlap. */
export class TokenSpans {
  /** How many tokens there are; the columns are longer. */
  count = 0;
  /** Offset of the token's first byte. */
  start = new Int32Array(64);
  /** Offset after its last byte. */
  end = new Int32Array(64);
  /** Index into `TOKEN_KINDS`. */
  kind = new Uint8Array(64);
  /** Of a `backref`: the offset that offsets of its symbol count from, just after `_R`; else 0. */
  base = new Int32Array(64);
  /** Of a `backref`: the offset that it points at; else 0. */
  target = new Int32Array(64);

  add(kind: number, start: number, end: number, base = 0, target = 0): void {
    const n = this.count;
    if (n === this.start.length) this.grow();
    this.start[n] = start;
    this.end[n] = end;
    this.kind[n] = kind;
    this.base[n] = base;
    this.target[n] = target;
    this.count = n + 1;
  }

  private grow(): void {
    const room = this.start.length * 2;
    this.start = longer(this.start, room);
    this.end = longer(this.end, room);
    this.base = longer(this.base, room);
    this.target = longer(this.target, room);
    const kind = new Uint8Array(room);
    kind.set(this.kind);
    this.kind = kind;
  }
}

function longer(column: Int32Array<ArrayBuffer>, room: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(room);
  copy.set(column);
  return copy;
}
