import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPrints } from '../../src/delta/profilePrints';
import { storeSecret } from '../../src/delta/storeSecret';
import { loadCheckpoint } from '../../src/run/checkpoint';
import { readHistory } from '../../src/run/history';
import { plainLogFile } from '../../src/store/folderContents';
import { openLevel } from '../../src/store/levelStore';
import { openStore } from '../../src/store/openStore';
import { PlainLogStore } from '../../src/store/plainLogStore';
import type { StateStore } from '../../src/store/store';
import { formatKey } from '../../src/store/storeKey';
import { packageRoot } from '../support/places';
import { useFolders } from './folder';

/**
 * What a process left behind that was killed in its second run: a run of 20 users that ended well, one that was cut off,
 * and the state of their connection. A fixture of each format stays here as it was written.
 */
const fixture = join(packageRoot, 'test', 'fixtures', 'stores', 'format-1.plain');

describe('a store that an earlier version wrote', () => {
  const newFolder = useFolders();
  const withFixture = (): string => {
    const folder = newFolder();
    copyFileSync(fixture, join(folder, plainLogFile));
    return folder;
  };

  async function assertAllThere(store: StateStore): Promise<void> {
    const history = await readHistory(store, 10);
    assert.deepEqual(
      history.map(({ run, result, ledger }) => [run, result, ledger.read, ledger.accepted, ledger.balanced]),
      [['mwurbit17beae300', 'succeeded', 20, 20, true]],
    );
    const checkpoint = await loadCheckpoint(store, 'source');
    assert.equal(checkpoint?.run, 'mwurbjdx37f0df60');
    let fingerprints = 0;
    for await (const key of store.keys('fingerprint', '')) {
      const [bytes] = await store.getMany('fingerprint', [key]);
      assert.equal(readPrints(bytes!)?.wholes.length, 3);
      fingerprints++;
    }
    assert.equal(fingerprints, 20);
    assert.equal((await storeSecret(store)).length, 32);
    for (const [space, entries] of [
      ['file', 1],
      ['report', 1],
    ] as const) {
      let found = 0;
      for await (const _ of store.keys(space, '')) found++;
      assert.equal(found, entries, space);
    }
  }

  it('opens with all that is in it, in either engine, again and again', async () => {
    const folder = withFixture();
    const plain = await PlainLogStore.open(folder);
    await assertAllThere(plain);
    await plain.close();
    for (let time = 0; time < 2; time++) {
      const { store, engine } = await openStore(folder);
      assert.equal(engine, 'leveldb');
      await assertAllThere(store);
      await store.close();
    }
  });

  it('is refused where a newer version wrote it, in words that say so, and is left as it is', async () => {
    const folder = withFixture();
    const { store } = await openStore(folder);
    await store.close();
    const format = async (text: string) => {
      const engine = await openLevel(folder);
      await engine.write([{ key: formatKey, value: Buffer.from(text) }]);
      await engine.close();
    };
    await format('7');
    for (let time = 0; time < 2; time++) {
      await assert.rejects(openStore(folder), (thrown: Error & { code: string }) => {
        assert.equal(thrown.code, 'STORE_TOO_NEW');
        assert.match(thrown.message, /newer version.*format 7.*Install that version again/);
        return true;
      });
    }
    await format('1');
    const { store: same } = await openStore(folder);
    await assertAllThere(same);
    await same.close();
  });
});
