import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Fault } from '../../../src/sandbox/faults';
import { until } from '../../support/until';
import { sendRaw, signRaw } from './rawRequest';
import { answered, BUCKET, runningSandbox } from './running';

describe('S3 endpoint: faults', () => {
  const running = runningSandbox();
  const place = { Bucket: BUCKET, Key: 'object' };
  const onGet = (fault: Fault, times = 1) =>
    running.faults.add({ system: 's3', method: 'GET', path: '/object', times, fault });
  const getRaw = () => {
    const { url, accessKeyId, secretAccessKey, region } = running.sandbox;
    const raw = { url: `${url}/${BUCKET}/object` };
    return sendRaw({ ...raw, headers: signRaw(raw, { accessKeyId, secretAccessKey, region }).headers });
  };

  for (const size of [1000, 20_000_000]) {
    it(`cutBody breaks a download of ${size} bytes after the given share`, async () => {
      const bytes = randomBytes(size);
      running.sandbox.put(BUCKET, 'object', bytes);
      onGet({ kind: 'cutBody', share: 0.4 });
      const cut = await getRaw();
      assert.equal(cut.status, 200);
      assert.equal(cut.headers['content-length'], String(size));
      assert.equal(cut.whole, false);
      assert.ok(cut.body.equals(bytes.subarray(0, size * 0.4)));
      const healed = await getRaw();
      assert.ok(healed.whole && healed.body.equals(bytes));
    });
  }

  it('cutBody reaches a client of the SDK as a broken stream', async () => {
    const bytes = randomBytes(300_000);
    running.sandbox.put(BUCKET, 'object', bytes);
    onGet({ kind: 'cutBody', share: 0.5 });
    const answer = await running.client().send(new GetObjectCommand(place));
    let received = 0;
    await assert.rejects(async () => {
      for await (const piece of answer.Body as AsyncIterable<Uint8Array>) received += piece.length;
    });
    assert.ok(received > 0 && received < bytes.length);
  });

  it('slowBody gives the same bytes', async () => {
    const bytes = randomBytes(1000);
    running.sandbox.put(BUCKET, 'object', bytes);
    onGet({ kind: 'slowBody', pieceBytes: 300, pauseMs: 1 });
    assert.ok((await getRaw()).body.equals(bytes));
  });

  it('reset after a write leaves the object there', async () => {
    running.faults.add({
      system: 's3',
      method: 'PUT',
      times: 1,
      fault: { kind: 'reset', after: true },
    });
    const put = () => running.client().send(new PutObjectCommand({ ...place, Body: 'x' }));
    await assert.rejects(put(), { code: 'ECONNRESET' });
    assert.equal(running.sandbox.get(BUCKET, 'object')?.bytes.toString(), 'x');
  });

  it('reset before a write leaves nothing there', async () => {
    running.faults.add({ system: 's3', method: 'PUT', times: 1, fault: { kind: 'reset' } });
    await assert.rejects(running.client().send(new PutObjectCommand({ ...place, Body: 'x' })));
    assert.equal(running.sandbox.get(BUCKET, 'object'), undefined);
  });

  it('a client that hangs up half-way leaves nothing there', async () => {
    const { url, accessKeyId, secretAccessKey, region } = running.sandbox;
    const raw = {
      url: `${url}/${BUCKET}/object`,
      method: 'PUT',
      headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    };
    const { headers } = signRaw(raw, { accessKeyId, secretAccessKey, region });
    const outgoing = request(raw.url, { ...raw, headers: { ...headers, 'content-length': '1000' } });
    outgoing.on('error', () => undefined);
    outgoing.write('half', () => outgoing.destroy());
    await until(() => running.sandbox.calls['PUT /{bucket}/{key}'], {
      what: 'the broken upload to be counted',
    });
    assert.deepEqual(running.sandbox.calls['PUT /{bucket}/{key}'], { '400': 1 });
    assert.equal(running.sandbox.get(BUCKET, 'object'), undefined);
  });

  it('a scripted 503 is counted and goes away with the SDK trying again', async () => {
    running.sandbox.put(BUCKET, 'object', 'x');
    const body = '<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>';
    const slowDown: Fault = { kind: 'status', status: 503, body };
    onGet(slowDown);
    await assert.rejects(running.client().send(new GetObjectCommand(place)), answered(503, 'SlowDown'));
    onGet(slowDown);
    const answer = await running.client({ maxAttempts: 2 }).send(new GetObjectCommand(place));
    assert.equal(await answer.Body?.transformToString(), 'x');
    await running.client().send(new ListObjectsV2Command({ Bucket: BUCKET }));
    assert.deepEqual(running.sandbox.calls, {
      'GET /{bucket}/{key}': { '503': 2, '200': 1 },
      'GET /{bucket}': { '200': 1 },
    });
  });
});
