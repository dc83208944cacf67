/**
 * A place in an ELF file as one number: index of the section and offset in it. So a place has a name in relocatable
 * files, where all addresses are 0, and in linked ones alike.
 */
export type Location = number;

export const NOWHERE = -1;

const SECTION = 2 ** 32;

export function locationOf(section: number, offset: number): Location {
  return offset >= 0 && offset < SECTION ? section * SECTION + offset : NOWHERE;
}

export function sectionOf(location: Location): number {
  return Math.floor(location / SECTION);
}

export function offsetOf(location: Location): number {
  return location % SECTION;
}
