/** Where in the input something went wrong. `offset` is in bytes from the start of the named stream. */
export interface Where {
  /** The input as the user named it. */
  readonly file?: string | undefined;
  /** The chain of member names inside it, outermost first. */
  readonly member?: readonly string[] | undefined;
  readonly offset?: number | undefined;
}

export type ErrorKind = 'input' | 'limit' | 'usage' | 'spool' | 'build' | 'aborted';

/**
 * The one error that trustdiff throws on purpose: what is wrong, where, and what to do about it.
 * `bin/trustdiff.ts` is the one place that turns it into text and an exit status.
 */
export class TrustdiffError extends Error {
  override readonly name: string = 'TrustdiffError';
  /** What else went wrong, where inputs were read side by side: other errors of the same run, none of which has any more. */
  also: readonly TrustdiffError[] = [];
  constructor(
    readonly kind: ErrorKind,
    /** What is wrong, without the place: `the archive is cut off inside a header`. */
    readonly what: string,
    readonly where: Where = {},
    /** What the user can do, as a sentence without a full stop; empty when there is nothing to say. */
    readonly hint = '',
  ) {
    super(what);
  }
}

/** The input is damaged, hostile or not what it was taken for. */
export class InputError extends TrustdiffError {
  override readonly name = 'InputError';
  constructor(what: string, where: Where = {}, hint = '') {
    super('input', what, where, hint);
  }
}

/** A limit of `Limits` was passed; `option` is the command-line option that raises it. */
export class LimitError extends TrustdiffError {
  override readonly name = 'LimitError';
  constructor(
    what: string,
    readonly option: string,
    where: Where = {},
  ) {
    super('limit', what, where, `raise it with --${option} if the input is to be trusted`);
  }
}

/** The command line or the call asks for something that cannot be. */
export class UsageError extends TrustdiffError {
  override readonly name = 'UsageError';
  constructor(what: string, hint = '') {
    super('usage', what, {}, hint);
  }
}

/** The temporary folder failed: full, read-only, missing. */
export class SpoolError extends TrustdiffError {
  override readonly name = 'SpoolError';
  constructor(what: string, where: Where = {}, hint = 'name another temporary folder with --tmpdir') {
    super('spool', what, where, hint);
  }
}

/** A build failed: that is no difference, and nothing was compared. */
export class BuildError extends TrustdiffError {
  override readonly name = 'BuildError';
  constructor(
    what: string,
    /** The log of the build, on disk. */
    log: string,
    /** Its last lines. */
    readonly lines: readonly string[] = [],
    hint = 'the whole log is there; what was built before is kept',
  ) {
    super('build', what, { file: log }, hint);
  }
}

/** The caller's AbortSignal ended the run. */
export class AbortedError extends TrustdiffError {
  override readonly name = 'AbortedError';
  constructor() {
    super('aborted', 'the comparison was stopped before its end');
  }
}

/**
 * Errors of things that were done side by side as one: the first that is none of the input's, else the first one with all
 * others.
 */
export function together(errors: readonly TrustdiffError[]): TrustdiffError | undefined {
  const other = errors.find(({ kind }) => kind !== 'input' && kind !== 'limit');
  if (other !== undefined) return other;
  const [first, ...also] = errors;
  if (first !== undefined) first.also = also;
  return first;
}

/** The same error with the parts of `where` filled in that it does not yet have. */
export function located(error: unknown, where: Where): TrustdiffError {
  if (!(error instanceof TrustdiffError)) {
    const what = error instanceof Error ? error.message : String(error);
    return new InputError(what, where);
  }
  const at: Where = {
    file: error.where.file ?? where.file,
    member: error.where.member ?? where.member,
    offset: error.where.offset ?? where.offset,
  };
  switch (error.kind) {
    case 'limit':
      return error instanceof LimitError ? new LimitError(error.what, error.option, at) : error;
    case 'spool':
      return new SpoolError(error.what, at, error.hint);
    case 'input':
      return new InputError(error.what, at, error.hint);
    case 'usage':
    case 'build':
    case 'aborted':
      return error;
  }
}

/** An error as plain data: it crosses threads and stands in the JSON report. */
export interface Trouble {
  readonly kind: ErrorKind;
  readonly what: string;
  readonly file?: string | undefined;
  readonly member?: readonly string[] | undefined;
  readonly offset?: number | undefined;
  readonly hint?: string | undefined;
}

export function toTrouble(error: unknown): Trouble {
  const e = located(error, {});
  return {
    kind: e.kind,
    what: e.what,
    ...(e.where.file !== undefined && { file: e.where.file }),
    ...(e.where.member !== undefined && { member: e.where.member }),
    ...(e.where.offset !== undefined && { offset: e.where.offset }),
    ...(e.hint !== '' && { hint: e.hint }),
  };
}
