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
    ? 'repeats a group that holds a repeat, which can take for ever on some texts'
    : undefined;
}

/** Says for any text whether the pattern is found in what it sees of it. The pattern must have no fault. */
export function patternTest(pattern: string, ignoreCase: boolean): (text: string) => boolean {
  const expression = new RegExp(pattern, ignoreCase ? 'i' : '');
  return (text) => expression.test(text.length > patternSees ? text.slice(0, patternSees) : text);
}

const repeat = /[*+]|\{\d+,\d*\}/y;

/** `(a+)+` and its like: on a text that fits nearly, the time they take doubles with every character. */
function repeatsWithinRepeat(pattern: string): boolean {
  /** Per open group, whether something in it repeats; the first is the pattern itself. */
  const open = [false];
  let closedRepeats = false;
  let inClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const sign = pattern[at];
    const afterGroup = closedRepeats;
    closedRepeats = false;
    if (sign === '\\') at++;
    else if (inClass) inClass = sign !== ']';
    else if (sign === '[') inClass = true;
    else if (sign === '(') open.push(false);
    else if (sign === ')') {
      closedRepeats = open.pop() ?? false;
      if (closedRepeats && open.length > 0) open[open.length - 1] = true;
    } else {
      repeat.lastIndex = at;
      if (!repeat.test(pattern)) continue;
      if (afterGroup) return true;
      open[open.length - 1] = true;
    }
  }
  return false;
}
