import { DwarfCursor } from './dwarf-cursor.js';
import { DW_EH_PE_omit, readValue, valueSize } from './pointer-encoding.js';
import type { Encoding } from './record.js';

/** A run of bytes in the content that the LSDA was read from. */
export interface Stretch {
  readonly start: number;
  /** In bytes. */
  readonly length: number;
}

/**
 * One language-specific data area: what the unwinder is told about one function (Itanium C++ ABI, "Exception
 * Handling Tables", as GCC and LLVM write it). All positions are in the content that was read.
 *
 * Only `landingPadBase`, where there is one, and the entries of `types` are pointers. Everything else, landing pads
 * included, counts from the function's start, and stays what it is where code moves as a whole.
 */
export interface Lsda {
  readonly start: number;
  /** From the header to the end of the last table; padding behind it belongs to nobody. */
  readonly length: number;
  /** What landing pads count from, where it is not the function's start. */
  readonly landingPadBase: (Stretch & { readonly encoding: number }) | undefined;
  readonly callSites: CallSites;
  /** Pairs of a type filter and the way to the next pair; as far as call sites lead to them. */
  readonly actions: Stretch;
  /** Pointers to type information, filter 1 last; each of `size` bytes, encoded as `encoding` (DW_EH_PE_*). */
  readonly types: Stretch & { readonly encoding: number; readonly size: number };
  /** Lists of types a function may throw (negative filters), which no Rust code has. */
  readonly specifications: Stretch;
  /** Where the header's parts lie: three encodings and two lengths. */
  readonly header: Stretch;
}

/** The call-site table as columns: one element a call site. */
export interface CallSites extends Stretch {
  /** DW_EH_PE_* of the first three numbers of a call site; DW_EH_PE_uleb128 nearly always. */
  readonly encoding: number;
  readonly count: number;
  /** Where each call site lies in the content. */
  readonly at: Uint32Array;
  /** The code it covers, from the function's start: start, bytes. */
  readonly from: Float64Array;
  readonly bytes: Float64Array;
  /** From `landingPadBase` or the function's start; 0 where there is none. */
  readonly landingPad: Float64Array;
  /** 1 + position in the action table; 0 for a cleanup. */
  readonly action: Float64Array;
}

/**
 * The LSDA that starts at `start` of `content`; nothing from `limit` on (the next LSDA, or the end) is read.
 * `fileOffset` is where the content lies in the file: errors name that place.
 * @throws InputError where a table goes beyond the limit, or an encoding does not exist
 */
export function readLsda(
  content: Uint8Array,
  encoding: Encoding,
  start: number,
  limit: number,
  fileOffset = 0,
): Lsda {
  const cursor = new DwarfCursor(content, encoding, fileOffset, 'an exception table').seek(start, limit);
  const landingPadBase = readBase(cursor);
  const typeEncoding = cursor.u8();
  // Counts from the byte behind itself to the end of the type table.
  const typesFrom = typeEncoding === DW_EH_PE_omit ? Number.NaN : cursor.uleb128();
  const typesEnd = cursor.at + typesFrom;
  const siteEncoding = cursor.u8();
  const sitesLength = cursor.uleb128();
  const sitesStart = cursor.skip(sitesLength);
  const actionsStart = sitesStart + sitesLength;
  const callSites = readCallSites(cursor, siteEncoding, sitesStart, actionsStart);
  if (typeEncoding !== DW_EH_PE_omit && !(typesEnd >= actionsStart && typesEnd <= cursor.limit)) {
    throw cursor.error('the type table ends outside its exception table');
  }
  const found = followActions(cursor.seek(actionsStart, limit), callSites);
  const size = typeEncoding === DW_EH_PE_omit ? 0 : (valueSize(typeEncoding, cursor.wordSize) ?? 0);
  const typesLength = found.highest * size;
  if (found.highest > 0 && (size === 0 || typesEnd - typesLength < found.end)) {
    throw cursor.error('the type table has no place between the actions and its end');
  }
  const end = typeEncoding === DW_EH_PE_omit ? found.end : typesEnd;
  const specificationsEnd = endOfSpecifications(cursor, end, found.lowest);
  return {
    start,
    length: specificationsEnd - start,
    landingPadBase,
    callSites,
    actions: { start: actionsStart, length: found.end - actionsStart },
    types: { start: end - typesLength, length: typesLength, encoding: typeEncoding, size },
    specifications: { start: end, length: specificationsEnd - end },
    header: { start, length: sitesStart - start },
  };
}

function readBase(cursor: DwarfCursor): Lsda['landingPadBase'] {
  const encoding = cursor.u8();
  if (encoding === DW_EH_PE_omit) return undefined;
  const start = cursor.at;
  readValue(cursor, encoding);
  return { start, length: cursor.at - start, encoding };
}

function readCallSites(cursor: DwarfCursor, encoding: number, start: number, end: number): CallSites {
  const limit = cursor.limit;
  let count = 0;
  cursor.seek(start, end);
  for (; cursor.at < end; count += 1) readCallSite(cursor, encoding);
  const columns = {
    at: new Uint32Array(count),
    from: new Float64Array(count),
    bytes: new Float64Array(count),
    landingPad: new Float64Array(count),
    action: new Float64Array(count),
  };
  cursor.seek(start, end);
  for (let index = 0; index < count; index += 1) {
    columns.at[index] = cursor.at;
    const [from, bytes, landingPad, action] = readCallSite(cursor, encoding);
    columns.from[index] = from;
    columns.bytes[index] = bytes;
    columns.landingPad[index] = landingPad;
    columns.action[index] = action;
  }
  cursor.seek(end, limit);
  return { start, length: end - start, encoding, count, ...columns };
}

function readCallSite(cursor: DwarfCursor, encoding: number): readonly [number, number, number, number] {
  return [
    readValue(cursor, encoding),
    readValue(cursor, encoding),
    readValue(cursor, encoding),
    cursor.uleb128(),
  ];
}

/**
 * Goes every chain of actions once. A record that was met before ends the chain, so that one that leads back to
 * itself does not hang.
 */
function followActions(
  cursor: DwarfCursor,
  sites: CallSites,
): { end: number; highest: number; lowest: number } {
  const [start, limit] = [cursor.at, cursor.limit];
  const met = new Set<number>();
  let [end, highest, lowest] = [start, 0, 0];
  for (const action of sites.action) {
    let at = start + action - 1;
    while (action > 0 && !met.has(at)) {
      met.add(at);
      if (!(at >= start)) throw cursor.error('an action lies outside its exception table');
      cursor.seek(at, limit);
      const filter = cursor.sleb128();
      if (Number.isNaN(filter)) throw cursor.error('the filter of an action is no number a table can have');
      const nextFrom = cursor.at;
      const next = cursor.sleb128();
      end = Math.max(end, cursor.at);
      highest = Math.max(highest, filter);
      lowest = Math.min(lowest, filter);
      if (next === 0) break;
      at = nextFrom + next;
    }
  }
  return { end, highest, lowest };
}

/** Lists of ULEB128 behind the type table, each ended by a 0; the lowest filter names where the last one starts. */
function endOfSpecifications(cursor: DwarfCursor, start: number, lowest: number): number {
  if (lowest === 0) return start;
  cursor.seek(start - lowest - 1);
  while (cursor.uleb128() !== 0);
  return cursor.at;
}
