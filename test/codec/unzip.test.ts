import assert from 'node:assert/strict';
import { crc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { joinTexts } from '../../src/codec/joinTexts';
import { type NdjsonRow, readNdjson } from '../../src/codec/ndjson';
import type { PackedBytes } from '../../src/codec/packedBytes';
import type { UnpackLimits } from '../../src/codec/unpackGuard';
import { unzip as unzipTexts } from '../../src/codec/unzip';
import { type ZipEntry, zipOf } from '../../src/sandbox/braze/zipWriter';
import { collect, packedSource } from './byteSource';

const failsWith = (code: string, fault?: RegExp) => (thrown: Error & { code?: string }) => {
  assert.equal(thrown.code, code);
  if (fault) assert.match(thrown.message, fault);
  return true;
};

const text = (content: string, name = 'part.txt'): ZipEntry => ({ name, content: Buffer.from(content) });
const unzip = (...of: Parameters<typeof unzipTexts>) => joinTexts(unzipTexts(...of));
const read = (bytes: Buffer, limits?: UnpackLimits) => collect(unzip(packedSource(bytes), limits));

async function rowsOf(packed: PackedBytes): Promise<NdjsonRow[]> {
  const rows: NdjsonRow[] = [];
  for await (const slice of readNdjson(unzip(packed))) rows.push(...slice);
  return rows;
}

const signatures = { local: 'PK\u0003\u0004', central: 'PK\u0001\u0002', end: 'PK\u0005\u0006' };
/** The archive with the first header of one kind changed. */
function changed(zip: Buffer, header: keyof typeof signatures, change: (header: Buffer) => void): Buffer {
  const copy = Buffer.from(zip);
  change(copy.subarray(copy.indexOf(signatures[header])));
  return copy;
}

/** The archive of one member with sizes and places in the fields that Zip64 has for them, and not in the old ones. */
function asZip64(zip: Buffer): Buffer {
  const directoryAt = zip.indexOf(signatures.central);
  const endAt = zip.indexOf(signatures.end);
  const central = Buffer.from(zip.subarray(directoryAt, endAt));
  const extra = Buffer.alloc(28);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(24, 2);
  extra.writeUInt32LE(central.readUInt32LE(24), 4);
  extra.writeUInt32LE(central.readUInt32LE(20), 12);
  extra.writeUInt32LE(central.readUInt32LE(42), 20);
  for (const at of [20, 24, 42]) central.writeUInt32LE(0xffffffff, at);
  central.writeUInt16LE(extra.length, 30);

  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeUInt32LE(44, 4);
  record.writeUInt32LE(1, 24);
  record.writeUInt32LE(1, 32);
  record.writeUInt32LE(central.length + extra.length, 40);
  record.writeUInt32LE(directoryAt, 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeUInt32LE(directoryAt + central.length + extra.length, 8);
  locator.writeUInt32LE(1, 16);
  const end = Buffer.from(zip.subarray(endAt));
  for (const at of [8, 10]) end.writeUInt16LE(0xffff, at);
  for (const at of [12, 16]) end.writeUInt32LE(0xffffffff, at);
  return Buffer.concat([zip.subarray(0, directoryAt), central, extra, record, locator, end]);
}

describe('unzip', () => {
  it('gives back any records from any number of members, each under the number of its line', async () => {
    const records = fc.array(
      fc.record({ id: fc.nat(), text: fc.string({ unit: 'binary' }) }, { noNullPrototype: true }),
      {
        maxLength: 30,
      },
    );
    const member = fc.record({
      records,
      name: fc.string().map((name) => `${name}.x`),
      mark: fc.boolean(),
      lineEnd: fc.constantFrom('\n', '\r\n'),
      endOfLast: fc.boolean(),
    });
    const cuts = fc.array(fc.nat(), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(fc.array(member, { maxLength: 6 }), cuts, async (members, at) => {
        const zip = await zipOf(
          members.map(({ records: own, name, mark, lineEnd, endOfLast }) => {
            const lines = own.map((record) => JSON.stringify(record)).join(lineEnd);
            return text(`${mark ? '\uFEFF' : ''}${lines}${endOfLast && own.length > 0 ? lineEnd : ''}`, name);
          }),
        );
        const expected = members.flatMap(({ records: own }) => own);
        assert.deepEqual(
          await rowsOf(packedSource(zip, at)),
          expected.map((record, index) => ({ line: index + 1, record })),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('reads what lies between its directory and its beginning once, however large and however many', async () => {
    const noise = (size: number) => {
      const bytes = Buffer.from(Array.from({ length: size }, (_, i) => (i * i * 31) >> 3));
      bytes[size - 1] = 0x0a;
      return bytes;
    };
    for (const sizes of [[400_000, 300_000], Array.from({ length: 300 }, () => 3_000)]) {
      const contents = sizes.map(noise);
      const zip = await zipOf(contents.map((content, at) => ({ name: `${at}`, content })));
      const packed = packedSource(zip, [1_000, 70_000]);
      assert.ok((await collect(unzip(packed))).equals(Buffer.concat(contents)));
      // One for the directory, and two for a large member; small ones share a window.
      assert.ok(packed.opened.length <= 1 + Math.max(4, zip.length / 30_000), `${packed.opened.length}`);
    }
  });

  it('does not mind what members are called, and leaves out folders', async () => {
    const names = ['../../etc/passwd', '/root/x', 'C:\\x', '', 'folder/', '\u0000', '..'];
    const zip = await zipOf(names.map((name) => text(name === 'folder/' ? '' : '1\n', name)));
    assert.equal((await read(zip)).toString(), '1\n'.repeat(6));
    assert.equal((await read(await zipOf([]))).toString(), '');
  });

  it('reads members that are not compressed', async () => {
    const content = Buffer.from('{"a":1}\n');
    const zip = await zipOf([{ name: 'a', content }]);
    // The sandbox writes no stored member: this one takes the place of its deflated one.
    const packedLength = deflateRawSync(content).length;
    const dataAt = 30 + 1;
    const stored = Buffer.concat([zip.subarray(0, dataAt), content, zip.subarray(dataAt + packedLength)]);
    const asStored = (sizeAt: number) => (header: Buffer) => {
      header.writeUInt16LE(0, sizeAt - 10);
      header.writeUInt32LE(content.length, sizeAt);
    };
    const local = changed(stored, 'local', asStored(18));
    const central = changed(local, 'central', asStored(20));
    const whole = changed(central, 'end', (end) => end.writeUInt32LE(dataAt + content.length, 16));
    assert.deepEqual(await read(whole), content);
  });

  it('reads an archive in the form for more than 4 GiB', async () => {
    const content = '{"a":1}\n'.repeat(100);
    const zip = asZip64(await zipOf([text(content)]));
    assert.equal((await read(zip)).toString(), content);
    await assert.rejects(read(zip.subarray(0, -1)), failsWith('FILE_TRUNCATED'));
    zip.writeUInt32LE(0x7fffffff, zip.indexOf('PK\u0006\u0006') + 36);
    await assert.rejects(read(zip), failsWith('FILE_TOO_LARGE', /10000 files/));
  });

  it('notices a missing end, wherever it is missing', async () => {
    const zip = await zipOf([text('{"a":1}\n'.repeat(500)), text('{"b":1}\n')]);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 4, max: zip.length - 1 }), async (length) => {
        await assert.rejects(
          read(zip.subarray(0, length), { file: 'cut.zip' }),
          failsWith('FILE_TRUNCATED', /cut\.zip/),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('notices damage, whichever byte is hit: nothing wrong is ever taken for right', async () => {
    const plain = Array.from({ length: 200 }, (_, id) => `{"id":${id}}\n`).join('');
    const zip = await zipOf([text(plain), text(plain)]);
    let noticed = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: zip.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const damaged = Buffer.from(zip);
          damaged[at]! ^= flip;
          const got = await read(damaged).catch((thrown: { code?: string }) => {
            assert.match(thrown.code ?? String(thrown), /^FILE_/);
            noticed++;
          });
          if (got) assert.equal(got.toString(), plain + plain);
        },
      ),
      { numRuns: 300 },
    );
    assert.ok(noticed > 150);
  });

  it('says what is wrong with an archive', async () => {
    const zip = await zipOf([text('{"a":1}\n'), text('{"b":1}\n')]);
    const refused = async (bytes: Buffer, code: string, fault: RegExp) =>
      assert.rejects(read(bytes, { file: 'x.zip' }), failsWith(code, fault));
    const central = (change: (header: Buffer) => void) => changed(zip, 'central', change);
    await refused(
      central((header) => header.writeUInt32LE(1, 16)),
      'FILE_CORRUPT',
      /x\.zip.*checksum/,
    );
    await refused(
      central((header) => header.writeUInt32LE(7, 24)),
      'FILE_CORRUPT',
      /size/,
    );
    await refused(
      central((header) => header.writeUInt32LE(9, 24)),
      'FILE_CORRUPT',
      /size/,
    );
    await refused(
      central((header) => header.writeUInt32LE(3, 42)),
      'FILE_CORRUPT',
      /header/,
    );
    await refused(
      central((header) => header.writeUInt32LE(60_000, 20)),
      'FILE_CORRUPT',
      /overlap/,
    );
    await refused(
      central((header) => header.writeUInt16LE(0x0801, 8)),
      'FILE_ENCRYPTED',
      /x\.zip/,
    );
    await refused(
      central((header) => header.writeUInt16LE(0x0841, 8)),
      'FILE_ENCRYPTED',
      /x\.zip/,
    );
    await refused(
      central((header) => header.writeUInt16LE(93, 10)),
      'FILE_FORMAT',
      /method 93/,
    );
    const end = (change: (header: Buffer) => void) => changed(zip, 'end', change);
    await refused(
      end((header) => header.writeUInt16LE(1, 10)),
      'FILE_CORRUPT',
      /more members/,
    );
    await refused(
      end((header) => header.writeUInt16LE(3, 10)),
      'FILE_CORRUPT',
      /directory/,
    );
    await refused(
      changed(zip, 'local', (header) => header.fill(0xff, 39, 43)),
      'FILE_CORRUPT',
      /Z_DATA_ERROR/,
    );
  });

  it('refuses a bomb before anything of it came out', async () => {
    const zeros = await zipOf([{ name: 'zeros', content: Buffer.alloc(64 * 1024 * 1024) }]);
    const small = await zipOf([text('1\n'), text('2\n'), text('3\n')]);
    const refused = async (bytes: Buffer, limits: UnpackLimits, says: RegExp) => {
      let produced = 0;
      await assert.rejects(
        async () => {
          for await (const chunk of unzip(packedSource(bytes), limits)) produced += chunk.length;
        },
        failsWith('FILE_TOO_LARGE', says),
      );
      assert.equal(produced, 0);
    };
    await refused(zeros, {}, /500 times/);
    await refused(small, { maxBytes: 5 }, /more than 5 bytes/);
    await refused(small, { maxMembers: 2 }, /more than 2 files/);
    assert.equal((await read(small, { maxBytes: 6, maxMembers: 3 })).toString(), '1\n2\n3\n');
  });

  it('stops a bomb that lies about its size', async () => {
    const zip = await zipOf([{ name: 'zeros', content: Buffer.alloc(64 * 1024 * 1024) }]);
    const lying = changed(zip, 'central', (header) => header.writeUInt32LE(1_000_000, 24));
    let produced = 0;
    await assert.rejects(
      async () => {
        for await (const chunk of unzip(packedSource(lying))) produced += chunk.length;
      },
      failsWith('FILE_CORRUPT', /size/),
    );
    assert.ok(produced <= 1_000_000);
  });

  it('refuses members that are the same bytes again and again', async () => {
    const zip = await zipOf([text('x'.repeat(100_000)), text(''), text(''), text('')]);
    const at = zip.indexOf(signatures.central);
    const first = zip.subarray(at, at + 46 + 'part.txt'.length);
    const end = Buffer.from(zip.subarray(zip.indexOf(signatures.end)));
    end.writeUInt16LE(8, 10);
    const quilt = Buffer.concat([zip.subarray(0, at), ...Array<Buffer>(8).fill(first), end]);
    await assert.rejects(read(quilt), failsWith('FILE_CORRUPT', /overlap/));
    assert.equal(first.readUInt32LE(16), crc32('x'.repeat(100_000)));
  });

  it('passes on what the source throws, wherever it does', async () => {
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * i * 31) >> 3));
    const zip = await zipOf([{ name: 'a', content }]);
    const broken = new Error('connection lost');
    const readings = packedSource(zip);
    await collect(unzip(readings));
    for (let failing = 0; failing < readings.opened.length; failing++) {
      const packed = packedSource(zip);
      const failsOnce: PackedBytes = {
        size: packed.size,
        read(range) {
          const whole = packed.read(range);
          if (packed.opened.length <= failing) return whole;
          return (async function* () {
            for await (const chunk of whole) {
              yield chunk.subarray(0, 10);
              throw broken;
            }
          })();
        },
      };
      await assert.rejects(collect(unzip(failsOnce)), broken);
    }
  });

  it('lets go of the source when the consumer stops, and ends with the reason of its signal', async () => {
    const content = Buffer.from(Array.from({ length: 2_000_000 }, (_, i) => (i * i) >> 3));
    const zip = await zipOf([{ name: 'a', content }]);
    const packed = packedSource(
      zip,
      Array.from({ length: 50 }, (_, i) => i * 20_000),
    );
    for await (const _ of unzip(packed)) break;
    assert.ok(packed.opened.every(({ state }) => state.released));

    const stop = new AbortController();
    const reason = new Error('run stopped');
    await assert.rejects(async () => {
      for await (const _ of unzip(packedSource(zip), {}, stop.signal)) stop.abort(reason);
    }, reason);
    await assert.rejects(collect(unzip(packedSource(zip), {}, stop.signal)), reason);
  });
});
