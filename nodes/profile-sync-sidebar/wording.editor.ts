/** Looks up a text of the sidebar's catalogue. */
export type Texts = (key: string, values?: { [name: string]: string | number }) => string;

/** Texts, numbers and times in the language of the editor. */
export interface Wording {
  text: Texts;
  number(value: number): string;
  /** A moment, as `Nov 24, 10:03 AM`; from an ISO time. */
  moment(time: string): string;
}

export function wording(text: Texts, language: string): Wording {
  const numbers = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const moments = new Intl.DateTimeFormat(language, {
    day: 'numeric',
    month: 'short',
    hour: 'numeric',
    minute: '2-digit',
  });
  return {
    text,
    number: (value) => numbers.format(value),
    moment: (time) => moments.format(new Date(time)),
  };
}

/** `4 min 10 s`: the two largest units, as nobody asks for more. */
export function duration(ms: number, text: Texts): string {
  const key = (name: string) => `profile-sync-sidebar.duration.${name}`;
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 1) return text(key('instant'));
  if (seconds < 60) return text(key('seconds'), { seconds });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return text(key('minutes'), { minutes, seconds: seconds % 60 });
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return text(key('hours'), { hours, minutes: minutes % 60 });
  return text(key('days'), { days: Math.floor(hours / 24), hours: hours % 24 });
}

/** The same to about a tenth, for what is only an estimate: a number that jumps every second is hard to read. */
export function roughly(ms: number): number {
  const seconds = Math.max(1, Math.round(ms / 1000));
  const step = seconds < 20 ? 1 : seconds < 120 ? 5 : seconds < 1_200 ? 60 : 300;
  return Math.ceil(seconds / step) * step * 1000;
}
