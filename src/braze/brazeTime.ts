import { readTime } from '../mapping/timeText';

/** The documented forms but for the one with weekday names, which leaves doubts (contracts: braze 2.5). */
const form = /^(?:\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?|\d{2}\/\d{2}\/\d{4})$/;

/** Would Braze take this text for a time? In a text that is meant as text it then does so too. */
export function isBrazeTime(text: string): boolean {
  return text.length >= 10 && form.test(text) && readTime(text) !== undefined;
}
