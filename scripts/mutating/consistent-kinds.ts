import type { Random } from '../fuzzing/random.js';
import type { Edit } from './edit.js';
import { any } from './random-bytes.js';
import { type Slot, type SlotClass, slotsOf } from './slot.js';
import type { Subject } from './subject.js';
import { TEXTS } from './text.js';

/**
 * One text that stands in two or three places of both sides, and another one in all of these places of one side.
 * Real artefacts seldom have such texts where they can be changed, so that they are written into both sides first.
 */
export interface ConsistentPlant {
  /** Name of the kind of text. */
  readonly text: string;
  readonly places: readonly ConsistentPlace[];
}

interface ConsistentPlace {
  readonly file: number;
  /** What makes each side have the first text. */
  readonly set: Readonly<Record<'a' | 'b', Edit>>;
  /** What makes a side that is set have the other one. */
  readonly change: Readonly<Record<'a' | 'b', Edit>>;
}

/** Gives undefined where the subject has no such places; of the kinds of text only those named, if any are. */
export type ConsistentKind = (
  subject: Subject,
  random: Random,
  texts?: readonly string[],
) => ConsistentPlant | undefined;

/**
 * Where the text stands. In each of these at least one place may hold anything that somebody wrote there, so that a
 * change of what it says is a change of the program, whatever it looks like.
 *
 * Not planted, since no bytes tell it from the cause: a path of sources in constants (what panics print), any path in
 * debug information and in a constant (the compiler's folder, and what `env!` gives), and a text at home in one of its
 * places (text.ts): rustc's version in `.comment` and in a constant, say, which is what `rustc --version` prints.
 */
export const CONSISTENT_KINDS = {
  'same-in-constants': (subject, random, texts) => plant(subject, random, texts, ['constant', 'constant']),
  'same-in-constants-and-names': (subject, random, texts) =>
    plant(subject, random, texts, ['constant', 'name']),
  'same-in-constants-and-comment': (subject, random, texts) =>
    plant(subject, random, texts, ['constant', 'comment']),
  'same-in-text': (subject, random, texts) => plant(subject, random, texts, ['text', 'text']),
  'same-in-constants-and-text': (subject, random, texts) =>
    plant(subject, random, texts, ['constant', 'text']),
  'same-in-metadata': (subject, random, texts) => plant(subject, random, texts, ['metadata', 'metadata']),
  'same-in-constants-and-metadata': (subject, random, texts) =>
    plant(subject, random, texts, ['constant', 'metadata']),
  /** Each place in another member of an archive, or in another file. */
  'same-in-two-units': (subject, random, texts) => {
    const classes = [random.pick(FREE), random.pick(FREE)];
    return plant(subject, random, texts, classes, true);
  },
} as const satisfies Record<string, ConsistentKind>;

const FREE: readonly [SlotClass, ...SlotClass[]] = ['constant', 'text'];

function plant(
  subject: Subject,
  random: Random,
  texts: readonly string[] | undefined,
  wanted: readonly SlotClass[],
  apart = false,
): ConsistentPlant | undefined {
  const classes = random.below(3) === 0 ? [...wanted, wanted[0] ?? 'constant'] : wanted;
  const text = any(
    TEXTS.filter(({ name }) => texts?.includes(name) !== false),
    random,
  );
  if (text === undefined) return undefined;
  if (classes.some((of) => text.home?.includes(of) === true)) return undefined;
  const [before, after] = text.two(random);
  const slots = slotsOf(subject);
  const chosen: Slot[] = [];
  for (const of of classes) {
    const slot = any(
      slots.filter(
        (free) =>
          free.class === of &&
          free.length >= before.length + 2 &&
          !chosen.includes(free) &&
          !(apart && chosen.some(({ unit }) => unit === free.unit)),
      ),
      random,
    );
    if (slot === undefined) return undefined;
    chosen.push(slot);
  }
  const places = chosen.map((slot): ConsistentPlace => {
    const at = random.below(slot.length - before.length - 1);
    const bounds = slot.class === 'name' ? NAMED : random.pick(text.open === true ? CLOSED : BOUNDS);
    const both = (of: string) => {
      const bytes = Buffer.from(bounds.join(of), 'latin1');
      const edit = (offset: number): Edit => ({ offset: offset + at, length: bytes.length, bytes });
      return { a: edit(slot.offsetA), b: edit(slot.offsetB) };
    };
    return { file: slot.file, set: both(before), change: both(after) };
  });
  return { text: text.name, places };
}

type Bounds = readonly [before: string, after: string];

/** What a text stands between. */
const CLOSED: readonly [Bounds, ...Bounds[]] = [
  [' ', ' '],
  ['"', '"'],
  ['\0', '\0'],
  ['\n', '\n'],
];
const NAMED: Bounds = ['.', '.'];
const BOUNDS: readonly [Bounds, ...Bounds[]] = [...CLOSED, ['=', ';']];
