import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import fc from 'fast-check';
import { LevelStore } from '../../src/store/levelStore';
import { MemoryStore } from '../../src/store/memoryStore';
import { PlainLogStore } from '../../src/store/plainLogStore';
import type { KeySpan, StateStore, StoreSpace, StoreWrite } from '../../src/store/store';

const spaces: StoreSpace[] = [
  'watermark',
  'file',
  'history',
  'fingerprint',
  'checkpoint',
  'intent',
  'setting',
];

const folders: string[] = [];
const opened: StateStore[] = [];

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'profile-sync-store-'));
  folders.push(made);
  return made;
}

async function level(at: string): Promise<LevelStore> {
  const store = await LevelStore.open(at);
  opened.push(store);
  return store;
}

async function keysOf(
  store: StateStore,
  space: StoreSpace,
  prefix = '',
  options?: { newestFirst?: boolean; limit?: number } & KeySpan,
): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(space, prefix, options)) keys.push(key);
  return keys;
}

const put = (
  key: Uint8Array | string,
  value: Uint8Array | string,
  space: StoreSpace = 'setting',
): StoreWrite => ({
  space,
  key,
  value,
});

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  for (const made of folders.splice(0)) await rm(made, { recursive: true, force: true });
});

const kinds: Record<string, () => Promise<StateStore>> = {
  'memory store': async () => new MemoryStore(),
  'embedded store': async () => level(await folder()),
  'plain log store': async () => {
    const store = await PlainLogStore.open(await folder());
    opened.push(store);
    return store;
  },
};

for (const [name, open] of Object.entries(kinds)) {
  describe(`${name} as a state store`, () => {
    let store: StateStore;
    beforeEach(async () => {
      store = await open();
    });

    it('gives values back in the order of the keys, and nothing where there is none', async () => {
      await store.commit([put('a', '1'), put('b', Buffer.from([0, 255, 10]))]);
      const values = await store.getMany('setting', ['b', 'none', 'a']);
      assert.deepEqual(values, [Buffer.from([0, 255, 10]), undefined, Buffer.from('1')]);
      assert.deepEqual(await store.getMany('setting', []), []);
    });

    it('keeps an empty value apart from none', async () => {
      await store.commit([put('a', '')]);
      assert.deepEqual(await store.getMany('setting', ['a']), [Buffer.alloc(0)]);
    });

    it('keeps the spaces apart', async () => {
      await store.commit(spaces.map((space) => put('key', space, space)));
      for (const space of spaces) {
        assert.deepEqual(await store.getMany(space, ['key']), [Buffer.from(space)]);
        assert.deepEqual(await keysOf(store, space), ['key']);
      }
    });

    it('finds by text what was written by its bytes', async () => {
      await store.commit([put(Buffer.from('Zoë'), '1')]);
      assert.deepEqual(await store.getMany('setting', ['Zoë']), [Buffer.from('1')]);
      assert.deepEqual(await keysOf(store, 'setting'), ['Zoë']);
    });

    it('does the writes of a commit in their order', async () => {
      const gone: StoreWrite = { space: 'setting', key: 'a', value: undefined };
      await store.commit([put('a', '1'), put('a', '2'), put('b', '1'), gone, put('c', '1')]);
      assert.deepEqual(await keysOf(store, 'setting'), ['b', 'c']);
      await store.commit([gone, put('a', '3')]);
      assert.deepEqual(await store.getMany('setting', ['a']), [Buffer.from('3')]);
    });

    it('takes all of a commit or nothing', async () => {
      await store.commit([put('a', '1')]);
      const wrong = { space: 'setting', key: 'c', value: 17 } as unknown as StoreWrite;
      await assert.rejects(store.commit([put('a', '2'), put('b', '2'), wrong]));
      assert.deepEqual(await store.getMany('setting', ['a', 'b', 'c']), [
        Buffer.from('1'),
        undefined,
        undefined,
      ]);
    });

    it('lists in the order of bytes, by prefix, from either end, as many as asked for', async () => {
      const keys = ['a', 'ab', 'abc', 'b', 'zz', 'ä', '\u{10FFFF}x'];
      await store.commit([...keys].reverse().map((key) => put(key, '')));
      assert.deepEqual(await keysOf(store, 'setting'), keys);
      assert.deepEqual(await keysOf(store, 'setting', 'ab'), ['ab', 'abc']);
      assert.deepEqual(await keysOf(store, 'setting', '\u{10FFFF}'), ['\u{10FFFF}x']);
      assert.deepEqual(await keysOf(store, 'setting', 'none'), []);
      assert.deepEqual(await keysOf(store, 'setting', '', { newestFirst: true, limit: 2 }), [
        '\u{10FFFF}x',
        'ä',
      ]);
      assert.deepEqual(await keysOf(store, 'setting', 'a', { newestFirst: true }), ['abc', 'ab', 'a']);
      assert.deepEqual(await keysOf(store, 'setting', '', { limit: 0 }), []);
    });

    it('lists a span of keys within a prefix: its beginning is in it, its end is not', async () => {
      await store.commit(['a1', 'a2', 'a3', 'a4', 'b1'].map((key) => put(key, '')));
      const span = { from: 'a2', before: 'a4' };
      assert.deepEqual(await keysOf(store, 'setting', '', span), ['a2', 'a3']);
      assert.deepEqual(await keysOf(store, 'setting', '', { ...span, newestFirst: true, limit: 1 }), ['a3']);
      assert.deepEqual(await keysOf(store, 'setting', '', { before: 'a2' }), ['a1']);
      assert.deepEqual(await keysOf(store, 'setting', 'a', { from: 'a4' }), ['a4']);
      assert.deepEqual(await keysOf(store, 'setting', 'a', { from: '', before: 'z' }), [
        'a1',
        'a2',
        'a3',
        'a4',
      ]);
      assert.deepEqual(await keysOf(store, 'setting', 'a', { from: 'b' }), []);
      assert.deepEqual(await keysOf(store, 'setting', '', { from: 'a3', before: 'a2' }), []);
      const keys: string[] = [];
      for await (const key of store.keys('setting', '', { before: 'a3' })) keys.push(key.toString());
      assert.deepEqual(keys, ['a1', 'a2']);
    });

    it('lists what was there when the listing began', async () => {
      await store.commit(['a', 'b', 'c'].map((key) => put(key, 'old')));
      const seen: string[] = [];
      for await (const { key, value } of store.list('setting', '')) {
        seen.push(`${key} ${value}`);
        await store.commit([
          { space: 'setting', key: 'b', value: undefined },
          put('c', 'new'),
          put('d', 'new'),
        ]);
      }
      assert.deepEqual(seen, ['a old', 'b old', 'c old']);
    });

    it('is not reached by what a caller does with its bytes', async () => {
      const bytes = Buffer.from('first');
      await store.commit([put('a', bytes)]);
      bytes.fill(0);
      (await store.getMany('setting', ['a']))[0]?.fill(0);
      for await (const { value } of store.list('setting', '')) value.fill(0);
      assert.deepEqual(await store.getMany('setting', ['a']), [Buffer.from('first')]);
    });

    it('writes only if none of the guards is there, and then all', async () => {
      const guard = { space: 'intent', key: 'one' } as const;
      const other = { space: 'intent', key: 'two' } as const;
      const writes = [put('one', '1', 'intent'), put('a', '1')];
      assert.equal(await store.putIfAbsent(writes, [guard, other]), true);
      assert.equal(await store.putIfAbsent([put('a', '2')], [other, guard]), false);
      assert.deepEqual(await store.getMany('setting', ['a']), [Buffer.from('1')]);
      assert.equal(await store.putIfAbsent([put('a', '3')], [{ ...guard, space: 'file' }]), true);
      assert.deepEqual(await store.getMany('setting', ['a']), [Buffer.from('3')]);
      await store.commit([{ ...guard, value: undefined }]);
      assert.equal(await store.putIfAbsent(writes, [guard]), true);
    });

    it('lets one of many through who want the same at once', async () => {
      const guard = { space: 'intent', key: Buffer.from([0, 255]) } as const;
      const tries = Array.from({ length: 20 }, (_, at) =>
        store.putIfAbsent([{ ...guard, value: String(at) }, put(`by ${at}`, '')], [guard]),
      );
      const won = (await Promise.all(tries)).indexOf(true);
      assert.deepEqual(await store.getMany('intent', [guard.key]), [Buffer.from(String(won))]);
      assert.deepEqual(await keysOf(store, 'setting'), [`by ${won}`]);
    });

    it('keeps the order of the calls between commits and guarded writes', async () => {
      const guard = { space: 'intent', key: 'k' } as const;
      const gone: StoreWrite = { ...guard, value: undefined };
      const results = await Promise.all([
        store.putIfAbsent([{ ...guard, value: '1' }], [guard]),
        store.commit([gone]),
        store.putIfAbsent([{ ...guard, value: '2' }], [guard]),
        store.commit([{ ...guard, value: '3' }]),
        store.putIfAbsent([{ ...guard, value: '4' }], [guard]),
      ]);
      assert.deepEqual(results, [true, undefined, true, undefined, false]);
      assert.deepEqual(await store.getMany('intent', ['k']), [Buffer.from('3')]);
    });

    it('tells keys that are no text', async () => {
      const keys = [Buffer.from([1, 2]), Buffer.from([1, 255]), Buffer.from([1, 255, 0]), Buffer.from([2])];
      await store.commit([...keys].reverse().map((key) => put(key, 'v', 'fingerprint')));
      const found: Buffer[] = [];
      for await (const key of store.keys('fingerprint', Buffer.from([1, 255]))) found.push(key);
      assert.deepEqual(found, [keys[1], keys[2]]);
    });

    it('holds the same after it was compacted, in less room', async () => {
      const old = Array.from({ length: 3_000 }, (_, at) => put(`old ${at}`, Buffer.alloc(1_000, at)));
      for (let commit = 0; commit < 4; commit++) await store.commit(old);
      await store.commit(old.map((write) => ({ ...write, value: undefined })));
      await store.commit([put('a', '1')]);
      await Promise.all([store.compact(), store.commit([put('b', '2')])]);
      assert.deepEqual(await keysOf(store, 'setting'), ['a', 'b']);
      assert.ok((await store.approximateSize()) < 9_000_000);
    });

    it('takes nothing more once it is closed, and loses nothing it took', async () => {
      const taken = store.commit([put('a', '1')]);
      await store.close();
      await taken;
      await assert.rejects(store.commit([put('b', '1')]), { code: 'STORE_CLOSED' });
      await assert.rejects(store.putIfAbsent([put('b', '1')], []), { code: 'STORE_CLOSED' });
    });

    it('holds after any commits what a map holds', async () => {
      const key = fc.oneof(fc.constantFrom('a', 'ab', 'b', ''), fc.string({ unit: 'binary', maxLength: 4 }));
      const write = fc.record({
        space: fc.constantFrom<StoreSpace>('file', 'history'),
        key,
        value: fc.option(fc.uint8Array({ maxLength: 8 }), { nil: undefined }),
      });
      const commits = fc.array(fc.array(write, { maxLength: 8 }), { maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(commits, key, async (history, prefix) => {
          const fresh = await open();
          const model = new Map<string, Buffer>();
          for (const writes of history) {
            await fresh.commit(writes);
            for (const { space, key: name, value } of writes) {
              if (value === undefined) model.delete(`${space} ${name}`);
              else model.set(`${space} ${name}`, Buffer.from(value));
            }
          }
          for (const space of ['file', 'history'] as const) {
            const held = [...model]
              .filter(([name]) => name.startsWith(`${space} ${prefix}`))
              .map(([name, value]) => ({ key: name.slice(space.length + 1), value }))
              .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
            const listed: { key: string; value: Buffer }[] = [];
            for await (const entry of fresh.list(space, prefix)) listed.push(entry);
            assert.deepEqual(listed, held);
            const names = held.map((entry) => entry.key);
            assert.deepEqual(
              await fresh.getMany(space, names),
              held.map(({ value }) => value),
            );
          }
          await fresh.close();
        }),
        { numRuns: 25 },
      );
    });
  });
}

describe('embedded store on the disk', () => {
  it('has everything when it is opened again', async () => {
    const at = await folder();
    const first = await level(at);
    await first.commit([put('a', '1'), put('run', '{}', 'history')]);
    await first.close();
    const second = await level(at);
    assert.deepEqual(await second.getMany('setting', ['a']), [Buffer.from('1')]);
    assert.deepEqual(await keysOf(second, 'history'), ['run']);
  });

  it('makes its folder, parents included', async () => {
    const at = join(await folder(), 'one', 'two');
    const store = await level(at);
    await store.commit([put('a', '1')]);
    assert.ok((await readdir(at)).includes('CURRENT'));
  });

  it('is opened by one at a time, and says so to the second', async () => {
    const at = await folder();
    const first = await level(at);
    await assert.rejects(LevelStore.open(at), { code: 'STORE_IN_USE' });
    await first.commit([put('a', '1')]);
    await first.close();
    const second = await level(at);
    assert.deepEqual(await second.getMany('setting', ['a']), [Buffer.from('1')]);
  });

  async function rawFormat(at: string, write?: string): Promise<string | undefined> {
    const raw = new ClassicLevel<Uint8Array, Uint8Array>(at, { keyEncoding: 'view', valueEncoding: 'view' });
    if (write !== undefined) await raw.put(Buffer.from([0]), Buffer.from(write), { sync: true });
    const held = await raw.get(Buffer.from([0]));
    await raw.close();
    return held && Buffer.from(held).toString();
  }

  it('refuses what a newer version wrote, leaves it as it is, and lets it go', async () => {
    const at = await folder();
    const first = await level(at);
    await first.commit([put('a', '1')]);
    await first.close();
    await rawFormat(at, '2');
    await assert.rejects(LevelStore.open(at), { code: 'STORE_TOO_NEW' });
    assert.equal(await rawFormat(at), '2');
    await rawFormat(at, '1');
    const again = await level(at);
    assert.deepEqual(await again.getMany('setting', ['a']), [Buffer.from('1')]);
  });

  it('does not begin anew over one that is damaged', async () => {
    const at = await folder();
    const first = await level(at);
    await first.commit([put('a', '1')]);
    await first.close();
    const [manifest] = (await readdir(at)).filter((name) => name.startsWith('MANIFEST-'));
    await writeFile(join(at, manifest!), 'rubbish');
    await assert.rejects(LevelStore.open(at), { code: 'STORE_DAMAGED' });
    assert.equal(await readFile(join(at, manifest!), 'utf8'), 'rubbish');
  });

  it('says so where it has no place to be', async () => {
    const file = join(await folder(), 'file');
    await writeFile(file, '');
    await assert.rejects(LevelStore.open(join(file, 'store')), { code: 'STORE_UNAVAILABLE' });
  });
});
