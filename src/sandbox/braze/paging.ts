const listPage = 100;

/**
 * The page of a list that a query asks for with `page` (from 0) and `sort_direction` (contracts: braze 5).
 *
 * @param items in order of creation
 * @returns 100 items at most, or the text that refuses the query
 */
export function pageOf<T>(items: readonly T[], query: URLSearchParams): readonly T[] | string {
  const page = Number(query.get('page') ?? 0);
  if (!Number.isInteger(page) || page < 0) return "'page' is not valid";
  const direction = query.get('sort_direction') ?? 'asc';
  if (direction !== 'asc' && direction !== 'desc') return "'sort_direction' must be 'asc' or 'desc'";
  const sorted = direction === 'asc' ? items : items.toReversed();
  return sorted.slice(page * listPage, (page + 1) * listPage);
}
