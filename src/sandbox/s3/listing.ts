/** Where a listing goes on: after a key, or after everything that starts with a common prefix. */
export interface ListingPosition {
  after: string;
  wholePrefix: boolean;
}

export interface ListingQuery {
  prefix: string;
  /** Empty: none. */
  delimiter: string;
  /** Absent: from the start. */
  from?: ListingPosition;
  /** Keys and common prefixes together. */
  limit: number;
}

export interface ListingPage {
  keys: string[];
  commonPrefixes: string[];
  /** Absent on the last page. */
  next?: ListingPosition;
}

/**
 * Order of keys in a listing: by their UTF-8 bytes. JavaScript's own order differs where a surrogate pair meets a
 * character from U+E000 to U+FFFF, so the code units are moved to where UTF-8 has them.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const unitA = a.charCodeAt(at);
    const unitB = b.charCodeAt(at);
    if (unitA !== unitB) return rank(unitA) - rank(unitB);
  }
  return a.length - b.length;
}

/** One page out of `sorted`, which is in `compareKeys` order. */
export function listPage(sorted: readonly string[], query: ListingQuery): ListingPage {
  const { prefix, delimiter, limit } = query;
  const page: ListingPage = { keys: [], commonPrefixes: [] };
  if (limit === 0) return page;
  let at = firstIndex(sorted, (key) => compareKeys(key, prefix) >= 0);
  if (query.from) at = Math.max(at, indexAfter(sorted, query.from));
  let last: ListingPosition | undefined;
  for (let key = sorted[at]; key?.startsWith(prefix); key = sorted[at]) {
    if (page.keys.length + page.commonPrefixes.length === limit) return { ...page, next: last! };
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (cut < 0) {
      page.keys.push(key);
      last = { after: key, wholePrefix: false };
      at++;
      continue;
    }
    const common = key.slice(0, cut + delimiter.length);
    page.commonPrefixes.push(common);
    last = { after: common, wholePrefix: true };
    at = indexAfter(sorted, last);
  }
  return page;
}

/** The opaque continuation token. */
export function writeToken(position: ListingPosition): string {
  return Buffer.from(`${position.wholePrefix ? 'p' : 'k'}${position.after}`).toString('base64');
}

/** `undefined` for what `writeToken` never writes. */
export function readToken(token: string): ListingPosition | undefined {
  const text = Buffer.from(token, 'base64').toString();
  const position = { after: text.slice(1), wholePrefix: text.startsWith('p') };
  return writeToken(position) === token ? position : undefined;
}

function indexAfter(sorted: readonly string[], position: ListingPosition): number {
  const { after, wholePrefix } = position;
  return firstIndex(sorted, (key) => compareKeys(key, after) > 0 && !(wholePrefix && key.startsWith(after)));
}

/** Binary search: the first index from which on `holds` is true. */
function firstIndex(sorted: readonly string[], holds: (key: string) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(sorted[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
