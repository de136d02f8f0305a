import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src/store/openStore';
import { setAside } from '../../src/store/setAside';
import { useFolders } from './folder';

const newFolder = useFolders();
const now = new Date('2026-03-04T05:06:07.089Z');

/** Bytes that do not compress. */
const values = Array.from({ length: 10_000 }, () => randomBytes(1_000));

/** A store with ten megabytes in tables, closed. */
async function largeStore(folder: string): Promise<void> {
  const { store } = await openStore(folder);
  for (let group = 0; group < 10; group++) {
    const writes = Array.from({ length: 1_000 }, (_, at) => {
      const number = group * 1_000 + at;
      return {
        space: 'fingerprint',
        key: `${number}`.padStart(6, '0'),
        value: values[number],
      } as const;
    });
    await store.commit(writes);
  }
  await store.compact();
  await store.close();
}

function tables(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ldb'))
    .sort()
    .map((name) => join(folder, name));
}

describe('damage inside a store', () => {
  it('is found when it is read, not before: opening does not read the content', async () => {
    const folder = join(newFolder(), 'store');
    await largeStore(folder);
    const all = tables(folder);
    assert.ok(all.length >= 3, `${all.length} tables`);
    // The first and the last hold what every opening looks at.
    const middle = all[Math.floor(all.length / 2)]!;
    writeFileSync(middle, Buffer.alloc(statSync(middle).size, 0x5a));
    const { store } = await openStore(folder);
    let whole = 0;
    let damaged = 0;
    for (let number = 0; number < 10_000; number += 100) {
      const key = `${number}`.padStart(6, '0');
      await store.getMany('fingerprint', [key]).then(
        ([value]) => {
          assert.deepEqual(value, values[number]);
          whole++;
        },
        (thrown: { code?: string }) => {
          assert.equal(thrown.code, 'STORE_DAMAGED');
          damaged++;
        },
      );
    }
    await store.close();
    assert.ok(whole > 0 && damaged > 0, `${whole} whole, ${damaged} damaged`);
    assert.equal(whole + damaged, 100);
  });
});

describe('setting a damaged store aside', () => {
  it('renames its folder with all that is in it, and a new one begins', async () => {
    const parent = newFolder();
    const folder = join(parent, 'store');
    await largeStore(folder);
    const [table] = tables(folder).slice(-1);
    const bytes = readFileSync(table!);
    bytes.fill(0x5a, 100, bytes.length - 100);
    writeFileSync(table!, bytes);
    assert.equal(await setAside(folder, now), 'store-damaged-20260304T050607Z');
    assert.equal(existsSync(folder), false);
    const aside = join(parent, 'store-damaged-20260304T050607Z');
    assert.deepEqual(readFileSync(join(aside, table!.slice(folder.length))), bytes);
    const { store } = await openStore(folder);
    assert.deepEqual(await store.getMany('fingerprint', ['000001']), [undefined]);
    await store.close();
  });

  it('is refused where it is whole, or something else, or not there', async () => {
    const folder = newFolder();
    const { store } = await openStore(join(folder, 'whole'));
    await store.close();
    mkdirSync(join(folder, 'other'));
    writeFileSync(join(folder, 'other', 'photo.jpg'), 'x');
    for (const name of ['whole', 'other', 'none']) {
      await assert.rejects(setAside(join(folder, name), now), { code: 'STORE_NOT_DAMAGED' });
    }
    assert.ok(existsSync(join(folder, 'whole', 'CURRENT')));
    assert.deepEqual(readdirSync(join(folder, 'other')), ['photo.jpg']);
  });
});
