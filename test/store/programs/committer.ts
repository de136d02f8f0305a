import { LevelStore } from '../../../src/store/levelStore';
import { PlainLogStore } from '../../../src/store/plainLogStore';
import type { StateStore, StoreWrite } from '../../../src/store/store';

/** Entries that every commit writes anew, so that a torn one would leave two generations side by side. */
const sharedEntries = 200;

/**
 * Commits one numbered batch after the other until it is killed, and prints each number once its commit is done.
 * Arguments: `leveldb` or `plain log`, the folder, the first number.
 */
async function commitForEver([engine, folder = '', first = '1']: string[]): Promise<void> {
  const store: StateStore =
    engine === 'leveldb' ? await LevelStore.open(folder) : await PlainLogStore.open(folder);
  for (let number = Number(first); ; number++) {
    const value = String(number);
    const writes: StoreWrite[] = [{ space: 'history', key: value.padStart(9, '0'), value }];
    for (let at = 0; at < sharedEntries; at++) writes.push({ space: 'setting', key: `${at}`, value });
    await store.commit(writes);
    process.stdout.write(`${number}\n`);
  }
}

void commitForEver(process.argv.slice(2));
