import assert from 'node:assert/strict';
import { openBucket } from '../../src/s3/bucket';
import { checkAccess } from '../../src/s3/checkAccess';
import { listBuckets } from '../../src/s3/listBuckets';
import type { S3Settings } from '../../src/s3/settings';
import type { Fault } from '../../src/sandbox/faults';
import { all, type Fixture, refusal, startFixture } from './bucketFixture';

const secret = 'a-secret-that-must-never-show';

describe('what S3 refuses', () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture();
  });
  beforeEach(() => {
    fixture.faults.clear();
    fixture.s3.reset();
  });
  after(() => fixture.close());

  const listing = (changes: Partial<S3Settings>) =>
    refusal(all(fixture.open({ rootPath: 'root', ...changes }).list('a/')), [
      secret,
      fixture.s3.secretAccessKey,
    ]);
  const failing = (fault: Fault) => {
    fixture.faults.add({ system: 's3', fault });
    return listing({ silenceMs: 200 });
  };
  const refusing = (status: number, code: string) =>
    failing({
      kind: 'status',
      status,
      headers: { 'content-type': 'application/xml' },
      body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>quotes ${secret}</Message></Error>`,
    });

  it('names the wrong setting', async () => {
    const cases: [string, Partial<S3Settings>][] = [
      ['S3_KEY_UNKNOWN', { auth: fixture.keysOf({ accessKeyId: 'AKIANOBODY' }) }],
      ['S3_SECRET_WRONG', { auth: fixture.keysOf({ secretAccessKey: secret }) }],
      ['S3_BUCKET_UNKNOWN', { bucket: 'not-there' }],
    ];
    for (const [code, changes] of cases) {
      const thrown = await listing(changes);
      assert.equal(thrown.code, code);
      assert.equal(thrown.retry, 'never');
      assert.ok(thrown.message.includes(`"${changes.bucket ?? 'exports'}", key "root/a/"`));
    }
  });

  it('names the permission that is missing', async () => {
    fixture.s3.setKeys([
      {
        accessKeyId: 'AKIAREADER',
        secretAccessKey: secret,
        deny: ['s3:ListBucket', 's3:PutObject', 's3:DeleteObject'],
      },
    ]);
    const bucket = fixture.open();
    assert.match((await refusal(all(bucket.list('')))).message, /s3:ListBucket on bucket "exports"/);
    const put = await refusal(bucket.put('new', 'x'), [secret]);
    assert.equal(put.code, 'S3_ACCESS_DENIED');
    assert.match(put.message, /s3:PutObject on bucket "exports", key "new"/);
    assert.match((await refusal(bucket.delete(['old']))).message, /s3:DeleteObject/);
  });

  it('has a code of its own for every other cause', async () => {
    const cases: [string, 'never' | 'later', number, string][] = [
      ['S3_TOKEN_EXPIRED', 'never', 400, 'ExpiredToken'],
      ['S3_TOKEN_WRONG', 'never', 400, 'InvalidToken'],
      ['S3_CLOCK_SKEWED', 'later', 403, 'RequestTimeTooSkewed'],
      ['S3_BUSY', 'later', 503, 'SlowDown'],
      ['S3_REGION_WRONG', 'never', 301, 'PermanentRedirect'],
      ['S3_FAILED', 'later', 500, 'InternalError'],
      ['S3_FAILED', 'never', 400, 'InvalidRequest'],
      ['S3_ACCESS_DENIED', 'never', 403, 'AllAccessDisabled'],
    ];
    for (const [code, retry, status, answered] of cases) {
      fixture.faults.clear();
      const thrown = await refusing(status, answered);
      assert.deepEqual([thrown.code, thrown.retry, thrown.status], [code, retry, status], answered);
    }
  });

  it('is told from what is no S3 at all', async () => {
    assert.equal((await failing({ kind: 'html', status: 200 })).code, 'S3_ANSWER_UNREADABLE');
    const bucket = fixture.open();
    const calls = [
      () => bucket.read('a'),
      () => bucket.put('a', 'x'),
      () => listBuckets(fixture.settings()),
      () => checkAccess(fixture.settings(), ['list']),
    ];
    for (const call of calls) assert.equal((await refusal(call())).code, 'S3_ANSWER_UNREADABLE');
    fixture.faults.clear();
    fixture.s3.put('exports', 'empty', '');
    assert.equal((await bucket.read('empty')).length, 0);
    assert.equal((await failing({ kind: 'html', status: 403 })).code, 'S3_ACCESS_DENIED');
  });

  it('is told from silence and from broken connections', async () => {
    for (const kind of ['hang', 'reset'] as const) {
      fixture.faults.clear();
      const thrown = await failing({ kind });
      assert.equal(thrown.code, 'S3_UNREACHABLE');
      assert.equal(thrown.retry, 'later');
      assert.equal(thrown.maybeApplied, true);
    }
    fixture.faults.clear();
    const gone = await startFixture();
    const { url } = gone.s3;
    await gone.close();
    const thrown = await listing({ endpoint: url });
    assert.equal(thrown.code, 'S3_UNREACHABLE');
    assert.match(thrown.message, /refused the connection.*endpoint/);
    assert.equal(thrown.maybeApplied, false);
    // "invalid" can never be a name in the DNS.
    const unknown = await listing({ endpoint: 'http://s3.invalid' });
    assert.match(unknown.message, /s3\.invalid cannot be looked up/);
  });

  it('is found in the settings before anything is sent', () => {
    const code = (changes: Partial<S3Settings>) => {
      try {
        openBucket(fixture.settings(changes));
      } catch (thrown) {
        return (thrown as { code: string }).code;
      }
      return 'accepted';
    };
    assert.equal(code({ endpoint: 's3.example.org' }), 'S3_ENDPOINT_INVALID');
    assert.equal(code({ endpoint: 'ftp://s3.example.org' }), 'S3_ENDPOINT_INVALID');
    assert.equal(code({ auth: fixture.keysOf({ secretAccessKey: ' ' }) }), 'S3_KEY_MISSING');
    assert.equal(code({ bucket: '' }), 'S3_BUCKET_MISSING');
  });

  it('reaches listBuckets too', async () => {
    fixture.s3.createBucket('archive');
    assert.deepEqual(await listBuckets(fixture.settings()), ['archive', 'exports']);
    fixture.s3.setKeys([
      { accessKeyId: 'AKIAREADER', secretAccessKey: secret, deny: ['s3:ListAllMyBuckets'] },
    ]);
    const thrown = await refusal(listBuckets(fixture.settings()), [secret]);
    assert.equal(thrown.code, 'S3_ACCESS_DENIED');
    assert.match(thrown.message, /s3:ListAllMyBuckets/);
  });
});
