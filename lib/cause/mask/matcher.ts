import { type ByteSet, type Pattern, PatternError } from './pattern.js';

/** A stretch of a content, in bytes. */
export interface Range {
  readonly start: number;
  readonly length: number;
}

/** The matches would take more steps than the content's length allows for. */
export class TooManySteps extends Error {}

/** Instructions of a compiled pattern; repeats are written out. */
const MAX_INSTRUCTIONS = 4000;

/** Parts written out, with those that need no instruction. */
const MAX_PARTS = 100_000;

/** A longer match is not looked for. Bytes. */
const MAX_MATCH = 2 ** 16;

/**
 * Steps for each byte of the content, and to begin with. Looking for the longest match at each place can take a square
 * of the length in theory (`a.*b` in a content of `a`); this bounds it by what is counted, not by a clock.
 */
const STEPS_A_BYTE = 32;
const FIRST_STEPS = 2 ** 20;

/** States kept at once, of 1 KiB each. */
const MAX_STATES = 1024;

const DEAD = 0;
const UNKNOWN = -1;

/**
 * Finds the matches of a pattern in bytes: at the first place where there is one, the longest, then on behind it. It is
 * an automaton built as needed, so nothing is tried twice at one place.
 * @throws PatternError from the constructor, where the pattern is too large or matches without a byte
 */
export class Matcher {
  readonly #program: Program;
  readonly #start: readonly number[];
  #transitions: Int32Array[] = [];
  #accepts: boolean[] = [];
  #threads: (readonly number[])[] = [];
  #states = new Map<string, number>();
  #steps = FIRST_STEPS;

  constructor(pattern: Pattern) {
    this.#program = compile(pattern);
    this.#start = this.#closure([0]);
    if (this.#start.includes(MATCH)) throw new PatternError('it matches where there is nothing', 1);
    this.#forget();
  }

  /** @throws TooManySteps */
  ranges(content: Uint8Array): Range[] {
    const found: Range[] = [];
    const { length } = content;
    this.#steps = FIRST_STEPS + STEPS_A_BYTE * length;
    for (let from = 0; from < length; ) {
      const end = this.#longest(content, from);
      if (end > from) found.push({ start: from, length: end - from });
      from = end > from ? end : from + 1;
    }
    return found;
  }

  #longest(content: Uint8Array, from: number): number {
    const limit = Math.min(content.length, from + MAX_MATCH);
    let state = 1;
    let end = from;
    let at = from;
    while (at < limit) {
      const byte = content[at] ?? 0;
      let next = this.#transitions[state]?.[byte] ?? UNKNOWN;
      if (next === UNKNOWN) next = this.#step(state, byte);
      at += 1;
      if (next === DEAD) break;
      state = next;
      if (this.#accepts[state] === true) end = at;
    }
    this.#spend(at - from);
    return end;
  }

  #spend(steps: number): void {
    this.#steps -= steps;
    if (this.#steps < 0) throw new TooManySteps();
  }

  /** Builds the state that `byte` leads to. */
  #step(state: number, byte: number): number {
    const threads = this.#threads[state] ?? [];
    this.#spend(threads.length);
    const after: number[] = [];
    for (const thread of threads) {
      if (thread !== MATCH && this.#program.set[thread]?.[byte] === 1) after.push(thread + 1);
    }
    const next = this.#closure(after);
    this.#spend(next.length);
    const key = next.join();
    let index = this.#states.get(key);
    if (index === undefined) {
      if (this.#threads.length >= MAX_STATES) {
        this.#forget();
        return this.#add(key, next);
      }
      index = this.#add(key, next);
    }
    const row = this.#transitions[state];
    if (row !== undefined) row[byte] = index;
    return index;
  }

  #add(key: string, threads: readonly number[]): number {
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    this.#spend(256);
    const index = this.#threads.length;
    this.#states.set(key, index);
    this.#threads.push(threads);
    this.#accepts.push(threads.includes(MATCH));
    this.#transitions.push(new Int32Array(256).fill(UNKNOWN));
    return index;
  }

  #forget(): void {
    this.#transitions = [];
    this.#accepts = [];
    this.#threads = [];
    this.#states = new Map();
    this.#add('', []);
    this.#add(this.#start.join(), this.#start);
  }

  /** The instructions that take a byte, and `MATCH`, that are reached from these without one; in ascending order. */
  #closure(from: readonly number[]): readonly number[] {
    const { set, first, second } = this.#program;
    const seen = new Set<number>();
    const found: number[] = [];
    const stack = [...from];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      if (at === set.length) found.push(MATCH);
      else if (set[at] !== undefined) found.push(at);
      else {
        stack.push(first[at] ?? 0);
        const other = second[at] ?? NOWHERE;
        if (other !== NOWHERE) stack.push(other);
      }
    }
    return found.sort((x, y) => x - y);
  }
}

const MATCH = -1;
const NOWHERE = -1;

/**
 * Instructions in columns. One with a set takes a byte and goes on to the next; one without goes on to `first` and to
 * `second`. Behind the last lies the match.
 */
interface Program {
  parts: number;
  readonly set: (ByteSet | undefined)[];
  readonly first: number[];
  readonly second: number[];
}

function compile(pattern: Pattern): Program {
  const program: Program = { parts: 0, set: [], first: [], second: [] };
  emit(pattern, program);
  return program;
}

function emit(pattern: Pattern, program: Program): void {
  program.parts += 1;
  if (program.parts > MAX_PARTS) throw new PatternError(TOO_LARGE, 1);
  switch (pattern.kind) {
    case 'set':
      add(program, pattern.set);
      return;
    case 'all':
      for (const part of pattern.parts) emit(part, program);
      return;
    case 'any': {
      const jumps: number[] = [];
      for (const [i, part] of pattern.parts.entries()) {
        const last = i === pattern.parts.length - 1;
        const fork = last ? NOWHERE : add(program);
        emit(part, program);
        if (last) break;
        jumps.push(add(program));
        program.first[fork] = fork + 1;
        program.second[fork] = program.set.length;
      }
      for (const jump of jumps) program.first[jump] = program.set.length;
      return;
    }
    case 'repeat': {
      for (let i = 0; i < pattern.min; i += 1) emit(pattern.part, program);
      if (Number.isFinite(pattern.max)) {
        const forks: number[] = [];
        for (let i = pattern.min; i < pattern.max; i += 1) {
          forks.push(add(program));
          emit(pattern.part, program);
        }
        for (const fork of forks) {
          program.first[fork] = fork + 1;
          program.second[fork] = program.set.length;
        }
        return;
      }
      const fork = add(program);
      emit(pattern.part, program);
      const back = add(program);
      program.first[back] = fork;
      program.first[fork] = fork + 1;
      program.second[fork] = program.set.length;
    }
  }
}

function add(program: Program, set?: ByteSet): number {
  if (program.set.length >= MAX_INSTRUCTIONS) throw new PatternError(TOO_LARGE, 1);
  program.first.push(NOWHERE);
  program.second.push(NOWHERE);
  return program.set.push(set) - 1;
}

const TOO_LARGE = 'its repeats make it too large';
