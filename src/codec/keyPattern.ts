/**
 * The ending of a marker's key: `a.csv.done` says that `a.csv` is whole, or that another tool has imported it. Markers
 * are never read as data.
 */
export const markerEnding = '.done';

/** Which files of a store are meant. Keys are relative to the store's root. */
export interface KeyPattern {
  /** Every key that fits begins with this: all that has to be listed. */
  prefix: string;
  /** Never a folder or a marker. */
  fits(key: string): boolean;
}

// A prefix, or a pattern with wildcards for whole keys; slashes at its beginning do not matter.
//
// - Without wildcards every key fits that begins with the text.
// - `*` stands for any number of characters but `/`, none too; `?` for one character but `/`.
// - `**` stands for any number of any characters. `**/` at the beginning or after a slash stands for any number of
//   folders, none too: `a/**/b.csv` fits `a/b.csv`.
// - A pattern that ends in `/` means all that is below: `a/*/` fits what is in the folders of `a`, and deeper.
//
// Every other character stands for itself, and a wildcard cannot be made to.
export function keyPattern(text: string): KeyPattern {
  const pattern = text.replace(/^\/+/, '');
  const first = pattern.search(/[*?]/);
  if (first < 0) return { prefix: pattern, fits: (key) => key.startsWith(pattern) && isData(key) };
  const parts = partsOf(pattern.endsWith('/') ? `${pattern}**` : pattern);
  return { prefix: pattern.slice(0, first), fits: (key) => isData(key) && fits(parts, key) };
}

function isData(key: string): boolean {
  return !key.endsWith('/') && !key.endsWith(markerEnding);
}

/** A text that stands for itself, or a wildcard. */
type PatternPart = { text: string } | 'one' | 'name' | 'anything' | 'folders';

function partsOf(pattern: string): PatternPart[] {
  const parts: PatternPart[] = [];
  for (const [piece] of pattern.matchAll(/\*\*+\/?|\*|\?|[^*?]+/g)) {
    const before = parts.at(-1);
    const atFolder =
      before === undefined ||
      before === 'folders' ||
      (typeof before === 'object' && before.text.endsWith('/'));
    if (piece === '?') parts.push('one');
    else if (piece === '*') parts.push('name');
    else if (!piece.startsWith('**')) parts.push({ text: piece });
    else if (!piece.endsWith('/')) parts.push('anything');
    else if (atFolder) parts.push('folders');
    else parts.push('anything', { text: '/' });
  }
  return parts;
}

/**
 * Keeps all places of the key that the parts so far can lead to, with one pass over the key for each part: the work is
 * at most the product of both lengths, whatever they hold.
 */
function fits(parts: readonly PatternPart[], key: string): boolean {
  let reached = new Uint8Array(key.length + 1);
  reached[0] = 1;
  for (const part of parts) reached = after(part, key, reached);
  return reached[key.length] === 1;
}

/** Places that a part leads to from those that were reached before it. */
function after(part: PatternPart, key: string, reached: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(reached.length);
  if (typeof part === 'object' || part === 'one') {
    for (let at = reached.indexOf(1); at >= 0; at = reached.indexOf(1, at + 1)) {
      const width = part === 'one' ? oneWidth(key, at) : key.startsWith(part.text, at) ? part.text.length : 0;
      if (width > 0) next[at + width] = 1;
    }
    return next;
  }
  // The wildcard has begun somewhere before, and still goes on.
  let open = false;
  for (let at = 0; at < next.length; at++) {
    if (part === 'name' && key[at - 1] === '/') open = false;
    open ||= reached[at] === 1;
    if (open && (part !== 'folders' || reached[at] === 1 || key[at - 1] === '/')) next[at] = 1;
  }
  return next;
}

/** Units of the character there; none for a slash, or at the end. */
function oneWidth(key: string, at: number): number {
  if (at >= key.length || key[at] === '/') return 0;
  return key.codePointAt(at)! > 0xffff ? 2 : 1;
}
