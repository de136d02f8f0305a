/** Marks that people write between digits. */
const marks = /[\s().\-/\u00a0\u2010-\u2015]/g;
/** A country's code never begins with 0; the shortest numbers in use have seven digits (E.164 allows fifteen). */
const international = /^\+[1-9]\d{6,14}$/;

/**
 * A phone number as E.164 writes it: `+`, the country's code, the rest, digits only. `00` before the country's code is
 * `+`, and `(0)` after it is left out.
 *
 * `undefined` for a number without its country: Braze would take ten digits for a number of the United States
 * (contracts: braze 2.4), and a guess of ours would be no better.
 */
export function readPhone(text: string): string | undefined {
  const written = text.trim().replace(/^tel:/i, '');
  const number = written
    .replace(/^(\+|00)([\d\s]+)\(0\)/, '$1$2')
    .replace(marks, '')
    .replace(/^00/, '+');
  return international.test(number) ? number : undefined;
}

/** Digits, marks between them and perhaps a plus: what Braze's own check could take (contracts: braze 2.4). */
export function looksLikePhone(text: string): boolean {
  const number = text.replace(marks, '');
  return /^\+?\d{7,15}$/.test(number);
}
