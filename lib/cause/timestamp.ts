import type { Cause } from './cause.js';
import type { TextPattern } from './text-pattern.js';

export const timestamp = {
  id: 'timestamp',
  title: 'Time of the build',
  signature:
    'A date or time in text (ISO 8601, `Feb 17 2025`, `10:11:12`, seconds since 1970), or in a field that holds a time.',
  explanation: 'A build script, `__DATE__`, a documentation tool or a packer wrote down the clock.',
  consequence:
    'Harmless where it is the time of the build. Nothing in the bytes tells that time from another that means something (when a certificate expires, a limit of ten digits), so it is never confirmed: a control shows that it varies.',
  removal: '`SOURCE_DATE_EPOCH` for both; mend scripts that ignore it.',
  falsePositives: 'A date that was edited; a number of ten digits that is no time.',
  root: 'no or seed',
  maskable: false,
  threads: [
    {
      text: 'reproducible-builds.org: SOURCE_DATE_EPOCH',
      url: 'https://reproducible-builds.org/docs/source-date-epoch/',
    },
    {
      text: 'rustsec/rustsec#1554: file times baked in by a macro',
      url: 'https://github.com/rustsec/rustsec/pull/1554',
    },
  ],
} as const satisfies Cause;

const MONTHS = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const DAYS = 'Mon|Tue|Wed|Thu|Fri|Sat|Sun';
const CLOCK = '\\d\\d:\\d\\d:\\d\\d';

function dated(find: string): TextPattern {
  return { cause: 'timestamp', encoding: 'text', find: new RegExp(find, 'g'), accepts: isTime };
}

/** Times as text: ISO 8601, RFC 2822, `ctime`, `__DATE__` and `__TIME__` of C, and seconds since 1970. */
export const TIMESTAMP_PATTERNS: readonly TextPattern[] = [
  dated(`(?<!\\d)(\\d{4}-\\d\\d-\\d\\d(?:[T ]${CLOCK}(?:\\.\\d{1,9})?(?:Z|[+-]\\d\\d:?\\d\\d)?)?)(?!\\d)`),
  dated(`\\b((?:${DAYS}), \\d{1,2} (?:${MONTHS}) \\d{4} ${CLOCK}(?: (?:GMT|UTC|[+-]\\d{4}))?)(?!\\d)`),
  dated(`\\b((?:${DAYS}) (?:${MONTHS}) [ \\d]\\d ${CLOCK} (?:[A-Z]{3,4} )?\\d{4})(?!\\d)`),
  dated(`\\b((?:${MONTHS}) [ \\d]\\d \\d{4}(?: ${CLOCK})?)(?!\\d)`),
  dated(`(?<![\\d:.])(${CLOCK})(?![\\d:])`),
  dated('(?<![\\w.-])(\\d{10})(?![\\w-]|\\.\\d)'),
];

/** Seconds since 1970: from 2010, before rustc was published, to the last that a signed number of 32 bits holds. */
const EARLIEST = 1_262_304_000;
const LATEST = 2_147_483_647;

/** Whether a text is a time that a build may have had. */
export function isTime(text: string): boolean {
  if (/^\d{10}$/.test(text)) {
    const seconds = Number(text);
    return seconds >= EARLIEST && seconds <= LATEST;
  }
  const clock = /(\d\d):(\d\d):(\d\d)/.exec(text);
  if (clock !== null && !isClock(clock)) return false;
  const iso = /^(\d{4})-(\d\d)-(\d\d)/.exec(text);
  if (iso !== null) return isDay(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const day = new RegExp(`(?:(\\d{1,2}) )?(${MONTHS})(?: ([ \\d]\\d))?`).exec(text);
  if (day === null) return clock !== null;
  const year = /(?<!\d)\d{4}(?!\d)/.exec(text);
  const month = MONTHS.split('|').indexOf(day[2] ?? '') + 1;
  return isDay(Number(year?.[0]), month, Number(day[3] ?? day[1]));
}

function isClock(clock: RegExpExecArray): boolean {
  return Number(clock[1]) < 24 && Number(clock[2]) < 60 && Number(clock[3]) <= 60;
}

function isDay(year: number, month: number, day: number): boolean {
  if (year < 1980 || year > 2099 || month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}
