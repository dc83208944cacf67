import type { DwarfCursor } from './dwarf-cursor.js';
import type { Place } from './place.js';
import { DW_EH_PE_omit, readPointer } from './pointer-encoding.js';
import { decodeText } from './string-table.js';

/** A common information entry: what the FDEs that name it share. Offsets are in the file. */
export interface Cie {
  readonly offset: number;
  /** Of the whole record, its length field included. */
  readonly length: number;
  readonly version: number;
  /** `zR`, `zPLR`, `zRS`. */
  readonly augmentation: string;
  readonly codeAlignment: number;
  readonly dataAlignment: number;
  readonly returnRegister: number;
  /** DW_EH_PE_* of pc_begin ('R'); DW_EH_PE_absptr where the augmentation has none. */
  readonly pointerEncoding: number;
  /** DW_EH_PE_* of the LSDA ('L'); DW_EH_PE_omit where FDEs have none. */
  readonly lsdaEncoding: number;
  readonly personality: (Place & { readonly encoding: number; readonly address: number }) | undefined;
  /** Whether FDEs have an augmentation length ('z'). */
  readonly sized: boolean;
  /** The initial instructions, padding included. */
  readonly instructions: Place;
}

/**
 * Reads what follows the CIE id; `at` and `end` are where the record lies in the content, `base` is the address of the
 * content's first byte.
 * @throws InputError where the version is not known, or there is an augmentation whose length is not told
 */
export function readCie(cursor: DwarfCursor, at: number, end: number, base: number): Cie {
  const start = cursor.fileOffset;
  const version = cursor.u8();
  if (version !== 1 && version !== 3 && version !== 4) throw cursor.error(`a CIE has version ${version}`);
  const augmentationAt = cursor.at;
  const augmentation = decodeText(
    Buffer.from(cursor.content.buffer, cursor.content.byteOffset, cursor.content.length),
    augmentationAt,
    Math.min(cursor.stringEnd(), augmentationAt + 64),
  );
  // GCC 2's "eh" has a word of its own in front of the alignment.
  if (augmentation.startsWith('eh')) cursor.word();
  if (version === 4) cursor.skip(2);
  const codeAlignment = cursor.uleb128();
  const dataAlignment = cursor.sleb128();
  const returnRegister = version === 1 ? cursor.u8() : cursor.uleb128();
  let pointerEncoding = 0;
  let lsdaEncoding = DW_EH_PE_omit;
  let personality: Cie['personality'];
  const sized = augmentation.startsWith('z');
  if (sized) {
    const length = cursor.uleb128();
    const dataEnd = cursor.at + length;
    if (!(dataEnd <= end)) throw cursor.error('the augmentation of a CIE goes beyond its end');
    for (const letter of augmentation.slice(1)) {
      if (letter === 'R') pointerEncoding = cursor.u8();
      else if (letter === 'L') lsdaEncoding = cursor.u8();
      else if (letter === 'P') {
        const encoding = cursor.u8();
        const from = cursor.at;
        const address = readPointer(cursor, encoding, { section: base });
        personality = { offset: start + from, length: cursor.at - from, encoding, address };
      } else if (!'SBG'.includes(letter)) break;
    }
    if (cursor.at > dataEnd) throw cursor.error('the augmentation of a CIE goes beyond its length');
    cursor.seek(dataEnd);
  } else if (augmentation !== '' && augmentation !== 'eh') {
    throw cursor.error(`a CIE has the augmentation ${JSON.stringify(augmentation)}, which has no length`);
  }
  const instructions = { offset: start + cursor.at, length: end - cursor.at };
  return {
    offset: start + at,
    length: end - at,
    version,
    augmentation,
    codeAlignment,
    dataAlignment,
    returnRegister,
    pointerEncoding,
    lsdaEncoding,
    personality,
    sized,
    instructions,
  };
}
