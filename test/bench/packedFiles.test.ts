import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { deltaLine } from '../../bench/data/deltaRecord';
import { exportedUserLine } from '../../bench/data/exportedUser';
import { exportMapping, presentInEveryProfile } from '../../bench/data/exportMapping';
import { importedByEveryProfile, importMapping } from '../../bench/data/importMapping';
import { deltaFiles, exportedFiles, profilesPerFile } from '../../bench/data/packedFiles';
import { bulkEntry } from '../../src/blueconic/bulkEntries';
import { compileMapping } from '../../src/mapping/compileMapping';

describe('the data of the benchmarks', () => {
  it('is every customer of the range once, in files of 5,000, the same for the same seed', async () => {
    const range = { seed: 3, from: 0, to: profilesPerFile + 2 };
    const lines: string[][] = [];
    const keys: string[] = [];
    for await (const { key, bytes } of deltaFiles('delta/', range)) {
      keys.push(key);
      lines.push(gunzipSync(bytes).toString().trimEnd().split('\n'));
    }
    assert.deepEqual(keys, ['delta/delta-00000.ndjson.gz', 'delta/delta-00001.ndjson.gz']);
    assert.deepEqual(
      lines.map(({ length }) => length),
      [profilesPerFile, 2],
    );
    assert.equal(lines[1]![1], deltaLine(3, profilesPerFile + 1));
    assert.equal(new Set(lines.flat()).size, range.to);
  });

  it('has lines of about 0.75 KB', () => {
    const sizes = Array.from({ length: 500 }, (_, index) => Buffer.byteLength(deltaLine(1, index)));
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    assert.ok(mean > 700 && mean < 850, `${mean} bytes`);
  });

  it('is mapped without a refused value, the counted attribute always present', () => {
    const mapping = compileMapping(exportMapping);
    for (let index = 0; index < 500; index++) {
      const result = mapping.map(JSON.parse(deltaLine(1, index)));
      assert.equal(result.kind, 'update');
      if (result.kind !== 'update') return;
      assert.deepEqual(result.refused, []);
      const change = result.update.changes.find(({ field }) => field === presentInEveryProfile);
      assert.equal(change?.values.length, 1);
    }
  });

  it('has exports of Braze with every user of the range once, about 1.5 KB each, nothing null in them', async () => {
    const lines: string[] = [];
    for await (const { bytes } of exportedFiles({ seed: 3, from: 10, to: 510 })) {
      lines.push(...gunzipSync(bytes).toString().trimEnd().split('\n'));
    }
    const users = lines.map((line) => JSON.parse(line) as { external_id: string });
    assert.deepEqual(
      [users[0]!.external_id, users.at(-1)!.external_id, users.length],
      ['cust-00000010', 'cust-00000509', 500],
    );
    assert.ok(lines.every((line) => !line.includes('null')));
    const mean = lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0) / lines.length;
    assert.ok(mean > 1_400 && mean < 1_700, `${mean} bytes`);
  });

  it('is imported without a refused value, the counted property always present', () => {
    const mapping = compileMapping(importMapping);
    for (let index = 0; index < 500; index++) {
      const result = mapping.map(JSON.parse(exportedUserLine(1, index)));
      assert.equal(result.kind, 'update');
      if (result.kind !== 'update') return;
      assert.deepEqual(result.refused, []);
      const entry = bulkEntry(result.update, '1');
      assert.ok('entry' in entry);
      assert.deepEqual(entry.refused, []);
      const rule = entry.entry?.properties.find(({ id }) => id === importedByEveryProfile);
      assert.equal(rule?.values.length, 1);
    }
  });
});
