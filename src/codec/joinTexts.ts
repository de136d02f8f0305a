const newline = 0x0a;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Texts one after the other as one text of lines: a text that does not end its last line gets that end before the next
 * one begins, and byte order marks at their beginnings are left out.
 */
export async function* joinTexts(
  texts: AsyncIterable<AsyncIterable<Uint8Array>>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let lineIsOpen = false;
  for await (const text of texts) {
    let begun = false;
    for await (const chunk of withoutMark(text)) {
      if (chunk.length === 0) continue;
      if (!begun && lineIsOpen) yield Buffer.of(newline);
      begun = true;
      lineIsOpen = chunk[chunk.length - 1] !== newline;
      yield chunk;
    }
  }
}

async function* withoutMark(text: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of text) {
    if (!head) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < byteOrderMark.length) continue;
    yield head.subarray(
      head.subarray(0, byteOrderMark.length).equals(byteOrderMark) ? byteOrderMark.length : 0,
    );
    head = undefined;
  }
  if (head) yield head;
}
