import assert from 'node:assert/strict';
import { MemoryEngine } from '../../src/store/memoryEngine';
import { bringUpToDate, type Migration } from '../../src/store/migrations';
import { formatKey, fullKey } from '../../src/store/storeKey';

const watermark = fullKey({ space: 'watermark', key: 'a' });

/** A format 2 in which watermarks carry a unit. */
const addUnit: Migration = {
  to: 2,
  async migrate(engine) {
    const [value] = await engine.getMany([watermark]);
    if (value && !value.toString().endsWith('ms')) {
      await engine.write([{ key: watermark, value: Buffer.from(`${value}ms`) }]);
    }
  },
};

const broken: Migration = {
  to: 3,
  async migrate() {
    throw new Error('cut off');
  },
};

async function storeOf(entries: [Buffer, string][]): Promise<MemoryEngine> {
  const engine = new MemoryEngine();
  await engine.write(entries.map(([key, value]) => ({ key, value: Buffer.from(value) })));
  return engine;
}

async function textAt(engine: MemoryEngine, key: Buffer): Promise<string | undefined> {
  return (await engine.getMany([key]))[0]?.toString();
}

describe('migrations of a store', () => {
  it('an empty store begins in the newest format', async () => {
    const engine = await storeOf([]);
    await bringUpToDate(engine, 'store', [addUnit]);
    assert.equal(await textAt(engine, formatKey), '2');
  });

  it('an older store is brought to the newest format, once', async () => {
    const engine = await storeOf([
      [formatKey, '1'],
      [watermark, '17'],
    ]);
    await bringUpToDate(engine, 'store', [addUnit]);
    await bringUpToDate(engine, 'store', [addUnit]);
    assert.equal(await textAt(engine, formatKey), '2');
    assert.equal(await textAt(engine, watermark), '17ms');
  });

  it('a step that was cut off is done again, and the steps before it stay done', async () => {
    const engine = await storeOf([
      [formatKey, '1'],
      [watermark, '17'],
    ]);
    await assert.rejects(bringUpToDate(engine, 'store', [addUnit, broken]), /cut off/);
    assert.equal(await textAt(engine, formatKey), '2>3');
    await bringUpToDate(engine, 'store', [addUnit, { ...broken, migrate: async () => undefined }]);
    assert.equal(await textAt(engine, formatKey), '3');
    assert.equal(await textAt(engine, watermark), '17ms');
  });

  for (const newer of ['2', '1>2', '12']) {
    it(`format ${newer} is refused by a version that knows only the first`, async () => {
      const engine = await storeOf([
        [formatKey, newer],
        [watermark, '17'],
      ]);
      await assert.rejects(bringUpToDate(engine, 'store'), { code: 'STORE_TOO_NEW' });
      assert.equal(await textAt(engine, formatKey), newer);
      assert.equal(await textAt(engine, watermark), '17');
    });
  }

  it('a store of something else is refused and left alone', async () => {
    const without = await storeOf([[Buffer.from('user:1'), 'somebody']]);
    await assert.rejects(bringUpToDate(without, 'store'), { code: 'STORE_FOREIGN' });
    assert.equal(await textAt(without, formatKey), undefined);
    const other = await storeOf([[formatKey, 'theirs']]);
    await assert.rejects(bringUpToDate(other, 'store'), { code: 'STORE_FOREIGN' });
    assert.equal(await textAt(other, formatKey), 'theirs');
  });
});
