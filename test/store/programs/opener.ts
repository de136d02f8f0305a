import { SyncError } from '../../../src/errors/syncError';
import { openStore } from '../../../src/store/openStore';

/**
 * Opens the store of a folder as the product does, notes that it was here, and prints what it found as JSON: engine,
 * warning, the notes before; or the code of the error. Arguments: the folder, the note.
 */
async function openAndNote([folder = '', note = '']: string[]): Promise<object> {
  try {
    const { store, engine, warning } = await openStore(folder);
    const notes: string[] = [];
    for await (const { key } of store.list('history', '')) notes.push(key);
    await store.commit([{ space: 'history', key: note, value: '' }]);
    await store.close();
    return { engine, warning, notes };
  } catch (thrown) {
    return { error: thrown instanceof SyncError ? thrown.code : String(thrown) };
  }
}

void openAndNote(process.argv.slice(2)).then((found) => console.log(JSON.stringify(found)));
