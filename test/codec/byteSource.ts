import assert from 'node:assert/strict';

/** Bytes cut at the given places (any order, any multiplicity), as a source that tells whether it was let go. */
export function source(bytes: Uint8Array, cuts: readonly number[] = []) {
  const state = { taken: 0, released: false };
  const edges = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      let from = 0;
      for (const to of [...edges, bytes.length]) {
        state.taken++;
        yield bytes.subarray(from, to);
        from = to;
      }
    } finally {
      state.released = true;
    }
  }
  return Object.assign(chunks(), { state });
}

/** The same as a file that can be read from its beginning or in parts; `opened` are all readings of it so far. */
export function packedSource(bytes: Uint8Array, cuts: readonly number[] = []) {
  const opened: ReturnType<typeof source>[] = [];
  return {
    size: bytes.length,
    opened,
    read({ start, end } = { start: 0, end: bytes.length }) {
      assert.ok(start < end || bytes.length === 0);
      assert.ok(end <= bytes.length);
      opened.push(source(bytes.subarray(start, end), cuts));
      return opened.at(-1)!;
    },
  };
}

export async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}
