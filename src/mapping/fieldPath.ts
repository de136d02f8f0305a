import { SyncError } from '../errors/syncError';

/**
 * A name is looked up in an object, a number is an index into a list; neither ever stands for the other. The other
 * parts look into a list: every element of it, their number, or the first that has a certain text under a key.
 */
export type PathPart = string | number | ListPart;

export type ListPart = { readonly list: 'every' } | { readonly list: 'count' } | ElementWith;

export interface ElementWith {
  readonly list: 'with';
  readonly key: string;
  readonly text: string;
}

/** Where a value stands in a profile record: at least one part, and the first is a name. */
export type FieldPath = readonly PathPart[];

const bareName = /[^.[\]"]+/y;
const index = /\[(0|[1-9]\d{0,8})\]/y;
const quotedName = /\[("(?:[^"\\]|\\.)*")\]/sy;
const everyOrCount = /\[([*#])\]/y;
const elementWith = /\[(?:("(?:[^"\\]|\\.)*")|([^.[\]"=]+))=("(?:[^"\\]|\\.)*")\]/sy;
const bareKey = /^[^.[\]"=]+$/;

/** Lists in lists are rare, and each `[*]` costs a level of the reader's stack. */
const mostEvery = 10;

/**
 * Reads the written form of a path: names joined by dots, `["any name"]` with the escapes of JSON, and into lists
 *
 * - `[0]`: one element, counted from 0; `user_aliases[0].alias_name`;
 * - `[*]`: every element, which makes a list of what follows; `campaigns_received[*].name`;
 * - `[name="Order placed"]`: the first element that has this text under this key, the key bare or quoted;
 *   `custom_events[name="Order placed"].count`;
 * - `[#]`: the number of elements, at the end of a path only; `campaigns_received[#]`.
 *
 * A bare name may hold spaces, but not begin or end with one. Every name is data: `__proto__` is a field like any other.
 *
 * @throws SyncError `FIELD_PATH_INVALID` naming the position, counted from 1, and what is wrong there.
 */
export function parseFieldPath(text: string): FieldPath {
  const parts: PathPart[] = [];
  let every = 0;
  let at = 0;
  while (at < text.length || parts.length === 0) {
    const last = parts.at(-1);
    if (typeof last === 'object' && last.list === 'count') throw fault(text, at, 'nothing can follow [#]');
    if (text[at] === '[') {
      const { part, length } = bracket(text, at);
      if (parts.length === 0 && typeof part !== 'string') throw fault(text, at, 'a path begins with a name');
      if (typeof part === 'object' && part.list === 'every' && ++every > mostEvery) {
        throw fault(text, at, `a path goes through ${mostEvery} whole lists at most`);
      }
      parts.push(part);
      at += length;
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
    else if (typeof part === 'object') text += listPartText(part);
    else if (!isBare(part)) text += `[${JSON.stringify(part)}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text;
}

function listPartText(part: ListPart): string {
  if (part.list === 'every') return '[*]';
  if (part.list === 'count') return '[#]';
  const bare = bareKey.test(part.key) && part.key.trim() === part.key;
  return `[${bare ? part.key : JSON.stringify(part.key)}=${JSON.stringify(part.text)}]`;
}

function isBare(name: string): boolean {
  return tokenAt(bareName, name, 0)?.[0] === name && name.trim() === name;
}

function tokenAt(token: RegExp, text: string, at: number): RegExpExecArray | undefined {
  token.lastIndex = at;
  return token.exec(text) ?? undefined;
}

function bracket(text: string, at: number): { part: PathPart; length: number } {
  const plain = tokenAt(index, text, at) ?? tokenAt(quotedName, text, at);
  if (plain !== undefined) return { part: jsonAt(text, at, plain[1]!) as PathPart, length: plain[0].length };
  const mark = tokenAt(everyOrCount, text, at);
  if (mark !== undefined)
    return { part: { list: mark[1] === '*' ? 'every' : 'count' }, length: mark[0].length };
  const found = tokenAt(elementWith, text, at);
  if (found === undefined) {
    throw fault(text, at, 'a bracket holds "a name in double quotes", an index, *, # or key="text"');
  }
  const [all, quoted, bare, wanted] = found;
  const key = quoted === undefined ? bare!.trim() : (jsonAt(text, at, quoted) as string);
  if (quoted === undefined && key === '') throw fault(text, at, 'the key is missing before =');
  return { part: { list: 'with', key, text: jsonAt(text, at, wanted!) as string }, length: all.length };
}

/** Inside the brackets stands JSON: a text, or a whole number. */
function jsonAt(text: string, at: number, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw fault(text, at, 'the text in quotes has an escape or a character that JSON does not allow');
  }
}

function fault(text: string, at: number, reason: string): SyncError {
  return new SyncError({
    code: 'FIELD_PATH_INVALID',
    message: `The field path ${JSON.stringify(text)} is not valid at position ${at + 1}: ${reason}.`,
    advice:
      'Write it like custom_attributes.tier, custom_attributes["a.b"], user_aliases[0].alias_name or custom_events[name="Order"].count.',
  });
}
