import type { ElfPairing } from './pairing.js';
import type { Piece } from './piece.js';
import type { ElfView } from './view.js';

/** Pieces of one content behind two others that are followed. */
const FARTHEST = 64;

type Paired = Pick<ElfPairing, 'a' | 'b' | 'correspondence'>;

/**
 * Whether two constants of linked files are one whatever reads them. One without a symbol ends nowhere: what is called
 * its end is only where something else is referred to, which may be its own middle. So whatever follows it must be the
 * same too, up to where a symbol begins or the section ends; what refers to it could read that far.
 */
export function sameExtent(pairing: Paired, piece: Piece, pair: Piece): boolean {
  const { a, b, correspondence } = pairing;
  if (a.relocatable || b.relocatable) return true;
  if (isBounded(a, piece) && isBounded(b, pair)) return true;
  let [left, right] = [piece, pair];
  for (let i = 0; i < FARTHEST; i += 1) {
    const nextA = follower(correspondence.piecesA, left);
    const nextB = follower(correspondence.piecesB, right);
    if (isEnd(nextA) && isEnd(nextB)) return true;
    if (nextA === undefined || nextB === undefined) return false;
    if (nextA.pair === nextB) return true;
    if (!sameContent(pairing, nextA, nextB)) return false;
    [left, right] = [nextA, nextB];
  }
  return false;
}

/** What has a symbol is as long as that says, and a slot of the global offset table is one pointer. */
function isBounded(view: ElfView, { name, section }: Piece): boolean {
  return name !== '' || view.section(section)?.name === '.got';
}

function isEnd(next: Piece | undefined): boolean {
  return next === undefined || next.name !== '';
}

function follower(
  pieces: ReadonlyMap<number, readonly Piece[]>,
  { section, index }: Piece,
): Piece | undefined {
  const list = pieces.get(section);
  return list?.[index - (list[0]?.index ?? 0) + 1];
}

/** The same bytes without any pointer among them. */
function sameContent({ a, b }: Paired, x: Piece, y: Piece): boolean {
  const [sectionA, sectionB] = [a.section(x.section), b.section(y.section)];
  if (sectionA === undefined || sectionB === undefined) return false;
  if (a.patches(x.section) !== undefined || b.patches(y.section) !== undefined) return false;
  const bytesA = a.content(sectionA).subarray(x.start, x.end);
  const bytesB = b.content(sectionB).subarray(y.start, y.end);
  return bytesA.length === x.end - x.start && Buffer.compare(bytesA, bytesB) === 0;
}
