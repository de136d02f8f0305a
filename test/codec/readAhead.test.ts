import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import type { ByteRange, FileStore } from '../../src/codec/fileStore';
import { ReadAhead, type ReadAheadLimits } from '../../src/codec/readAhead';
import { collect } from './byteSource';

type File = Parameters<FileStore['open']>[0];

/** Files in memory that come in chunks of ten bytes, a turn each; `hold` keeps all of them from going on. */
class SlowFiles {
  readonly opened: string[] = [];
  readonly ended: string[] = [];
  hold: Promise<void> | undefined;
  failing: string | undefined;
  readonly #contents = new Map<string, Buffer>();

  add(key: string, size: number): File {
    this.#contents.set(
      key,
      Buffer.from(Array.from({ length: size }, (_, at) => (at * 7 + key.charCodeAt(0)) % 256)),
    );
    return { key, size, etag: `"${key}"` };
  }

  bytes(key: string, { start, end }: ByteRange = { start: 0, end: Number.POSITIVE_INFINITY }): Buffer {
    return this.#contents.get(key)!.subarray(start, end);
  }

  async *open({ key }: File, signal?: AbortSignal, range?: ByteRange): AsyncGenerator<Uint8Array> {
    this.opened.push(key);
    try {
      const bytes = this.bytes(key, range);
      for (let at = 0; at < bytes.length; at += 10) {
        await nextTurn();
        await this.hold;
        signal?.throwIfAborted();
        if (this.failing === key) throw new Error(`${key} broke`);
        yield bytes.subarray(at, at + 10);
      }
    } finally {
      this.ended.push(key);
    }
  }
}

describe('reading files ahead', () => {
  let files: SlowFiles;
  let ahead: ReadAhead;
  beforeEach(() => {
    files = new SlowFiles();
  });
  afterEach(() => ahead.close());

  const open = (limits: ReadAheadLimits): void => {
    ahead = new ReadAhead(files, new AbortController().signal, limits);
  };

  it('gives the bytes of every file and every part of one, whatever fits into the limits', async () => {
    const part = fc.record({
      from: fc.double({ min: 0, max: 1, noNaN: true }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ size: fc.nat(60), parts: fc.array(part, { maxLength: 3 }) }), { maxLength: 8 }),
        fc.record({ files: fc.integer({ min: 1, max: 5 }), bytes: fc.nat(120) }),
        async (wanted, limits) => {
          files = new SlowFiles();
          open(limits);
          const all = wanted.map(({ size }, at) => files.add(`${at}`, size));
          for (const [at, { size, parts }] of wanted.entries()) {
            ahead.expect(all.slice(at));
            const file = all[at]!;
            for (const { from, share } of parts) {
              const start = Math.floor(from * size);
              const range = { start, end: start + Math.max(1, Math.floor((size - start) * share)) };
              if (range.end > size) continue;
              assert.deepEqual(
                await collect(ahead.open(file, undefined, range)),
                files.bytes(file.key, range),
              );
            }
            assert.deepEqual(await collect(ahead.open(file)), files.bytes(file.key));
          }
          ahead.close();
        },
      ),
      { numRuns: 100 },
    );
  });

  it('fetches the next files while one is read, and no more than it may', async () => {
    open({ files: 3, bytes: 100 });
    const all = [30, 30, 30, 30, 30].map((size, at) => files.add(`${at}`, size));
    let goOn: () => void = () => undefined;
    files.hold = new Promise((resolve) => {
      goOn = resolve;
    });
    ahead.expect(all);
    const first = collect(ahead.open(all[0]!));
    for (let turn = 0; turn < 10; turn++) await nextTurn();
    assert.deepEqual(files.opened, ['0', '1', '2']);
    goOn();
    await first;
    ahead.expect(all.slice(1));
    for (let turn = 0; turn < 10; turn++) await nextTurn();
    assert.deepEqual(files.opened, ['0', '1', '2', '3']);
  });

  it('leaves a file that is too large to its turn, and fetches those behind it all the same', async () => {
    open({ files: 3, bytes: 100 });
    const all = [50, 500, 40, 40].map((size, at) => files.add(`${at}`, size));
    ahead.expect(all);
    for (let turn = 0; turn < 100; turn++) await nextTurn();
    assert.deepEqual(files.opened, ['0', '2']);
    ahead.expect(all.slice(1));
    let most = 0;
    for await (const chunk of ahead.open(all[1]!)) most = Math.max(most, chunk.length);
    assert.deepEqual([files.opened, most], [['0', '2', '3', '1'], 10]);
  });

  it('serves what has arrived while the rest is on its way, to as many as ask', async () => {
    open({ files: 1, bytes: 100 });
    const file = files.add('a', 45);
    ahead.expect([file]);
    const both = await Promise.all([collect(ahead.open(file)), collect(ahead.open(file))]);
    assert.deepEqual(both, [files.bytes('a'), files.bytes('a')]);
    assert.deepEqual(files.opened, ['a']);
  });

  it('tells of a failure only who reads that file', async () => {
    open({ files: 3, bytes: 100 });
    const all = ['a', 'b', 'c'].map((key) => files.add(key, 30));
    files.failing = 'b';
    ahead.expect(all);
    assert.equal((await collect(ahead.open(all[0]!))).length, 30);
    await assert.rejects(collect(ahead.open(all[1]!)), /b broke/);
    assert.equal((await collect(ahead.open(all[2]!))).length, 30);
  });

  it('hangs up where a file is not expected any more, and at its end', async () => {
    open({ files: 3, bytes: 1_000 });
    const all = ['a', 'b', 'c'].map((key) => files.add(key, 300));
    ahead.expect(all);
    await nextTurn();
    ahead.expect(all.slice(1));
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    assert.deepEqual(files.ended, ['a']);
    ahead.close();
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    assert.deepEqual(files.ended.sort(), ['a', 'b', 'c']);
  });
});
