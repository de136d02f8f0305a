/**
 * A pattern sees this many UTF-16 units of a text, counted from its beginning, and no more: as many as Braze keeps of
 * a text (contracts: braze 2.5), and few enough that no profile can hold a run up for long.
 */
export const patternSees = 255;

/** Why a text cannot be used as a pattern; undefined when it can. */
export function patternFault(pattern: string): string | undefined {
  try {
    new RegExp(pattern);
  } catch {
    return 'is not a valid pattern';
  }
  return repeatsWithinRepeat(pattern)
    ? 'repeats a group that holds a repeat, or alternatives that may begin alike, which can take for ever on some texts'
    : undefined;
}

/** Says for any text whether the pattern is found in what it sees of it. The pattern must have no fault. */
export function patternTest(pattern: string, ignoreCase: boolean): (text: string) => boolean {
  const expression = new RegExp(pattern, ignoreCase ? 'i' : '');
  return (text) => expression.test(text.length > patternSees ? text.slice(0, patternSees) : text);
}

/** More than once. `?` and `{1}` repeat nothing. */
const repeat = /[*+]|\{(?:\d+,\d*|[2-9]|\d{2,})\}/y;
/** How often is open. */
const openRepeat = /[*+]|\{\d+,\d*\}/y;

/** What is known of an open group. */
interface OpenGroup {
  repeats: boolean;
  /** The first characters of its alternatives so far; undefined where one can begin in several ways. */
  begins: Set<string> | undefined;
  /** The next sign begins an alternative. */
  atStart: boolean;
  alternatives: number;
}

/**
 * `(a+)+`, `(a|a)*`, `(a*){20}` and their like: on a text that fits nearly, the time they take doubles with every
 * character. Alternatives pass where each begins with a character of its own.
 */
function repeatsWithinRepeat(pattern: string): boolean {
  const open: OpenGroup[] = [newGroup()];
  let closed: OpenGroup | undefined;
  for (let at = 0; at < pattern.length; at++) {
    const sign = pattern[at]!;
    const before = closed;
    closed = undefined;
    repeat.lastIndex = at;
    if (repeat.test(pattern)) {
      if (before && (before.repeats || isAmbiguous(before))) return true;
      openRepeat.lastIndex = at;
      if (openRepeat.test(pattern)) open.at(-1)!.repeats = true;
      continue;
    }
    if (sign === '(') {
      begin(open.at(-1)!, undefined);
      open.push(newGroup());
      at += /^\?(?:[:=!]|<[=!]|<[^>]*>)/.exec(pattern.slice(at + 1, at + 60))?.[0].length ?? 0;
    } else if (sign === ')') {
      closed = open.pop()!;
      const outer = open.at(-1);
      if (outer && (closed.repeats || isAmbiguous(closed))) outer.repeats = true;
    } else if (sign === '|') {
      const group = open.at(-1)!;
      // An alternative without anything in it fits everywhere.
      if (group.atStart) group.begins = undefined;
      group.alternatives++;
      group.atStart = true;
    } else if (sign === '\\') {
      begin(open.at(-1)!, /[a-z0-9]/i.test(pattern[at + 1] ?? '') ? undefined : pattern[at + 1]);
      at++;
    } else if (sign === '[') {
      begin(open.at(-1)!, undefined);
      at = endOfClass(pattern, at);
    } else begin(open.at(-1)!, sign === '.' || sign === '^' || sign === '$' ? undefined : sign);
  }
  return false;
}

function newGroup(): OpenGroup {
  return { repeats: false, begins: new Set(), atStart: true, alternatives: 1 };
}

/** @param first the character that the alternative begins with, where that is only one */
function begin(group: OpenGroup, first: string | undefined): void {
  if (!group.atStart) return;
  group.atStart = false;
  // With the option to ignore case, letters that differ in nothing else begin alike.
  const letter = first?.toLowerCase();
  if (letter === undefined || group.begins?.has(letter)) group.begins = undefined;
  else group.begins?.add(letter);
}

function isAmbiguous({ alternatives, begins, atStart }: OpenGroup): boolean {
  return alternatives > 1 && (begins === undefined || atStart);
}

function endOfClass(pattern: string, from: number): number {
  let at = from + 1;
  while (at < pattern.length && pattern[at] !== ']') at += pattern[at] === '\\' ? 2 : 1;
  return at;
}
