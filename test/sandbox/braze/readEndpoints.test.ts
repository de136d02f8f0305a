import assert from 'node:assert/strict';
import { allCustomersSegment, type Segment } from '../../../src/sandbox/braze/segments';
import { withBraze } from './brazeCaller';

const numbered = (length: number): Segment[] =>
  Array.from({ length }, (_, at) => ({ id: `s${at}`, name: `Segment ${at}`, includes: 'all' }));

describe('sandbox Braze: read endpoints', () => {
  it('lists segments by creation, a hundred a page', () =>
    withBraze({ segments: numbered(120) }, async (braze) => {
      const ids = async (query: string) => {
        const { status, body } = await braze.get(`/segments/list${query}`);
        assert.equal(status, 200);
        return body.segments.map(({ id }: Segment) => id);
      };
      const all = numbered(120).map(({ id }) => id);
      assert.deepEqual(await ids(''), all.slice(0, 100));
      assert.deepEqual(await ids('?page=1'), all.slice(100));
      assert.deepEqual(await ids('?page=2'), []);
      assert.deepEqual(await ids('?sort_direction=desc'), all.toReversed().slice(0, 100));
      assert.equal((await braze.get('/segments/list?page=-1')).status, 400);
      assert.equal((await braze.get('/segments/list?sort_direction=up')).status, 400);
    }));

  it('shows a segment', () =>
    withBraze({}, async (braze) => {
      const { body } = await braze.get('/segments/list');
      assert.deepEqual(body, {
        message: 'success',
        segments: [
          {
            id: allCustomersSegment.id,
            name: 'All customers',
            analytics_tracking_enabled: true,
            tags: ['sandbox'],
          },
        ],
      });
      const details = await braze.get(`/segments/details?segment_id=${allCustomersSegment.id}`);
      assert.equal(details.body.name, 'All customers');
      assert.equal(details.body.text_description, 'All users');
      assert.equal((await braze.get('/segments/details?segment_id=x')).status, 400);
    }));

  it('estimates the size of a segment per day', () =>
    withBraze({ segments: [{ id: 's', name: 'S', includes: { from: 2, to: 9 } }] }, async (braze) => {
      braze.sandbox.seedPeople({ seed: 1, from: 0, to: 5 });
      const series = (query: string) => braze.get(`/segments/data_series?segment_id=s${query}`);
      const { body } = await series('&length=2&ending_at=2026-11-20T12:00:00Z');
      assert.deepEqual(body.data, [
        { time: '2026-11-19', size: 3 },
        { time: '2026-11-20', size: 3 },
      ]);
      for (const wrong of ['', '&length=0', '&length=101', '&length=1&ending_at=soon']) {
        assert.equal((await series(wrong)).status, 400);
      }
    }));

  it('lists campaigns, archived ones only when asked for', () =>
    withBraze({}, async (braze) => {
      const names = async (query: string) =>
        (await braze.get(`/campaigns/list${query}`)).body.campaigns.map(({ name }: { name: string }) => name);
      assert.deepEqual(await names(''), ['Welcome series', 'Order confirmation']);
      assert.equal((await names('?include_archived=true')).length, 3);
      assert.deepEqual(await names('?last_edit.time[gt]=2026-01-02T00:00:00'), ['Order confirmation']);
      assert.equal((await braze.get('/campaigns/list?last_edit.time[gt]=soon')).status, 400);
    }));

  it('shows a campaign', () =>
    withBraze({}, async (braze) => {
      const { body } = await braze.get('/campaigns/list');
      const { id } = body.campaigns[1];
      const details = await braze.get(`/campaigns/details?campaign_id=${id}`);
      assert.deepEqual([details.body.name, details.body.channels], ['Order confirmation', ['email', 'push']]);
      assert.equal((await braze.get('/campaigns/details?campaign_id=x')).status, 400);
    }));

  it('lists custom attributes by name, with the next page in the Link header', () =>
    withBraze({ settings: { apply: { delayMs: 0 }, blockedAttributes: ['secret'] } }, async (braze) => {
      const many = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`n${100 + at}`, at]));
      await braze.send({ external_id: 'a', ...many, tags: ['x'], pets: [{ id: 1 }], since: '2026-01-01' });
      const first = await braze.get('/custom_attributes');
      assert.equal(first.body.attributes.length, 50);
      const next = /^<(.+)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
      const second = await braze.get(next.slice(braze.sandbox.url.length));
      assert.equal(second.headers.get('link'), null);
      const attributes = [...first.body.attributes, ...second.body.attributes];
      assert.deepEqual(
        attributes.map(({ name }) => name),
        [...Object.keys(many), 'pets', 'secret', 'since', 'tags'],
      );
      const shown = Object.fromEntries(attributes.map((each) => [each.name, each]));
      assert.deepEqual(shown.n100, {
        name: 'n100',
        description: null,
        data_type: 'Number (Automatically Detected)',
        array_length: null,
        status: 'Active',
        tag_names: [],
      });
      assert.deepEqual(
        [shown.pets.data_type, shown.since.data_type, shown.tags.array_length, shown.secret.status],
        ['Object Array', 'Date/Time (Automatically Detected)', 500, 'Blocklisted'],
      );
    }));
});
