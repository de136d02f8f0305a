/**
 * The bytes of a text file as UTF-8 without a byte order mark. UTF-16 is known by its mark; everything else is passed on
 * as it is, so that whoever cuts it into rows can tell which row holds bytes that are no UTF-8.
 */
export async function* utf8Bytes(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let head: Buffer | undefined = Buffer.alloc(0);
  let decoder: TextDecoder | undefined;
  for await (const chunk of bytes) {
    let rest: Uint8Array = chunk;
    if (head !== undefined) {
      head = Buffer.concat([head, chunk]);
      if (head.length < longestMark) continue;
      decoder = utf16Decoder(head);
      rest = decoder ? head : withoutMark(head);
      head = undefined;
    }
    yield decoder ? Buffer.from(decoder.decode(rest, { stream: true })) : rest;
  }
  if (head !== undefined) {
    decoder = utf16Decoder(head);
    yield decoder ? Buffer.from(decoder.decode(head)) : withoutMark(head);
  } else if (decoder) yield Buffer.from(decoder.decode());
}

const longestMark = 3;

/** It leaves the mark out by itself. */
function utf16Decoder(head: Buffer): TextDecoder | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return new TextDecoder('utf-16le');
  if (head[0] === 0xfe && head[1] === 0xff) return new TextDecoder('utf-16be');
  return undefined;
}

function withoutMark(head: Buffer): Buffer {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? head.subarray(longestMark) : head;
}
