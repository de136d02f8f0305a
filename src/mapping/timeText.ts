const dayLength = 86_400_000;
const hourLength = 3_600_000;
const minuteLength = 60_000;
/** The calendar repeats after 400 years. */
const cycleLength = 146_097 * dayLength;
/** Braze stores a time outside the years 0 to 3000 as text (contracts: braze 2.5), so neither side is sent one. */
const earliest = startOfDay(0, 1, 1);
const latest = startOfDay(3000, 12, 31) + dayLength - 1;
const shortestEpoch = 100_000_000;
const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
/** What follows the day, up to the seconds. */
const minutes = Array.from(
  { length: 1440 },
  (_, minute) => `T${twoDigits[Math.floor(minute / 60)]}:${twoDigits[minute % 60]}:`,
);
const wholeSeconds = twoDigits.map((second) => `${second}Z`);
/**
 * Days as text, made once: a `Date` for each time of each profile costs five times as much. From 1910 to 2060, which is
 * 5 MB if every day comes by.
 */
const firstRemembered = startOfDay(1910, 1, 1) / dayLength;
const dayTexts = new Array<string | undefined>(startOfDay(2060, 1, 1) / dayLength - firstRemembered);
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const weekdayForm = /^([A-Z][a-z]{2}) (\d\d) (\d\d) (\d\d:\d\d:\d\d)\.(Z|UTC|[+-]\S{2,5}) (\d{4})$/;

/**
 * Reads a time as epoch milliseconds; `undefined` for anything that is not surely one. A time without a zone is UTC.
 *
 * - Epoch milliseconds, as a whole number or its digits: BlueConic stores every time that way, so ten digits are a
 *   birthday in 1970, never seconds. Below nine digits only midnights count: anything else so close to 1 January 1970
 *   is rather a count, or a date without dashes.
 * - `yyyy-MM-dd`, alone or followed by `T` or a space, `HH:mm` or `HH:mm:ss`, a fraction (`.` and one to nine digits,
 *   cut to milliseconds, or `:SSS`), and a zone (`Z`, `UTC`, `+hh`, `+hhmm`, `+hh:mm`), which one space may precede.
 * - `MM/dd/yyyy`.
 * - `ddd MM dd HH:mm:ss.TZD YYYY`, such as `Fri 11 20 08:15:00.+01:00 2026`, if the weekday is the right one.
 *
 * These are the forms of contracts: braze 2.5 and 4.4 and blueconic 5.1, the years 0 to 3000 included.
 */
export function readTime(value: unknown): number | undefined {
  const time = typeof value === 'string' ? textTime(value.trim()) : epoch(value);
  return time >= earliest && time <= latest ? time : undefined;
}

/** `YYYY-MM-DDTHH:mm:ssZ`, with milliseconds only where there are any. */
export function isoTime(time: number): string {
  const day = Math.floor(time / dayLength);
  const sinceMidnight = time - day * dayLength;
  const minute = Math.floor(sinceMidnight / minuteLength);
  const sinceMinute = sinceMidnight - minute * minuteLength;
  const second = Math.floor(sinceMinute / 1000);
  const rest = sinceMinute - second * 1000;
  const end = rest === 0 ? wholeSeconds[second] : `${twoDigits[second]}.${String(rest).padStart(3, '0')}Z`;
  return `${dayText(day)}${minutes[minute]}${end}`;
}

/** The day in UTC, `YYYY-MM-DD`. */
export function isoDay(time: number): string {
  return dayText(Math.floor(time / dayLength));
}

/** Is the text a day that the calendar has, written `YYYY-MM-DD`? */
export function isIsoDay(text: string): boolean {
  return text.length === 10 && text[4] === '-' && text[7] === '-' && !Number.isNaN(readDay(text));
}

/** The digits of epoch milliseconds. Whole seconds are the common case, and an integer this small is written faster. */
export function epochText(time: number): string {
  const seconds = time / 1000;
  return seconds !== 0 && Number.isInteger(seconds) ? `${seconds}000` : String(time);
}

/** Midnight in UTC of the day that holds this time, in epoch milliseconds. */
export function midnight(time: number): number {
  return Math.floor(time / dayLength) * dayLength;
}

// Below, NaN says "not a time": it passes through all arithmetic and fails every comparison.

function epoch(value: unknown): number {
  if (!Number.isInteger(value)) return Number.NaN;
  const time = value as number;
  return Math.abs(time) >= shortestEpoch || time % dayLength === 0 ? time : Number.NaN;
}

function textTime(text: string): number {
  if (text[4] === '-' && text[7] === '-') {
    const day = readDay(text);
    if (text.length === 10) return day;
    return text[10] === 'T' || text[10] === ' ' ? day + clock(text, 11) : Number.NaN;
  }
  if (text[2] === '/' && text[5] === '/' && text.length === 10) {
    return startOfDay(digits(text, 6, 4), digits(text, 0, 2), digits(text, 3, 2));
  }
  if (/^-?\d{1,14}$/.test(text)) return epoch(Number(text));
  return weekdayTime(text);
}

function weekdayTime(text: string): number {
  const found = weekdayForm.exec(text);
  if (found === null) return Number.NaN;
  const [, weekday, month, day, time, zone, year] = found;
  const start = startOfDay(Number(year), Number(month), Number(day));
  return weekdays[new Date(start).getUTCDay()] === weekday ? start + clock(`${time}${zone}`, 0) : Number.NaN;
}

function readDay(text: string): number {
  return startOfDay(digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2));
}

function startOfDay(year: number, month: number, day: number): number {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return Number.NaN;
  // One cycle later and back, because Date.UTC takes the years 0 to 99 for 1900 to 1999.
  return Date.UTC(year + 400, month - 1, day) - cycleLength;
}

/** @param day days since 1 January 1970 */
function dayText(day: number): string {
  const at = day - firstRemembered;
  const remembered = dayTexts[at];
  if (remembered !== undefined) return remembered;
  const text = new Date(day * dayLength).toISOString().slice(0, 10);
  if (at >= 0 && at < dayTexts.length) dayTexts[at] = text;
  return text;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Milliseconds since midnight UTC, given `HH:mm[:ss[fraction]][zone]` up to the end of the text. */
function clock(text: string, at: number): number {
  const hour = digits(text, at, 2);
  const minute = digits(text, at + 3, 2);
  if (!(hour <= 23 && text[at + 2] === ':' && minute <= 59)) return Number.NaN;
  let time = hour * hourLength + minute * minuteLength;
  let next = at + 5;
  if (text[next] === ':') {
    const second = digits(text, next + 1, 2);
    if (!(second <= 59)) return Number.NaN;
    time += second * 1000;
    next += 3;
    const mark = text[next];
    if (mark === '.' || mark === ':') {
      const start = next + 1;
      next = start;
      while (isDigit(text, next)) next++;
      const length = next - start;
      if (mark === ':' ? length !== 3 : length < 1 || length > 9) return Number.NaN;
      time += Number(
        text
          .slice(start, start + 3)
          .slice(0, length)
          .padEnd(3, '0'),
      );
    }
  }
  return time - zoneOffset(text, next);
}

function zoneOffset(text: string, from: number): number {
  if (from === text.length) return 0;
  const at = text[from] === ' ' ? from + 1 : from;
  const length = text.length - at;
  if ((length === 1 && text[at] === 'Z') || (length === 3 && text.endsWith('UTC'))) return 0;
  if (text[at] !== '+' && text[at] !== '-') return Number.NaN;
  const hours = digits(text, at + 1, 2);
  let minutes = 0;
  if (length === 5) minutes = digits(text, at + 3, 2);
  else if (length === 6 && text[at + 3] === ':') minutes = digits(text, at + 4, 2);
  else if (length !== 3) return Number.NaN;
  if (!(hours <= 23 && minutes <= 59)) return Number.NaN;
  const offset = hours * hourLength + minutes * minuteLength;
  return text[at] === '-' ? -offset : offset;
}

function digits(text: string, from: number, count: number): number {
  let number = 0;
  for (let i = from; i < from + count; i++) {
    if (!isDigit(text, i)) return Number.NaN;
    number = number * 10 + text.charCodeAt(i) - 48;
  }
  return number;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}
