/** A program that is not one, or that does what none may: `path:line: what`, as the compiler prints it. */
export class HeirError extends Error {
  override readonly name = 'HeirError';
  constructor(
    readonly path: string,
    /** Counted from 1. */
    readonly line: number,
    readonly what: string,
  ) {
    super(`${path}:${line}: ${what}`);
  }
}
