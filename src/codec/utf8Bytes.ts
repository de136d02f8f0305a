import { StringDecoder } from 'node:string_decoder';

/** How the bytes of a text stand for characters, where no byte order mark says so. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/**
 * The bytes of a text as UTF-8 without a byte order mark. A mark outweighs `encoding`: hardly any text begins with those
 * characters on purpose. UTF-8 is passed on as it is, and what is wrong in UTF-16 becomes a byte that UTF-8 does not
 * have, so that whoever cuts the text into rows can tell which row is not as it should be.
 */
export async function* utf8Bytes(
  bytes: AsyncIterable<Uint8Array>,
  encoding: TextEncoding = 'utf-8',
): AsyncGenerator<Uint8Array, void, undefined> {
  let head: Buffer | undefined = Buffer.alloc(0);
  let decoder: Decoder | undefined;
  for await (const chunk of bytes) {
    let rest: Uint8Array = chunk;
    if (head !== undefined) {
      head = Buffer.concat([head, chunk]);
      if (head.length < longestMark) continue;
      ({ decoder, rest } = begin(head, encoding));
      head = undefined;
    }
    yield decoder ? decoder.decode(rest) : rest;
  }
  if (head !== undefined) {
    const { decoder: late, rest } = begin(head, encoding);
    decoder = late;
    yield decoder ? decoder.decode(rest) : rest;
  }
  if (decoder) yield decoder.end();
}

const longestMark = 3;
const marks: readonly [TextEncoding, Buffer][] = [
  ['utf-8', Buffer.of(0xef, 0xbb, 0xbf)],
  ['utf-16le', Buffer.of(0xff, 0xfe)],
  ['utf-16be', Buffer.of(0xfe, 0xff)],
];

/** Pieces of a text to UTF-8, wherever they were cut. */
interface Decoder {
  decode(piece: Uint8Array): Buffer;
  end(): Buffer;
}

/** No decoder: it is UTF-8 already. */
function begin(head: Buffer, encoding: TextEncoding): { decoder: Decoder | undefined; rest: Buffer } {
  for (const [marked, mark] of marks) {
    if (head.subarray(0, mark.length).equals(mark)) {
      return { decoder: decoderOf(marked), rest: head.subarray(mark.length) };
    }
  }
  return { decoder: decoderOf(encoding), rest: head };
}

function decoderOf(encoding: TextEncoding): Decoder | undefined {
  if (encoding === 'utf-8') return undefined;
  return encoding === 'windows-1252' ? windows1252 : new Utf16Decoder(encoding === 'utf-16be');
}

/** What Windows-1252 has where Latin 1 has control characters; five places are empty and stay as they are. */
const windowsOnly = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

const windows1252: Decoder = {
  decode: (piece) => {
    const latin1 = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString('latin1');
    return Buffer.from(latin1.replace(/[\x80-\x9f]/g, (one) => windowsOnly[one.charCodeAt(0) - 0x80]!));
  },
  end: () => Buffer.alloc(0),
};

class Utf16Decoder implements Decoder {
  readonly #bigEndian: boolean;
  /** Waits for the second half of a character outside the first plane. */
  readonly #pairs = new StringDecoder('utf16le');
  /** The first byte of a unit whose second has not come yet. */
  #odd = Buffer.alloc(0);

  constructor(bigEndian: boolean) {
    this.#bigEndian = bigEndian;
  }

  decode(piece: Uint8Array): Buffer {
    // A copy, since it may be swapped.
    const bytes = Buffer.concat([this.#odd, piece]);
    const whole = bytes.subarray(0, bytes.length & ~1);
    this.#odd = bytes.subarray(whole.length);
    return wellFormed(this.#pairs.write(this.#bigEndian ? whole.swap16() : whole));
  }

  end(): Buffer {
    const rest = wellFormed(this.#pairs.end());
    return this.#odd.length === 0 ? rest : Buffer.concat([rest, notUtf8]);
  }
}

const notUtf8 = Buffer.of(0xff);

/** Halves of characters become bytes that are no UTF-8. */
function wellFormed(text: string): Buffer {
  const parts = text.split(/\p{Surrogate}/u);
  if (parts.length === 1) return Buffer.from(text);
  return Buffer.concat(
    parts.flatMap((part, at) => (at === 0 ? [Buffer.from(part)] : [notUtf8, Buffer.from(part)])),
  );
}
