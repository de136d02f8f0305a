import { S3Error } from './s3Error';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
/** A declaration, a comment, a tag or a run of text. A document type declaration is none of them on purpose. */
const TOKEN = /<\?[^>]*\?>|<!--[\s\S]*?-->|<(\/?)([A-Za-z_][\w.:-]*)(?:\s[^<>]*?)?(\/?)>|([^<]+)/y;
const NAMED = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** One element of a parsed document; names come without namespace prefix. */
export interface XmlElement {
  name: string;
  text: string;
  children: XmlElement[];
}

/** Escapes markup, and control characters as references: S3 lets them into keys and sends them this way. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"\p{Cc}]/gu, (character) => {
    if (character === '&') return '&amp;';
    if (character === '<') return '&lt;';
    if (character === '>') return '&gt;';
    if (character === '"') return '&quot;';
    return `&#x${character.charCodeAt(0).toString(16)};`;
  });
}

/** An element with escaped text. */
export function leaf(name: string, value: string | number | boolean): string {
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}

/** An element around already written elements. */
export function branch(name: string, ...children: string[]): string {
  return `<${name}>${children.join('')}</${name}>`;
}

/** A whole answer document in S3's namespace. */
export function document(name: string, ...children: string[]): string {
  return `${DECLARATION}<${name} xmlns="${NAMESPACE}">${children.join('')}</${name}>`;
}

/** An error document; S3 sends these without a namespace. */
export function errorDocument(fields: Record<string, string>): string {
  const children = Object.entries(fields).map(([name, value]) => leaf(name, value));
  return DECLARATION + branch('Error', ...children);
}

/**
 * Reads a request document. Only what S3 requests consist of is understood: elements, text, references, comments.
 * @throws S3Error `MalformedXML` for anything else, document type declarations included.
 */
export function parseXml(source: string): XmlElement {
  const top: XmlElement = { name: '', text: '', children: [] };
  const open = [top];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const token = TOKEN.exec(source);
    const parent = open.at(-1);
    if (!token || !parent) throw new S3Error('MalformedXML');
    const [, closing, qualified, empty, text] = token;
    if (text !== undefined) parent.text += unescapeXml(text);
    if (qualified === undefined) continue;
    const name = qualified.slice(qualified.indexOf(':') + 1);
    if (closing) {
      if (parent === top || parent.name !== name) throw new S3Error('MalformedXML');
      open.pop();
      continue;
    }
    const element: XmlElement = { name, text: '', children: [] };
    parent.children.push(element);
    if (!empty) open.push(element);
  }
  const [root] = top.children;
  if (!root || top.children.length > 1 || open.length > 1 || top.text.trim() !== '') {
    throw new S3Error('MalformedXML');
  }
  return root;
}

/** The text of the first child with this name. */
export function childText(parent: XmlElement, name: string): string | undefined {
  return parent.children.find((child) => child.name === name)?.text;
}

function unescapeXml(text: string): string {
  return text.replace(/&([^;]{0,8}(;?))/g, (_whole, reference: string, end: string) => {
    const name = reference.slice(0, -1);
    const [, hex, decimal] = /^#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))$/i.exec(name) ?? [];
    const code = Number.parseInt(hex ?? decimal ?? 'none', hex ? 16 : 10);
    const character = code <= 0x10ffff ? String.fromCodePoint(code) : NAMED.get(name);
    if (character === undefined || !end) throw new S3Error('MalformedXML');
    return character;
  });
}
