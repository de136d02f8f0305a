import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { deltaFiles, profilesPerFile } from '../../bench/data/deltaFiles';
import { deltaLine } from '../../bench/data/deltaRecord';
import { exportMapping, presentInEveryProfile } from '../../bench/data/exportMapping';
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
});
