import { SyncError } from '../errors/syncError';

/** A name is looked up in an object, a number is an index into a list; neither ever stands for the other. */
export type PathPart = string | number;

/** Where a value stands in a profile record: at least one part, and the first is a name. */
export type FieldPath = readonly PathPart[];

const bareName = /[^.[\]"]+/y;
const index = /\[(0|[1-9]\d{0,8})\]/y;
const quotedName = /\[("(?:[^"\\]|\\.)*")\]/sy;

/**
 * Reads the written form of a path: names joined by dots, `["any name"]` with the escapes of JSON, `[0]` for a
 * list element; `custom_attributes.tier`, `custom_attributes["a.b"]`, `user_aliases[0].alias_name`. A bare name may
 * hold spaces, but not begin or end with one. Every name is data: `__proto__` is a field like any other.
 *
 * @throws SyncError `FIELD_PATH_INVALID` naming the position, counted from 1, and what is wrong there.
 */
export function parseFieldPath(text: string): FieldPath {
  const parts: PathPart[] = [];
  let at = 0;
  while (at < text.length || parts.length === 0) {
    if (text[at] === '[') {
      const found = tokenAt(index, text, at) ?? tokenAt(quotedName, text, at);
      if (found === undefined)
        throw fault(text, at, 'a bracket holds either "a name in double quotes" or an index');
      parts.push(bracketPart(text, at, found[1]!));
      if (typeof parts[0] === 'number') throw fault(text, at, 'a path begins with a name');
      at += found[0].length;
      continue;
    }
    if (parts.length > 0) {
      if (text[at] !== '.') throw fault(text, at, 'a dot or a bracket must come next');
      at += 1;
    }
    const name = tokenAt(bareName, text, at)?.[0];
    if (name === undefined) throw fault(text, at, 'a name is missing');
    if (name.trim() !== name)
      throw fault(text, at, 'a name begins or ends with a space; write it in ["..."]');
    parts.push(name);
    at += name.length;
  }
  return parts;
}

/** Writes a path in the form that `parseFieldPath` reads back to the same parts. */
export function formatFieldPath(path: FieldPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (!isBare(part)) text += `[${JSON.stringify(part)}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text;
}

function isBare(name: string): boolean {
  return tokenAt(bareName, name, 0)?.[0] === name && name.trim() === name;
}

function tokenAt(token: RegExp, text: string, at: number): RegExpExecArray | undefined {
  token.lastIndex = at;
  return token.exec(text) ?? undefined;
}

/** Inside the brackets stands JSON: a text, or a whole number. */
function bracketPart(text: string, at: number, json: string): PathPart {
  try {
    return JSON.parse(json) as PathPart;
  } catch {
    throw fault(text, at, 'the quoted name has an escape or a character that JSON does not allow');
  }
}

function fault(text: string, at: number, reason: string): SyncError {
  return new SyncError({
    code: 'FIELD_PATH_INVALID',
    message: `The field path ${JSON.stringify(text)} is not valid at position ${at + 1}: ${reason}.`,
    advice: 'Write it like custom_attributes.tier, custom_attributes["a.b"] or user_aliases[0].alias_name.',
  });
}
