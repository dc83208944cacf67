import { LimitError } from '../../error.js';
import { LIMIT_OPTIONS, type Limits } from '../limits.js';

/** Holds one container to the limits on members and names. */
export class Quota {
  #members = 0;

  constructor(private readonly limits: Limits) {}

  /** Counts one member, whose header starts at `offset`. */
  member(offset: number): void {
    this.#members += 1;
    if (this.#members > this.limits.members) {
      throw new LimitError(`there are more than ${this.limits.members} members`, LIMIT_OPTIONS.members, {
        offset,
      });
    }
  }

  /** Looks at the length of a name, in bytes, before it is read. */
  name(length: number, offset: number): void {
    if (length > this.limits.name) {
      throw new LimitError(`a name is longer than ${this.limits.name} bytes`, LIMIT_OPTIONS.name, { offset });
    }
  }

  /** The longest name there may be, in bytes. */
  get longestName(): number {
    return this.limits.name;
  }
}
