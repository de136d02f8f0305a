/** A number as forms keep it: a number, its text, or nothing. Anything unusable is the default. */
export function wholeNumber(value: unknown, otherwise: number): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number') return otherwise;
  return Number.isFinite(number) && number >= 0 ? Math.floor(number) : otherwise;
}

/** What the first total of a profile does (see Sums), as the sinks' forms keep it. */
export function firstTotalOf(def: { firstTotal?: string }): 'remember' | 'add' {
  return def.firstTotal === 'add' ? 'add' : 'remember';
}
