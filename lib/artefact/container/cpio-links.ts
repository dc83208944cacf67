import type { PlainEntry } from './container.js';
import type { CpioHeader } from './cpio-header.js';

/**
 * The hard links of a newc or crc archive. All links to a file but one are stored without content, mostly
 * those before the last. Those that come before the one with content are held back until it has been handed
 * on; where none has content, the first becomes an empty file and the others links to it.
 */
export class Links {
  readonly #groups = new Map<string, Group>();

  /** A link without content: returns what may be handed on now. */
  empty(header: CpioHeader, entry: PlainEntry): readonly PlainEntry[] {
    const group = this.#join(header);
    if (group.carrier !== undefined) {
      this.#leave(header, group);
      return [linkTo(entry, group.carrier)];
    }
    group.waiting.push(entry);
    if (!this.#leave(header, group)) return [];
    return asEmptyFile(group.waiting);
  }

  /** The link with the content: returns those that follow it. */
  carrier(header: CpioHeader, name: string): readonly PlainEntry[] {
    const group = this.#join(header);
    const ready = group.waiting.map((entry) => linkTo(entry, name));
    group.waiting.length = 0;
    group.carrier = name;
    this.#leave(header, group);
    return ready;
  }

  /** What is still held back when the archive ends. */
  left(): readonly PlainEntry[] {
    return [...this.#groups.values()].flatMap((group) => asEmptyFile(group.waiting));
  }

  #join(header: CpioHeader): Group {
    const known = this.#groups.get(header.inode);
    const group = known ?? { seen: 0, waiting: [], carrier: undefined };
    group.seen += 1;
    if (known === undefined) this.#groups.set(header.inode, group);
    return group;
  }

  /** Whether all links have been seen; another file may then have their inode. */
  #leave(header: CpioHeader, group: Group): boolean {
    if (group.seen < header.c_nlink) return false;
    this.#groups.delete(header.inode);
    return true;
  }
}

interface Group {
  seen: number;
  readonly waiting: PlainEntry[];
  carrier: string | undefined;
}

function linkTo(entry: PlainEntry, name: string): PlainEntry {
  return { ...entry, contentOffset: undefined, hardLink: name };
}

function asEmptyFile(waiting: readonly PlainEntry[]): PlainEntry[] {
  const [first, ...others] = waiting;
  return first === undefined ? [] : [first, ...others.map((entry) => linkTo(entry, first.name))];
}
