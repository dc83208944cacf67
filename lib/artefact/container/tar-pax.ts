import { InputError } from '../../error.js';
import { decodeName, printableText } from '../name.js';

/** Records of pax extended headers by keyword; values are their bytes. */
export type PaxRecords = ReadonlyMap<string, Uint8Array>;

/**
 * The records of one pax extended header: `<length> <keyword>=<value>\n`, the length in decimal and of the
 * whole record (POSIX.1-2017, pax, "pax Extended Header"). Readers disagree on records that are malformed,
 * or given twice, so both are refused.
 * @param offset Where `data` starts in the archive.
 */
export function parsePax(data: Uint8Array, offset: number): PaxRecords {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
  const records = new Map<string, Uint8Array>();
  for (let at = 0; at < bytes.length; ) {
    const { keyword, value, end } = parseRecord(bytes, at, offset);
    if (records.has(keyword)) {
      throw new InputError(`the pax record ${printableText(keyword)} stands twice in one header`, {
        offset: offset + at,
      });
    }
    records.set(keyword, value);
    at = end;
  }
  return records;
}

interface PaxRecord {
  readonly keyword: string;
  readonly value: Uint8Array;
  /** Where the next record starts. */
  readonly end: number;
}

/** Digits that a record's length may have: one header is far shorter than 10^8 bytes. */
const LENGTH_DIGITS = 8;

function parseRecord(bytes: Buffer, at: number, offset: number): PaxRecord {
  const lead = /^([1-9][0-9]*) /.exec(bytes.toString('latin1', at, at + LENGTH_DIGITS + 1));
  const end = at + Number(lead?.[1]);
  if (lead === null || !(end <= bytes.length) || bytes[end - 1] !== 0x0a) {
    throw new InputError('a pax record has no valid length', { offset: offset + at });
  }
  const start = at + lead[0].length;
  const equals = bytes.indexOf('=', start);
  if (equals <= start || equals >= end) {
    throw new InputError('a pax record has no keyword', { offset: offset + at });
  }
  return {
    keyword: decodeName(bytes.subarray(start, equals)),
    value: bytes.subarray(equals + 1, end - 1),
    end,
  };
}

/** A whole number from a pax record; `undefined` where there is no such record or it is empty. */
export function paxInteger(records: PaxRecords, keyword: string, offset: number): number | undefined {
  const text = paxText(records, keyword);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^-?[0-9]+$/.test(text) || !Number.isSafeInteger(value)) throw malformed(keyword, offset);
  return value;
}

/** A time from a pax record: seconds with a fraction. */
export function paxTime(records: PaxRecords, keyword: string, offset: number): number | undefined {
  const text = paxText(records, keyword);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^-?[0-9]+(\.[0-9]*)?$/.test(text) || Math.abs(value) > Number.MAX_SAFE_INTEGER) {
    throw malformed(keyword, offset);
  }
  return value;
}

/** A record's value; an empty one says that the header's own field counts. */
export function paxBytes(records: PaxRecords, keyword: string): Uint8Array | undefined {
  const value = records.get(keyword);
  return value === undefined || value.length === 0 ? undefined : value;
}

export function paxText(records: PaxRecords, keyword: string): string | undefined {
  const value = paxBytes(records, keyword);
  return value === undefined ? undefined : decodeName(value);
}

function malformed(keyword: string, offset: number): InputError {
  return new InputError(`the pax record ${keyword} is no number that can be`, { offset });
}
