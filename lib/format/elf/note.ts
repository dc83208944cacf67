import type { Bytes } from '../../artefact/bytes.js';
import { InputError } from '../../error.js';
import { NT_GNU_BUILD_ID, PT_NOTE, SHT_NOTE } from './constant.js';
import type { Encoding } from './record.js';
import type { Section } from './section.js';
import type { Segment } from './segment.js';
import { decodeText } from './string-table.js';

/** One note: who it is from, its type, and where its description lies (gABI, "Note Section"). */
export interface Note {
  /** The section it stands in, or `PT_NOTE` where the file has no section headers. */
  readonly section: string;
  /** Of the whole note in the file, without the padding behind it. */
  readonly offset: number;
  readonly length: number;
  /** The owner, without its NUL: `GNU`, `stapsdt`. */
  readonly name: string;
  readonly type: number;
  readonly descOffset: number;
  readonly descLength: number;
}

interface Place {
  readonly section: string;
  readonly offset: number;
  readonly length: number;
  readonly align: bigint;
}

/** Three words: n_namesz, n_descsz, n_type. */
const NHDR = 12;

/** Notes of one file: the linker merges them, so that a real file has fewer than ten. */
const MOST_NOTES = 65_536;

/** @throws InputError where a note does not end within its section, or there are more than `MOST_NOTES` */
export function readNotes(
  bytes: Bytes,
  encoding: Encoding,
  sections: readonly Section[],
  segments: readonly Segment[],
): Note[] {
  const notes: Note[] = [];
  let read = 0;
  for (const place of notePlaces(sections, segments)) {
    read += place.length;
    if (read > bytes.length) throw new InputError('the notes overlap', { offset: place.offset });
    addNotes(bytes, encoding, place, notes);
  }
  return notes;
}

/** The linker's digest of the file: lower-case hex, and where it lies. */
export function buildId(
  bytes: Bytes,
  notes: readonly Note[],
): { readonly hex: string; readonly offset: number; readonly length: number } | undefined {
  const note = notes.find((n) => n.name === 'GNU' && n.type === NT_GNU_BUILD_ID && n.descLength <= 64);
  if (note === undefined) return undefined;
  const hex = bytes.read(note.descOffset, note.descLength).toString('hex');
  return { hex, offset: note.descOffset, length: note.descLength };
}

function notePlaces(sections: readonly Section[], segments: readonly Segment[]): Place[] {
  const inSections = sections
    .filter((s) => s.sh_type === SHT_NOTE && s.fileSize > 0)
    .map((s) => ({ section: s.name, offset: s.sh_offset, length: s.fileSize, align: s.sh_addralign }));
  if (sections.length > 0) return inSections;
  return segments
    .filter((s) => s.p_type === PT_NOTE && s.p_filesz > 0)
    .map((s) => ({ section: 'PT_NOTE', offset: s.p_offset, length: s.p_filesz, align: s.p_align }));
}

function addNotes(bytes: Bytes, encoding: Encoding, place: Place, notes: Note[]): void {
  // The gABI says 8 for 64-bit files, but every tool writes 4, except .note.gnu.property, which is aligned to 8.
  const align = place.align === 8n ? 8 : 4;
  const content = Buffer.from(bytes.read(place.offset, place.length));
  const word = (at: number) => (encoding.littleEndian ? content.readUInt32LE(at) : content.readUInt32BE(at));
  let at = 0;
  while (at + NHDR <= content.length) {
    const nameLength = word(at);
    const descLength = word(at + 4);
    const nameStart = at + NHDR;
    const descStart = alignUp(nameStart + nameLength, align);
    const end = descStart + descLength;
    if (nameStart + nameLength > content.length || (descLength > 0 && end > content.length)) {
      throw new InputError(`a note does not end within ${place.section}`, { offset: place.offset + at });
    }
    if (notes.length >= MOST_NOTES) {
      throw new InputError(`there are more than ${MOST_NOTES} notes`, { offset: place.offset + at });
    }
    notes.push({
      section: place.section,
      offset: place.offset + at,
      length: Math.min(end, content.length) - at,
      name: decodeText(content, nameStart, Math.max(nameStart, nameStart + nameLength - 1)),
      type: word(at + 8),
      descOffset: place.offset + Math.min(descStart, content.length),
      descLength,
    });
    at = alignUp(end, align);
  }
}

function alignUp(value: number, align: number): number {
  return Math.ceil(value / align) * align;
}
