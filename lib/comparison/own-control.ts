import { realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { decodeName, pathBytes } from '../artefact/name.js';
import { UsageError } from '../error.js';

/**
 * Refuses as a control what is no other build: a side itself, a part of it, or what it lies in, by whatever path. A copy of a
 * side is one that came out equal. What both sides have in common, such as a system's library beside the builds, may stand
 * in a control too, where it has something of its own.
 * @throws UsageError that names the path
 */
export function assertOtherBuild(
  control: readonly string[],
  own: readonly string[],
  other: readonly string[],
  of: 'a' | 'b',
): void {
  const hint = 'a control is one more build from the root of its side';
  const side = of.toUpperCase();
  const foreign = control.find((path) => isAmong(path, other) && !isAmong(path, own));
  if (foreign !== undefined)
    throw new UsageError(`${foreign} is the other side, and no control of ${side}`, hint);
  const [first] = control;
  if (first !== undefined && control.every((path) => isAmong(path, own)))
    throw new UsageError(`${first} is ${side} itself, and no control of it`, hint);
}

function isAmong(path: string, side: readonly string[]): boolean {
  const places = placesOf(path);
  return side.some((input) => {
    const inputPlaces = placesOf(input);
    return places.includes(inputPlaces[0] ?? '') || inputPlaces.includes(places[0] ?? '');
  });
}

/** Where a path leads, and each folder above: device and inode. Of what is not there the path alone. */
function placesOf(path: string): readonly [string, ...string[]] {
  try {
    const real = decodeName(realpathSync(pathBytes(path), 'buffer'));
    const places: [string, ...string[]] = [placeOf(real)];
    for (let at = real; at !== dirname(at); ) {
      at = dirname(at);
      places.push(placeOf(at));
    }
    return places;
  } catch {
    return [resolve(path)];
  }
}

function placeOf(path: string): string {
  const { dev, ino } = statSync(pathBytes(path), { bigint: true });
  return `${dev}:${ino}`;
}
