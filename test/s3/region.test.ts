import assert from 'node:assert/strict';
import { toldRegion } from '../../src/s3/s3Error';
import { all, type Fixture, refusal, startFixture } from './bucketFixture';

describe("a bucket's region", () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture({ region: 'eu-central-1' });
    fixture.s3.put('exports', 'a/1', 'content');
  });
  after(() => fixture.close());

  it('is learnt from S3 where the setting is empty or wrong', async () => {
    for (const region of ['', 'us-west-2']) {
      const bucket = fixture.open({ region });
      const both = await Promise.all([all(bucket.list('')), bucket.read('a/1')]);
      assert.equal(both[0].length, 1);
      assert.equal(both[1].toString(), 'content');
    }
  });

  it('is asked for where S3 does not tell', async () => {
    fixture.faults.add({ system: 's3', fault: { kind: 'status', status: 301 } });
    const thrown = await refusal(all(fixture.open({ region: 'us-west-2' }).list('a/')));
    assert.equal(thrown.code, 'S3_REGION_WRONG');
    assert.match(thrown.message, /"exports".*us-west-2/);
  });

  it('is a name and nothing else: it becomes a part of the host that gets the next call', () => {
    const header = (region: string) => ({ $response: { headers: { 'x-amz-bucket-region': region } } });
    assert.equal(toldRegion({ Region: 'eu-central-1' }), 'eu-central-1');
    assert.equal(toldRegion(header('eu-central-1')), 'eu-central-1');
    for (const text of [
      'evil.example',
      'a@evil.example',
      'a/b',
      'a#',
      'a?b',
      'a:80',
      'a\r\nb',
      ' a',
      '',
      'x'.repeat(99),
    ]) {
      assert.equal(toldRegion({ Region: text }), undefined, JSON.stringify(text));
      assert.equal(toldRegion(header(text)), undefined, JSON.stringify(text));
    }
  });
});
