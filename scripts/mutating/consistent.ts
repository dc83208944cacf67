import type { Random } from '../fuzzing/random.js';
import type { Trial } from './campaign.js';
import type { ConsistentKind } from './consistent-kinds.js';
import { applyEdits, placesOf, told } from './edit.js';
import { Judge } from './judge.js';
import { repair } from './repair.js';
import { type FilePair, type Subject, withTexts } from './subject.js';

/**
 * Plants a consistent change in a subject that has texts beside its files. Both sides are set first, and without the
 * change they are looked at anew: what was open before is not seen.
 * @param texts Names of the kinds of text that may be planted; all of them unless given
 * @returns undefined where the subject has no such places
 */
export function plantConsistently(
  kind: ConsistentKind,
  bare: Subject,
  random: Random,
  texts?: readonly string[],
): Omit<Trial, 'seed' | 'index' | 'kind'> | undefined {
  const subject = withTexts(bare);
  const plant = kind(subject, random, texts);
  if (plant === undefined) return undefined;
  const { places, text } = plant;
  const side = random.below(4) === 0 ? 'a' : 'b';
  const repaired = random.below(2) === 0;
  const mended = (content: Buffer): Buffer => (repaired ? repair(content) : content);
  const placesIn = (file: number) => places.filter((place) => place.file === file);
  const files = subject.files.map((pair, file): FilePair => {
    const own = placesIn(file);
    if (own.length === 0) return pair;
    const [a, b] = (['a', 'b'] as const).map((of) =>
      mended(
        applyEdits(
          pair[of],
          own.map(({ set }) => set[of]),
        ),
      ),
    ) as [Buffer, Buffer];
    return { ...pair, a, b };
  });
  const touched = [...new Set(places.map(({ file }) => file))].map((file) => {
    const pair = files[file] as FilePair;
    const edits = placesIn(file).map(({ change }) => change[side]);
    return { file, pair, edits, content: mended(applyEdits(pair[side], edits)), places: placesOf(edits) };
  });
  const judgement = new Judge({ ...subject, files }).judge({ side, files: touched, reorders: false });
  return {
    ...judgement,
    subject: `${subject.name}, ${text}`,
    path: touched.map(({ pair }) => (side === 'a' ? pair.pathA : pair.pathB)).join(' and '),
    side,
    repaired,
    edits: touched.flatMap(({ pair, edits }) => edits.map((edit) => told(pair[side], edit))),
  };
}
