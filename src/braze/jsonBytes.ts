/** One JSON text, as the bytes that go over the wire. */
export interface JsonText {
  readonly chunk: Buffer;
  readonly from: number;
  readonly to: number;
}

/** The object that a text holds. Slow: for what is looked at again, which little is. */
export function parseText({ chunk, from, to }: JsonText): Record<string, unknown> {
  return JSON.parse(chunk.toString('utf8', from, to)) as Record<string, unknown>;
}

/** Texts share chunks of this size: some hundred profiles each, and small enough not to outlive their requests by much. */
const chunkBytes = 64 * 1024;
/** A UTF-16 unit takes at most three bytes. */
const bytesPerUnit = 3;
const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * Writes JSON straight into bytes, the same bytes that `JSON.stringify` and UTF-8 would make. Nearly everything that is
 * sent is short text and numbers, for which this takes half the time, and nothing is left to collect: text as a string
 * is allocated, measured, joined with others, copied flat and only then encoded.
 *
 * One text at a time: `begin`, its parts, `end`. A text that was begun and not ended is forgotten.
 */
export class JsonBytes {
  #chunk: Buffer = Buffer.allocUnsafeSlow(chunkBytes);
  #start = 0;
  #at = 0;

  begin(): void {
    this.#at = this.#start;
  }

  end(): JsonText {
    const text = { chunk: this.#chunk, from: this.#start, to: this.#at };
    this.#start = this.#at;
    return text;
  }

  /** Bytes that are JSON already: brackets, names with their colon. */
  raw(bytes: Uint8Array): void {
    const { length } = bytes;
    this.#reserve(length);
    const chunk = this.#chunk;
    const at = this.#at;
    // Names are short: a loop costs less than the call that copies.
    for (let i = 0; i < length; i++) chunk[at + i] = bytes[i]!;
    this.#at = at + length;
  }

  /** @throws TypeError where the value is no JSON: a loop, a `bigint`. */
  value(value: unknown): void {
    switch (typeof value) {
      case 'string':
        this.#string(value);
        break;
      case 'number':
        if (Number.isFinite(value)) this.#ascii(String(value));
        else this.#ascii('null');
        break;
      case 'boolean':
        this.#ascii(value ? 'true' : 'false');
        break;
      default:
        if (Array.isArray(value)) this.#list(value);
        else this.#native(value);
    }
  }

  #list(values: readonly unknown[]): void {
    this.#byte(openBracket);
    for (let i = 0; i < values.length; i++) {
      if (i > 0) this.#byte(comma);
      this.value(values[i]);
    }
    this.#byte(closeBracket);
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#chunk[this.#at++] = byte;
  }

  #string(text: string): void {
    const { length } = text;
    this.#reserve(length * bytesPerUnit + 2);
    const chunk = this.#chunk;
    let at = this.#at;
    chunk[at++] = quote;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit < 0x80) {
        if (unit < 0x20 || unit === quote || unit === backslash) {
          this.#native(text);
          return;
        }
        chunk[at++] = unit;
      } else if (unit < 0x800) {
        chunk[at++] = 0xc0 | (unit >> 6);
        chunk[at++] = 0x80 | (unit & 0x3f);
      } else if (unit < 0xd800 || unit > 0xdfff) {
        chunk[at++] = 0xe0 | (unit >> 12);
        chunk[at++] = 0x80 | ((unit >> 6) & 0x3f);
        chunk[at++] = 0x80 | (unit & 0x3f);
      } else {
        this.#native(text);
        return;
      }
    }
    chunk[at++] = quote;
    this.#at = at;
  }

  #ascii(text: string): void {
    const { length } = text;
    this.#reserve(length);
    const chunk = this.#chunk;
    const at = this.#at;
    for (let i = 0; i < length; i++) chunk[at + i] = text.charCodeAt(i);
    this.#at = at + length;
  }

  /** Objects, and text that needs escapes or surrogate pairs. */
  #native(value: unknown): void {
    const json = JSON.stringify(value) ?? 'null';
    this.#reserve(json.length * bytesPerUnit);
    this.#at += this.#chunk.write(json, this.#at, 'utf8');
  }

  /** Moves the text begun to a new chunk where this one has no room for that many bytes more. */
  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#chunk.length) return;
    const begun = this.#at - this.#start;
    const chunk = Buffer.allocUnsafeSlow(Math.max(chunkBytes, 2 * (begun + bytes)));
    this.#chunk.copy(chunk, 0, this.#start, this.#at);
    this.#chunk = chunk;
    this.#start = 0;
    this.#at = begun;
  }
}

export function textOf({ chunk, from, to }: JsonText): string {
  return chunk.toString('utf8', from, to);
}

/** Writes texts one after the other with commas between, as the elements of a list. Returns where they end. */
export function writeTexts(texts: readonly JsonText[], into: Buffer, start: number): number {
  let at = start;
  for (const { chunk, from, to } of texts) {
    if (at > start) into[at++] = comma;
    at += chunk.copy(into, at, from, to);
  }
  return at;
}

/** The bytes that `writeTexts` will write. */
export function lengthOfTexts(texts: readonly JsonText[]): number {
  let bytes = Math.max(0, texts.length - 1);
  for (const { from, to } of texts) bytes += to - from;
  return bytes;
}
