import { BadRequest } from './apiReply';

/**
 * Cuts one page out of a list, in the documented envelope: `startIndex` (0-based) and `count` in, `itemsPerPage,
 * startIndex, totalPages, totalResults` and the list under `key` out (contracts: blueconic 3.1).
 * @throws BadRequest if one of the two is not a whole number in its range.
 */
export function page<T>(list: readonly T[], query: URLSearchParams, key: string, defaultCount = 20): object {
  const startIndex = wholeParameter(query, 'startIndex', 0, 0);
  const count = wholeParameter(query, 'count', defaultCount, 1);
  return {
    itemsPerPage: count,
    startIndex,
    totalPages: Math.ceil(list.length / count),
    totalResults: list.length,
    [key]: list.slice(startIndex, startIndex + count),
  };
}

/** A whole number from the query. @throws BadRequest if it is none, or outside `least` to `most`. */
export function wholeParameter(
  query: URLSearchParams,
  name: string,
  fallback: number,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  const text = query.get(name);
  if (text === null) return fallback;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : -1;
  if (value < least || value > most)
    throw new BadRequest(`must be a whole number from ${least} to ${most}`, name);
  return value;
}
