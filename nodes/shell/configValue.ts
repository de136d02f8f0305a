/** A number as forms keep it: a number, its text, or nothing. Anything unusable is the default. */
export function wholeNumber(value: unknown, otherwise: number): number {
  if (value === '' || value === undefined || value === null) return otherwise;
  const number = Number(value);
  return Number.isFinite(number) && number >= 0 ? Math.floor(number) : otherwise;
}
