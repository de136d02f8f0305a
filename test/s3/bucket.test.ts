import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { all, type Fixture, refusal, startFixture } from './bucketFixture';

describe('a bucket', () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture();
  });
  beforeEach(() => {
    fixture.faults.clear();
    fixture.s3.reset();
  });
  after(() => fixture.close());

  describe('listing', () => {
    it('goes through all pages, relative to the root path', async () => {
      const names = Array.from(
        { length: 2100 },
        (_, index) => `segment/${String(index).padStart(5, '0')}.gz`,
      );
      for (const name of names) fixture.s3.put('exports', `team/eu/${name}`, 'x');
      fixture.s3.put('exports', 'team/eu/other/1.gz', 'x');
      fixture.s3.put('exports', 'team/europe', 'x');
      const bucket = fixture.open({ rootPath: '/team/eu/' });
      const listed = await all(bucket.list('segment/'));
      assert.deepEqual(
        listed.map(({ key }) => key),
        names,
      );
      assert.equal((await all(bucket.list(''))).length, 2101);
    });

    it('tells what an object is, so that it can be opened', async () => {
      const stored = fixture.s3.put('exports', 'a/1.gz', 'content', {
        lastModified: new Date('2026-03-01T10:00:00Z'),
      });
      const bucket = fixture.open();
      const [object] = await all(bucket.list('a/'));
      const { listedAt, ...told } = object!;
      assert.ok(Math.abs(listedAt!.getTime() - Date.now()) < 10_000);
      assert.deepEqual(told, {
        key: 'a/1.gz',
        size: 7,
        etag: stored.etag,
        lastModified: new Date('2026-03-01T10:00:00Z'),
      });
      assert.equal(Buffer.concat(await all(bucket.open(object!))).toString(), 'content');
    });

    it('keeps every key as it is, and reads it back by that key', async () => {
      const keys = ['a b+c%20ü&é=.gz', '../../up', 'a//b', 'line\nbreak', "quo'te(1)!*", 'control\u0001'];
      for (const key of keys) fixture.s3.put('exports', `root/${key}`, `content of ${key}`);
      const bucket = fixture.open({ rootPath: 'root' });
      const listed = (await all(bucket.list(''))).map(({ key }) => key);
      assert.deepEqual(listed.toSorted(), keys.toSorted());
      for (const key of keys) assert.equal((await bucket.read(key)).toString(), `content of ${key}`);
    });

    it('is an error where the store cannot say how to go on, never a shorter list', async () => {
      fixture.faults.add({
        system: 's3',
        fault: {
          kind: 'status',
          status: 200,
          headers: { 'content-type': 'application/xml' },
          body: '<ListBucketResult><Name>exports</Name><IsTruncated>true</IsTruncated><Contents><Key>a</Key><Size>1</Size></Contents></ListBucketResult>',
        },
      });
      const thrown = await refusal(all(fixture.open().list('')));
      assert.equal(thrown.code, 'S3_LISTING_BROKEN');
    });
  });

  describe('an opened object', () => {
    const content = randomBytes(3_000_000);
    const put = () => fixture.s3.put('exports', 'big.gz', content);

    it('arrives whole although its connection breaks several times', async () => {
      for (const checksums of ['required', 'supported'] as const) {
        const bucket = fixture.open({ checksums });
        await bucket.put('big.gz', content);
        const [object] = await all(bucket.list('big.gz'));
        fixture.faults.add({
          system: 's3',
          path: 'big.gz',
          times: 4,
          fault: { kind: 'cutBody', share: 0.3 },
        });
        assert.ok(Buffer.concat(await all(bucket.open(object!))).equals(content), checksums);
      }
    });

    it('gives any part of itself, also where its connection breaks or the store knows no ranges', async () => {
      const { etag } = put();
      const object = { key: 'big.gz', etag, size: content.length };
      const parts = [
        { start: 0, end: 1 },
        { start: 0, end: content.length },
        { start: content.length - 1, end: content.length },
        { start: 1_000_000, end: 2_500_000 },
      ];
      for (const checksums of ['required', 'supported'] as const) {
        const bucket = fixture.open({ checksums });
        for (const part of parts) {
          for (const breaks of [0, 3]) {
            if (breaks > 0) {
              const fault = { kind: 'cutBody', share: 0.3 } as const;
              fixture.faults.add({ system: 's3', path: 'big.gz', times: breaks, fault });
            }
            const read = Buffer.concat(await all(bucket.open(object, undefined, part)));
            assert.ok(read.equals(content.subarray(part.start, part.end)), JSON.stringify([part, breaks]));
            fixture.faults.clear();
          }
        }
      }
      const whole = {
        kind: 'status',
        status: 200,
        headers: { etag: '"1"' },
        body: 'no ranges here',
      } as const;
      fixture.faults.add({ system: 's3', path: 'whole', fault: whole });
      const opened = fixture
        .open()
        .open({ key: 'whole', etag: '"1"', size: 14 }, undefined, { start: 3, end: 9 });
      assert.equal(Buffer.concat(await all(opened)).toString(), 'ranges');
    });

    it('goes on where S3 cannot be reached for a moment after the break, and waits longer each time', async () => {
      const { etag } = put();
      const object = { key: 'big.gz', etag, size: content.length };
      fixture.faults.add({ system: 's3', path: 'big.gz', times: 1, fault: { kind: 'cutBody', share: 0.5 } });
      // The SDK's three attempts fail, and the next call succeeds.
      fixture.faults.add({ system: 's3', path: 'big.gz', skip: 1, times: 3, fault: { kind: 'reset' } });
      assert.ok(Buffer.concat(await all(fixture.open().open(object))).equals(content));
      fixture.faults.clear();
      fixture.faults.add({ system: 's3', path: 'big.gz', times: 4, fault: { kind: 'cutBody', share: 0 } });
      const began = performance.now();
      assert.ok(Buffer.concat(await all(fixture.open({ resumePauseMs: 40 }).open(object))).equals(content));
      // Half of 40 + 80 + 160 + 320 at the least; the allowance is for the clock's grain.
      assert.ok(performance.now() - began > 290);
    });

    it('ends a pause between two breaks with the reason of its signal', async () => {
      const { etag } = put();
      const stop = new AbortController();
      const reason = new Error('run stopped');
      fixture.faults.add({ system: 's3', path: 'big.gz', fault: { kind: 'cutBody', share: 0 } });
      const bucket = fixture.open({ resumePauseMs: 3_600_000 });
      const reading = all(bucket.open({ key: 'big.gz', etag, size: content.length }, stop.signal));
      setTimeout(() => stop.abort(reason), 100);
      await assert.rejects(reading, reason);
    });

    it('is refused where its bytes do not fit the checksum that S3 keeps', async () => {
      fixture.faults.add({
        system: 's3',
        path: 'small.gz',
        fault: {
          kind: 'status',
          status: 200,
          headers: { etag: '"1"', 'x-amz-checksum-crc32': 'AAAAAA==' },
          body: 'damaged',
        },
      });
      const reading = (checksums: 'required' | 'supported') =>
        all(fixture.open({ checksums }).open({ key: 'small.gz', etag: '"1"', size: 7 }));
      assert.equal((await refusal(reading('supported'))).code, 'S3_OBJECT_DAMAGED');
      assert.equal(Buffer.concat(await reading('required')).toString(), 'damaged');
    });

    it('is given up with the place where it broke', async () => {
      const { etag } = put();
      fixture.faults.add({ system: 's3', path: 'big.gz', fault: { kind: 'cutBody', share: 0 } });
      const opened = fixture.open().open({ key: 'big.gz', etag, size: content.length });
      const thrown = await refusal(all(opened));
      assert.equal(thrown.code, 'S3_BODY_BROKEN');
      assert.equal(thrown.retry, 'later');
      assert.match(thrown.message, /"exports".*"big\.gz".*byte 0/);
    });

    it('goes on where the store falls silent in the middle', async () => {
      const { etag } = put();
      fixture.faults.add({
        system: 's3',
        path: 'big.gz',
        times: 1,
        fault: { kind: 'slowBody', pieceBytes: 1_000_000, pauseMs: 3_000 },
      });
      const bucket = fixture.open({ silenceMs: 300 });
      const chunks = await all(bucket.open({ key: 'big.gz', etag, size: content.length }));
      assert.ok(Buffer.concat(chunks).equals(content));
    });

    it('is refused once another version took its place, before as well as between two breaks', async () => {
      const { etag } = put();
      const bucket = fixture.open();
      fixture.faults.add({ system: 's3', path: 'big.gz', times: 1, fault: { kind: 'cutBody', share: 0.5 } });
      const object = { key: 'big.gz', etag, size: content.length };
      let received = 0;
      const reading = async () => {
        for await (const chunk of bucket.open(object)) {
          if (received === 0) fixture.s3.put('exports', 'big.gz', 'another version');
          received += chunk.length;
        }
      };
      assert.equal((await refusal(reading())).code, 'S3_OBJECT_CHANGED');
      assert.ok(received > 0 && received < content.length);
      assert.equal((await refusal(all(bucket.open(object)))).code, 'S3_OBJECT_CHANGED');
    });

    it('can be left in the middle, as often as one likes', async () => {
      const { etag } = put();
      for (const checksums of ['required', 'supported'] as const) {
        const bucket = fixture.open({ checksums });
        // More often than there are connections: one that stayed open would block the last rounds.
        for (let round = 0; round < 40; round++) {
          for await (const _ of bucket.open({ key: 'big.gz', etag, size: content.length })) break;
        }
        assert.equal((await all(bucket.list(''))).length, 1);
      }
    });

    it('ends with the reason of its signal', async () => {
      const { etag } = put();
      const bucket = fixture.open();
      const stop = new AbortController();
      const reason = new Error('run stopped');
      const reading = async () => {
        for await (const _ of bucket.open({ key: 'big.gz', etag, size: content.length }, stop.signal)) {
          stop.abort(reason);
        }
      };
      await assert.rejects(reading(), reason);
      fixture.faults.add({ system: 's3', fault: { kind: 'hang' } });
      const waiting = new AbortController();
      const listing = all(bucket.list('', waiting.signal));
      setTimeout(() => waiting.abort(reason), 20);
      await assert.rejects(listing, reason);
    });
  });

  it('writes, reads and deletes', async () => {
    for (const checksums of ['required', 'supported'] as const) {
      const bucket = fixture.open({ rootPath: 'root', checksums });
      const big = randomBytes(3_000_000);
      await bucket.put('state/big', big);
      await bucket.put('state/small', 'täxt');
      assert.deepEqual(
        fixture.s3.list('exports').map(({ key }) => key),
        ['root/state/big', 'root/state/small'],
      );
      assert.ok((await bucket.read('state/big')).equals(big));
      assert.equal((await bucket.read('state/small')).toString(), 'täxt');
      await bucket.delete(['state/big', 'state/small', 'never/there']);
      assert.deepEqual(fixture.s3.list('exports'), []);
      assert.equal((await refusal(bucket.read('state/big'))).code, 'S3_OBJECT_MISSING');
    }
  });

  it('tries again where S3 failed or broke off for a moment', async () => {
    fixture.s3.put('exports', 'a', 'x');
    fixture.faults.add({ system: 's3', times: 1, fault: { kind: 'reset' } });
    fixture.faults.add({ system: 's3', skip: 1, times: 1, fault: { kind: 'status', status: 500 } });
    assert.equal((await all(fixture.open().list(''))).length, 1);
  });
});
