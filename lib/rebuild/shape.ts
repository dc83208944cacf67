import { posix } from 'node:path';
import { InputError } from '../error.js';

/** Reads one type of value out of JSON; `path` says where in the file it stands. */
export type Shape<T> = (value: unknown, path: string) => T;

/** A JSON value is not what its schema says; whoever reads the file adds its name. */
function refuse(path: string, expected: string): never {
  throw new InputError(`${path === '' ? 'the record' : path} is not ${expected}`);
}

/** No argument, variable or path of a process can hold a NUL. */
export const text: Shape<string> = (value, path) =>
  typeof value === 'string' && !value.includes('\0') ? value : refuse(path, 'a text');

export const truth: Shape<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : refuse(path, 'true or false');

/** A finite number that is not negative. */
export const amount: Shape<number> = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : refuse(path, 'an amount');

export const sha256: Shape<string> = (value, path) =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? value : refuse(path, 'a SHA-256 digest');

/** Without `.`, `..` or empty parts: it leads where its text says, whatever it is put below. */
export const absolute: Shape<string> = (value, path) =>
  isResolved(value) && value.startsWith('/') ? value : refuse(path, 'an absolute path');

/** The same, below some folder. */
export const relative: Shape<string> = (value, path) =>
  isResolved(value) && !/^(?:\/|\.\.(?:\/|$)|\.?$)/.test(value)
    ? value
    : refuse(path, 'a path below a folder');

function isResolved(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0') && posix.normalize(value) === value;
}

export function oneOf<const T extends string>(...choices: readonly T[]): Shape<T> {
  return (value, path) =>
    choices.find((choice) => choice === value) ?? refuse(path, `one of ${choices.join(', ')}`);
}

export function orNull<T>(shape: Shape<T>): Shape<T | null> {
  return (value, path) => (value === null ? null : shape(value, path));
}

export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, path) => (value === undefined ? undefined : shape(value, path));
}

export function list<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value, path) =>
    Array.isArray(value)
      ? value.map((item: unknown, index) => shape(item, `${path}[${index}]`))
      : refuse(path, 'a list');
}

/** An object with any names; a map without a prototype, so that no name of the file means anything. */
export function table<T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, path) => {
    const out: Record<string, T> = Object.create(null);
    for (const [name, item] of Object.entries(fields(value, path)))
      out[name] = shape(item, `${path}.${name}`);
    return out;
  };
}

/** An object with exactly these fields. */
export function record<T extends object>(shapes: { readonly [K in keyof T]-?: Shape<T[K]> }): Shape<T> {
  const names = Object.keys(shapes) as (keyof T & string)[];
  return (value, path) => {
    const given = fields(value, path);
    for (const name of Object.keys(given))
      if (!Object.hasOwn(shapes, name)) refuse(`${path}${path === '' ? '' : '.'}${name}`, 'a known field');
    const entries = names.map((name) => [
      name,
      shapes[name](given[name], `${path}${path === '' ? '' : '.'}${name}`),
    ]);
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined)) as T;
  };
}

function fields(value: unknown, path: string): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : refuse(path, 'an object');
}
