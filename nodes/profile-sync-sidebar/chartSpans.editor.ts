/** How far back the chart goes, and how long its stretches of time are. */
export const spans = ['day', 'month', 'quarter', 'year'] as const;
export type Span = (typeof spans)[number];

const columns: Readonly<Record<Span, number>> = { day: 24, month: 30, quarter: 13, year: 12 };

/**
 * Where the stretches of time begin, and where the last one ends, in epoch milliseconds. They are hours, days, weeks
 * and months of the person's own calendar: days that are an hour longer or shorter included.
 */
export function edgesOf(span: Span, now: Date): number[] {
  const count = columns[span];
  return Array.from({ length: count + 1 }, (_, at) => edge(span, now, at + 1 - count).getTime());
}

/** Begin of the stretch of time that is so many after (or before) the present one. */
function edge(span: Span, now: Date, after: number): Date {
  const [year, month, day] = [now.getFullYear(), now.getMonth(), now.getDate()];
  if (span === 'day') {
    const hour = new Date(year, month, day, now.getHours()).getTime();
    return new Date(hour + after * 3_600_000);
  }
  if (span === 'month') return new Date(year, month, day + after);
  if (span === 'year') return new Date(year, month + after, 1);
  const sinceMonday = (now.getDay() + 6) % 7;
  return new Date(year, month, day - sinceMonday + 7 * after);
}

/** How a stretch of time is called, by its beginning. */
export function spanLabels(span: Span, language: string): (begin: number) => string {
  const options: Record<Span, Intl.DateTimeFormatOptions> = {
    day: { hour: '2-digit', minute: '2-digit' },
    month: { day: 'numeric', month: 'short' },
    quarter: { day: 'numeric', month: 'short' },
    year: { month: 'short', year: 'numeric' },
  };
  const format = new Intl.DateTimeFormat(language, options[span]);
  return (begin) => format.format(begin);
}
