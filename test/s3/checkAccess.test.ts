import assert from 'node:assert/strict';
import { checkAccess, type S3Need } from '../../src/s3/checkAccess';
import type { S3Action } from '../../src/sandbox/s3/s3Sandbox';
import { type Fixture, refusal, startFixture } from './bucketFixture';

const needs: S3Need[] = ['list', 'get', 'location', 'put', 'delete'];

describe('checkAccess', () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture({ region: 'eu-west-1' });
  });
  beforeEach(() => fixture.s3.reset());
  after(() => fixture.close());

  const without = async (...deny: S3Action[]) => {
    fixture.s3.setKeys([{ accessKeyId: 'AKIASOME', secretAccessKey: 'some-secret', deny }]);
    return (await checkAccess(fixture.settings(), needs)).map(({ permission, ok }) => [permission, ok]);
  };

  it('finds each permission that is there or missing, on empty and filled buckets', async () => {
    for (const content of [[], ['a/1']]) {
      fixture.s3.reset();
      for (const key of content) fixture.s3.put('exports', key, 'x');
      assert.deepEqual(await without('s3:PutObject', 's3:DeleteObject'), [
        ['s3:ListBucket', true],
        ['s3:GetObject', true],
        ['s3:GetBucketLocation', true],
        ['s3:PutObject', 'unknown'],
        ['s3:DeleteObject', false],
      ]);
      assert.deepEqual((await without('s3:ListBucket')).at(-1), ['s3:DeleteObject', true]);
      assert.deepEqual((await without('s3:GetObject', 's3:GetBucketLocation')).slice(0, 3), [
        ['s3:ListBucket', true],
        ['s3:GetObject', false],
        ['s3:GetBucketLocation', false],
      ]);
      assert.deepEqual((await without('s3:ListBucket', 's3:GetObject')).slice(0, 2), [
        ['s3:ListBucket', false],
        ['s3:GetObject', 'unknown'],
      ]);
    }
  });

  it('says what is missing and where the bucket is', async () => {
    const [location] = await checkAccess(fixture.settings(), ['location']);
    assert.match(location!.message, /eu-west-1/);
    await without('s3:ListBucket', 's3:GetObject');
    const [listing] = await checkAccess(fixture.settings(), ['list']);
    assert.match(listing!.message, /s3:ListBucket.*"exports".*IAM policy/);
  });

  it('changes nothing', async () => {
    fixture.s3.put('exports', 'a/1', 'x');
    const before = fixture.s3.list('exports');
    await checkAccess(fixture.settings(), needs);
    assert.deepEqual(fixture.s3.list('exports'), before);
  });

  it('takes back the note that a versioned bucket keeps of the deleting that was tried', async () => {
    const headers = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': 'v1' };
    const rule = { system: 's3', method: 'DELETE', times: 1 } as const;
    fixture.faults.add({ ...rule, fault: { kind: 'status', status: 204, headers } });
    const [finding] = await checkAccess(fixture.settings(), ['delete']);
    assert.equal(finding?.ok, true);
    // The sandbox knows no versions, and says so to the second.
    assert.deepEqual(fixture.s3.calls, { 'DELETE /{bucket}/{key}': { 204: 1, 501: 1 } });
  });

  it('throws where no permission can be looked at', async () => {
    const thrown = await refusal(
      checkAccess(fixture.settings({ auth: fixture.keysOf({ secretAccessKey: 'wrong' }) }), needs),
    );
    assert.equal(thrown.code, 'S3_SECRET_WRONG');
    assert.equal(
      (await refusal(checkAccess(fixture.settings({ bucket: 'not-there' }), needs))).code,
      'S3_BUCKET_UNKNOWN',
    );
  });
});
