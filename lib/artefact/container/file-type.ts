import type { MemberType } from './container.js';

/** The file type in a mode, `S_IFMT`, see inode(7). */
const TYPES: Readonly<Record<number, MemberType>> = {
  1: 'fifo',
  2: 'character-device',
  4: 'directory',
  6: 'block-device',
  8: 'file',
  10: 'symlink',
  12: 'socket',
};

/** The type that a mode of 16 bits gives; undefined where there is none such. */
export function typeOfMode(mode: number): MemberType | undefined {
  return mode <= 0xffff ? TYPES[mode >> 12] : undefined;
}
