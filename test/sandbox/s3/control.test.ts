import assert from 'node:assert/strict';
import { GetObjectCommand, ListBucketsCommand } from '@aws-sdk/client-s3';
import { ControlServer } from '../../../src/sandbox/control';
import { answered, BUCKET, runningSandbox } from './running';

describe('S3 endpoint: control routes', () => {
  const running = runningSandbox();
  let control: ControlServer;

  before(async () => {
    control = new ControlServer(running.sandbox.control);
    await control.listen();
  });
  after(() => control.close());

  const call = (method: string, path: string, body?: string | object, headers: Record<string, string> = {}) =>
    fetch(control.url + path, {
      method,
      headers,
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const at = (key: string, more = '') => `/s3/object?bucket=${BUCKET}&key=${encodeURIComponent(key)}${more}`;

  it('stores, lists, gives back and deletes objects', async () => {
    const stored = await call('PUT', at('a b+c.csv', '&lastModified=2026-03-01T10:00:00Z'), 'x;y', {
      'content-type': 'text/csv',
      'content-encoding': 'identity',
    });
    assert.equal(stored.status, 201);
    const onTheWire = await running.client().send(new GetObjectCommand({ Bucket: BUCKET, Key: 'a b+c.csv' }));
    assert.equal(await onTheWire.Body?.transformToString(), 'x;y');
    assert.equal(onTheWire.ContentType, 'text/csv');
    assert.equal(onTheWire.ContentEncoding, 'identity');

    const listed = await call('GET', `/s3/objects?bucket=${BUCKET}&prefix=a`);
    assert.deepEqual(await listed.json(), [
      { key: 'a b+c.csv', size: 3, etag: onTheWire.ETag, lastModified: '2026-03-01T10:00:00.000Z' },
    ]);
    assert.deepEqual(await (await call('GET', `/s3/objects?bucket=${BUCKET}&prefix=b`)).json(), []);

    const read = await call('GET', at('a b+c.csv'));
    assert.equal(await read.text(), 'x;y');
    assert.equal((await call('DELETE', at('a b+c.csv'))).status, 204);
    assert.equal((await call('GET', at('a b+c.csv'))).status, 404);
    assert.equal((await call('DELETE', at('a b+c.csv'))).status, 404);
  });

  it('creates buckets and replaces keys', async () => {
    assert.equal((await call('POST', '/s3/buckets', { name: 'second' })).status, 201);
    const { Buckets } = await running.client().send(new ListBucketsCommand({}));
    assert.deepEqual(
      Buckets?.map(({ Name }) => Name),
      [BUCKET, 'second'],
    );

    const old = running.client();
    const keys = [{ accessKeyId: 'AKIANEW', secretAccessKey: 's', deny: ['s3:ListAllMyBuckets'] }];
    assert.equal((await call('POST', '/s3/keys', keys)).status, 200);
    await assert.rejects(old.send(new ListBucketsCommand({})), answered(403, 'InvalidAccessKeyId'));
    await assert.rejects(running.client().send(new ListBucketsCommand({})), answered(403, 'AccessDenied'));
  });

  it('counts calls', async () => {
    await running.client().send(new ListBucketsCommand({}));
    assert.deepEqual(await (await call('GET', '/s3/calls')).json(), { 'GET /': { '200': 1 } });
  });

  it('refuses what does not fit', async () => {
    const statuses = await Promise.all(
      [
        call('PUT', '/s3/object?bucket=x', 'x'),
        call('PUT', at('x', '&lastModified=yesterday'), 'x'),
        call('PUT', '/s3/object?bucket=none&key=x', 'x'),
        call('POST', '/s3/buckets', { name: 'X' }),
        call('POST', '/s3/buckets', 'no JSON'),
        call('POST', '/s3/keys', []),
        call('POST', '/s3/keys', [{ accessKeyId: 'a', secretAccessKey: 'b', deny: ['s3:Everything'] }]),
      ].map(async (answer) => (await answer).status),
    );
    assert.deepEqual(statuses, [400, 400, 404, 400, 400, 400, 400]);
  });

  it('reset goes back to the state after start', async () => {
    const { accessKeyId } = running.sandbox;
    running.sandbox.put(BUCKET, 'x', 'x');
    running.sandbox.createBucket('second');
    await running.client().send(new ListBucketsCommand({}));
    running.sandbox.setKeys([{ accessKeyId: 'AKIANEW', secretAccessKey: 's' }]);
    running.sandbox.reset();
    assert.equal(running.sandbox.accessKeyId, accessKeyId);
    assert.deepEqual(running.sandbox.calls, {});
    assert.deepEqual(running.sandbox.list(BUCKET), []);
    assert.throws(() => running.sandbox.list('second'), { code: 'NoSuchBucket' });
  });
});
