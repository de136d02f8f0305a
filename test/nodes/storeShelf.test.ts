import assert from 'node:assert/strict';
import { StoreShelf } from '../../nodes/shell/storeShelf';
import { MemoryStore } from '../../src/store/memoryStore';
import type { OpenedStore } from '../../src/store/openStore';
import { until } from '../support/until';

/** Stores in memory that know which folders are open; opening one twice at once would be the fault of the shelf. */
class Folders {
  readonly open = new Set<string>();
  openings = 0;
  broken = false;

  readonly opener = async (folder: string): Promise<OpenedStore> => {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.broken) throw new Error('broken');
    assert.ok(!this.open.has(folder), `${folder} is open already`);
    this.open.add(folder);
    this.openings++;
    const store = new MemoryStore();
    const close = store.close.bind(store);
    store.close = async () => {
      await close();
      await new Promise((resolve) => setImmediate(resolve));
      this.open.delete(folder);
    };
    return { store, engine: 'leveldb' };
  };
}

const noLinger = { lingerMs: 0 };
const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('open stores of a process', () => {
  it('are one for each folder, however many use it', async () => {
    const folders = new Folders();
    const shelf = new StoreShelf(folders.opener);
    const [one, two, other] = await Promise.all(['a', 'a', 'b'].map((folder) => shelf.acquire(folder)));
    assert.equal(one!.store, two!.store);
    assert.notEqual(one!.store, other!.store);
    assert.equal(folders.openings, 2);
  });

  it('are closed after their last user, and opened again for the next', async () => {
    const folders = new Folders();
    const shelf = new StoreShelf(folders.opener, noLinger);
    const { store } = await shelf.acquire('a');
    await shelf.acquire('a');
    shelf.release(store);
    await turn();
    assert.deepEqual([...folders.open], ['a']);
    shelf.release(store);
    await until(() => folders.open.size === 0, { what: 'the folder to be closed' });
    assert.notEqual((await shelf.acquire('a')).store, store);
  });

  it('stay open where somebody comes before they are closed', async () => {
    const folders = new Folders();
    const shelf = new StoreShelf(folders.opener, noLinger);
    const { store } = await shelf.acquire('a');
    shelf.release(store);
    assert.equal((await shelf.acquire('a')).store, store);
    await turn();
    assert.deepEqual([...folders.open], ['a']);
  });

  it('are tried again after they could not be opened', async () => {
    const folders = new Folders();
    const shelf = new StoreShelf(folders.opener);
    folders.broken = true;
    await assert.rejects(shelf.acquire('a'), /broken/);
    folders.broken = false;
    await shelf.acquire('a');
    assert.equal(folders.openings, 1);
  });

  it('can be worked on while nobody has them, and only then', async () => {
    const folders = new Folders();
    const shelf = new StoreShelf(folders.opener);
    const { store } = await shelf.acquire('a');
    const unseen = async () => assert.fail('worked on an open store');
    assert.equal(await shelf.whileClosed('a', unseen), false);
    shelf.release(store);
    const seen: boolean[] = [];
    const work = async () => {
      await turn();
      seen.push(folders.open.has('a'));
    };
    const [worked, next] = await Promise.all([shelf.whileClosed('a', work), shelf.acquire('a')]);
    assert.equal(worked, true);
    assert.deepEqual(seen, [false]);
    assert.notEqual(next.store, store);
    await assert.rejects(
      shelf.whileClosed('b', async () => {
        throw new Error('work failed');
      }),
      /work failed/,
    );
    await shelf.acquire('b');
  });
});
