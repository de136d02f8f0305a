import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { NodeAPI } from 'node-red';
import { folderFault } from '../../nodes/editor/checks';
import { retentionOf, storeFolder, storeSettings } from '../../nodes/shell/storeSettings';
import { storeSpaces } from '../../src/store/storeKey';
import { packageRoot } from '../support/places';

const userDir = join('/', 'home', 'node-red');

/** The part of Node-RED that finds store nodes, with these configured. */
function nodeRed(stores: Record<string, Parameters<typeof storeSettings>[0]>): NodeAPI {
  const nodes = new Map(Object.entries(stores).map(([id, def]) => [id, { store: storeSettings(def) }]));
  return {
    settings: { userDir },
    nodes: {
      getNode: (id: string) => nodes.get(id) ?? null,
      eachNode: (visit: (def: object) => void) =>
        [...nodes.keys(), 'disabled'].forEach((id) => {
          visit({ id, type: 'profile-sync-store' });
        }),
    },
  } as unknown as NodeAPI;
}

describe('settings of a store', () => {
  it('the folder is the chosen store, else the default one, in the user directory', () => {
    const RED = nodeRed({ one: { folder: ' state/a ' }, empty: { folder: '' } });
    assert.equal(storeFolder(RED, 'one'), join(userDir, 'state', 'a'));
    for (const id of [undefined, '', 'empty']) {
      assert.equal(storeFolder(RED, id), join(userDir, 'profile-sync'));
    }
    assert.throws(() => storeFolder(RED, 'gone'), { code: 'SETTING_MISSING' });
  });

  for (const folder of ['..', '.', '../other', 'a/../..', '/etc', 'a/../']) {
    it(`the folder "${folder}" is refused`, () => {
      assert.throws(() => storeFolder(nodeRed({ one: { folder } }), 'one'), { code: 'STORE_FOLDER_INVALID' });
      assert.deepEqual(folderFault(folder), { fault: 'folder' });
    });
  }

  it('what the dialog takes for a folder, the runtime does, and it is inside', () => {
    const part = fc.constantFrom('a', '..', '.', '', ' ', 'profile-sync', '...', '.hidden');
    const text = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(text, (folder) => {
        fc.pre(folderFault(folder) === undefined);
        const found = storeFolder(nodeRed({ one: { folder } }), 'one');
        assert.ok(found.startsWith(userDir) && found.length > userDir.length);
      }),
    );
  });

  it('a folder keeps as much history as the most generous of its store nodes says', () => {
    const folder = join(userDir, 'profile-sync');
    assert.deepEqual(retentionOf(nodeRed({}), folder), { runs: 200, days: 0 });
    const one = { folder: 'profile-sync', keepRuns: 50, keepDays: '7' };
    assert.deepEqual(retentionOf(nodeRed({ one }), folder), { runs: 50, days: 7 });
    const two = { folder: './profile-sync', keepRuns: '80', keepDays: 3 };
    const elsewhere = { folder: 'b', keepRuns: 9_999, keepDays: 0 };
    assert.deepEqual(retentionOf(nodeRed({ one, two, elsewhere }), folder), { runs: 80, days: 7 });
    const forEver = { folder: 'profile-sync', keepRuns: 1, keepDays: 0 };
    assert.deepEqual(retentionOf(nodeRed({ one, forEver }), folder), { runs: 50, days: 0 });
  });

  it('the dialog has a word for every kind of state', () => {
    for (const language of ['en-US', 'de']) {
      const path = ['nodes', 'profile-sync-store', 'locales', language, 'profile-sync-store.json'];
      const catalogue = JSON.parse(readFileSync(join(packageRoot, ...path), 'utf8'));
      assert.deepEqual(Object.keys(catalogue['profile-sync-store'].space).sort(), [...storeSpaces].sort());
    }
  });
});
