const zone = '(Z|[+-]\\d{2}:?\\d{2})';
const yearFirst = new RegExp(
  `^(\\d{4})-(\\d{2})-(\\d{2})(?:[T ](\\d{2}):(\\d{2})(?::(\\d{2})(?:[.:](\\d{1,9}))?)?${zone}?)?$`,
);
const american = /^(\d{2})\/(\d{2})\/(\d{4})$/;
const weekdayFirst = new RegExp(
  `^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (\\d{2}) (\\d{2}) (\\d{2}):(\\d{2}):(\\d{2})\\.${zone} (\\d{4})$`,
);
const longest = 40;

/**
 * Reads a time in one of the documented formats (contracts: braze 2.5); no zone means UTC.
 *
 * @returns milliseconds since 1970, or undefined where Braze would keep the text as a string: another format, a day
 *   that does not exist, a year after 3000.
 */
export function parseTime(text: string): number | undefined {
  if (text.length < 10 || text.length > longest) return undefined;
  let parts = yearFirst.exec(text);
  if (parts) {
    const [, year, month, day, hours = '0', minutes = '0', seconds = '0', fraction = '', offset = 'Z'] =
      parts;
    const ms = fraction.padEnd(3, '0').slice(0, 3);
    return instant([year!, month!, day!, hours, minutes, seconds, ms].map(Number), offset);
  }
  parts = american.exec(text);
  if (parts) return instant([parts[3]!, parts[1]!, parts[2]!, 0, 0, 0, 0].map(Number), 'Z');
  parts = weekdayFirst.exec(text);
  if (parts) {
    const [, month, day, hours, minutes, seconds, offset, year] = parts;
    return instant([year!, month!, day!, hours!, minutes!, seconds!, 0].map(Number), offset!);
  }
  return undefined;
}

/** The one form in which times are kept and shown. The form in Braze's own exports is not documented. */
export function timeText(time: number): string {
  return new Date(time).toISOString();
}

/** `YYYY-MM-DD` of a day that exists. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && parseTime(text) !== undefined;
}

function instant(parts: number[], offset: string): number | undefined {
  const [year, month, day, hours, minutes, seconds, ms] = parts as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (year > 3000 || hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const date = new Date(0);
  // Date.UTC would read the years 0 to 99 as 1900 to 1999.
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  date.setUTCHours(hours, minutes, seconds, ms);
  return date.getTime() - offsetMs(offset);
}

function offsetMs(offset: string): number {
  if (offset === 'Z') return 0;
  const sign = offset.startsWith('-') ? -1 : 1;
  return sign * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2))) * 60_000;
}
