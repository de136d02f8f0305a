import assert from 'node:assert/strict';
import { createBrazeClient } from '../../src/braze/brazeClient';
import { exportFields } from '../../src/braze/exportFields';
import { SyncError } from '../../src/errors/syncError';
import { type ScriptedAnswer, ScriptedHttp } from './scriptedHttp';

const { signal } = new AbortController();
const endpoint = 'https://rest.iad-01.braze.com';
const apiKey = 'key-for-tests';

function scripted(...script: ScriptedAnswer[]) {
  const http = new ScriptedHttp(...script);
  return { http, client: createBrazeClient({ endpoint: `${endpoint}/`, apiKey: ` ${apiKey}\n`, http }) };
}

async function failure(promise: Promise<unknown>): Promise<SyncError> {
  try {
    await promise;
  } catch (thrown) {
    assert.ok(thrown instanceof SyncError, String(thrown));
    assert.ok(!thrown.message.includes(apiKey));
    return thrown;
  }
  return assert.fail('nothing was thrown');
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const request = { segmentId: 'seg-1', fields: ['external_id', 'email'], format: 'gzip' } as const;

describe('braze client', () => {
  it('authorises with the trimmed key and calls without a trailing slash', async () => {
    const { http, client } = scripted({ status: 201, body: { message: 'success' } });
    const outcome = await client.track('{"attributes":[]}', signal, {
      attributes: 0,
      events: 0,
      purchases: 0,
    });
    assert.equal(outcome.kind, 'queued');
    const [call] = http.calls;
    assert.equal(call?.url, `${endpoint}/users/track`);
    assert.equal(call?.headers?.authorization, `Bearer ${apiKey}`);
    assert.equal(call?.headers?.['content-type'], 'application/json');
  });

  it('refuses settings that cannot work before any call', () => {
    const http = new ScriptedHttp();
    const code = (fields: { endpoint: string; apiKey: string }) => {
      try {
        createBrazeClient({ ...fields, http });
      } catch (thrown) {
        return (thrown as SyncError).code;
      }
      return 'none';
    };
    assert.equal(code({ endpoint, apiKey: '  ' }), 'BRAZE_KEY_MALFORMED');
    assert.equal(code({ endpoint, apiKey: 'two\nlines' }), 'BRAZE_KEY_MALFORMED');
    assert.equal(code({ endpoint: 'https://dashboard-01.braze.com', apiKey }), 'BRAZE_URL_WRONG');
  });

  describe('segment export', () => {
    it('asks for what the contract names and gives back the prefix', async () => {
      const { http, client } = scripted(
        { status: 201, body: { message: 'success', object_prefix: 'abc-1795600000', url: null } },
        {
          status: 201,
          body: { message: 'success', object_prefix: 'abc-1795600001', url: 'https://x/y.zip' },
        },
      );
      const callbackUrl = 'https://nodered.example.org/done?run=1';
      const first = await client.startSegmentExport(
        { ...request, customAttributes: ['tier'], callbackUrl },
        signal,
      );
      assert.deepEqual(first, { objectPrefix: 'abc-1795600000' });
      assert.deepEqual(http.sent(0), {
        segment_id: 'seg-1',
        fields_to_export: ['external_id', 'email'],
        custom_attributes_to_export: ['tier'],
        output_format: 'gzip',
        callback_endpoint: callbackUrl,
      });
      const everything = {
        ...request,
        fields: ['external_id', 'custom_attributes'],
        customAttributes: ['tier'],
      };
      assert.equal((await client.startSegmentExport(everything, signal)).url, 'https://x/y.zip');
      assert.equal(http.sent(1).custom_attributes_to_export, undefined);
    });

    it('refuses an empty choice and too many attributes without a call', async () => {
      const { client } = scripted();
      const none = await failure(client.startSegmentExport({ ...request, fields: [] }, signal));
      assert.equal(none.code, 'BRAZE_EXPORT_FIELDS_INVALID');
      const customAttributes = Array.from({ length: 501 }, (_, at) => `a${at}`);
      const many = await failure(client.startSegmentExport({ ...request, customAttributes }, signal));
      assert.equal(many.code, 'BRAZE_EXPORT_FIELDS_INVALID');
    });

    it('tells a running export from a rate limit', async () => {
      const running: ScriptedAnswer[] = [
        { status: 429 },
        { status: 429, body: { message: 'An export of this segment is already in progress' } },
        { status: 429, headers: { 'x-ratelimit-remaining': '249000', 'x-ratelimit-reset': '900' } },
      ];
      for (const answer of running) {
        const error = await failure(scripted(answer).client.startSegmentExport(request, signal));
        assert.deepEqual([error.code, error.retry], ['BRAZE_EXPORT_RUNNING', 'later']);
      }
      const limits: [ScriptedAnswer, number | undefined][] = [
        [{ status: 429, headers: { 'x-ratelimit-retry-after': '4' } }, 4000],
        [{ status: 429, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9' } }, 9000],
        [{ status: 429, body: { message: 'Rate limit exceeded' } }, undefined],
      ];
      for (const [answer, waitMs] of limits) {
        const error = await failure(scripted(answer).client.startSegmentExport(request, signal));
        assert.deepEqual([error.code, error.retryAfterMs], ['BRAZE_THROTTLED', waitMs]);
      }
    });

    it('says what is wrong', async () => {
      const cases: [ScriptedAnswer, string][] = [
        [{ status: 400, body: { message: 'segment_id is not valid' } }, 'BRAZE_SEGMENT_UNKNOWN'],
        [{ status: 400, body: { message: 'fields_to_export must be given' } }, 'BRAZE_REQUEST_REFUSED'],
        [{ status: 404, body: { message: 'Segment not found' } }, 'BRAZE_SEGMENT_UNKNOWN'],
        [{ status: 404, body: { message: 'Invalid URL' } }, 'BRAZE_URL_WRONG'],
        [{ status: 401, body: { message: 'Invalid API key' } }, 'BRAZE_KEY_REJECTED'],
        [{ status: 403, body: { message: 'Access Denied' } }, 'BRAZE_PERMISSION_MISSING'],
        [{ status: 302, headers: { location: 'https://evil.example.org' } }, 'BRAZE_URL_WRONG'],
        [{ status: 200, body: '<!doctype html>' }, 'BRAZE_URL_WRONG'],
        [{ status: 201, body: '{"message":"success","object_pre' }, 'BRAZE_ANSWER_UNREADABLE'],
        [{ status: 201, body: { message: 'success' } }, 'BRAZE_ANSWER_UNREADABLE'],
        [{ status: 201, body: { object_prefix: '../other' } }, 'BRAZE_ANSWER_UNREADABLE'],
        [{ status: 201, body: { object_prefix: '..' } }, 'BRAZE_ANSWER_UNREADABLE'],
        [{ status: 503 }, 'BRAZE_UNAVAILABLE'],
        [{ status: 418 }, 'BRAZE_REQUEST_REFUSED'],
      ];
      for (const [answer, code] of cases) {
        const error = await failure(scripted(answer).client.startSegmentExport(request, signal));
        assert.equal(error.code, code, JSON.stringify(answer));
        // Whether an export was started is open exactly where Braze said neither yes nor no.
        const open = code === 'BRAZE_ANSWER_UNREADABLE' || code === 'BRAZE_UNAVAILABLE';
        assert.equal(error.maybeApplied, open, JSON.stringify(answer));
      }
    });

    it('cancels with whatever success Braze answers', async () => {
      const { http, client } = scripted({ status: 200, body: '' }, { status: 400 });
      await client.cancelSegmentExport('seg-1', signal);
      assert.deepEqual(http.sent(0), { segment_id: 'seg-1' });
      assert.equal(
        (await failure(client.cancelSegmentExport('seg-2', signal))).code,
        'BRAZE_SEGMENT_UNKNOWN',
      );
    });

    it('offers every field once', () => {
      assert.equal(new Set(exportFields.map(({ field }) => field)).size, exportFields.length);
      assert.equal(exportFields.length, 34);
    });
  });

  describe('lists', () => {
    const segment = (at: number) => ({ id: `s${at}`, name: `Segment ${at}`, extra: 1 });
    const page = (from: number, count: number) => ({
      status: 200,
      body: { message: 'success', segments: Array.from({ length: count }, (_, at) => segment(from + at)) },
    });

    it('reads pages until one is short, and each segment once', async () => {
      const { http, client } = scripted(page(0, 100), page(99, 100), page(199, 3));
      const segments = await all(client.segments(signal));
      assert.deepEqual(
        segments.map(({ id }) => id),
        Array.from({ length: 202 }, (_, at) => `s${at}`),
      );
      assert.deepEqual(segments[0], { id: 's0', name: 'Segment 0', tags: [], analyticsTracking: false });
      assert.deepEqual(
        http.calls.map((_, at) => http.query(at).page),
        ['0', '1', '2'],
      );
    });

    it('comes to an end where a server gives the same page for ever', async () => {
      const { client } = scripted(page(0, 100), page(0, 100));
      assert.equal((await all(client.segments(signal))).length, 100);
    });

    it('reads campaigns', async () => {
      const campaigns = [
        { id: 'c1', name: 'Welcome', is_api_campaign: true, tags: ['a'], last_edited: '2026-01-31' },
      ];
      const { client } = scripted({ status: 200, body: { message: 'success', campaigns } });
      assert.deepEqual(await all(client.campaigns(signal)), [
        { id: 'c1', name: 'Welcome', isApiCampaign: true, tags: ['a'], lastEdited: '2026-01-31' },
      ]);
    });

    it('follows the cursor of the attributes, and never the host beside it', async () => {
      const attribute = (name: string) => ({
        name,
        data_type: 'String (Automatically Detected)',
        status: 'Active',
      });
      const { http, client } = scripted(
        {
          status: 200,
          headers: {
            link: `<https://evil.example.org/a?cursor=first>; rel="prev", <https://evil.example.org/steal?cursor=n%202>; rel="next"`,
          },
          body: { attributes: [attribute('a')] },
        },
        {
          status: 200,
          headers: { link: '</custom_attributes?cursor=last>; rel=next' },
          body: { attributes: [attribute('b')] },
        },
        { status: 200, body: { attributes: [attribute('c')] } },
      );
      const attributes = await all(client.customAttributes(signal));
      assert.deepEqual(
        attributes.map(({ name, dataType }) => [name, dataType]),
        [
          ['a', 'String'],
          ['b', 'String'],
          ['c', 'String'],
        ],
      );
      for (const { url } of http.calls) assert.ok(url.startsWith(`${endpoint}/custom_attributes`), url);
      assert.deepEqual([http.query(1).cursor, http.query(2).cursor], ['n 2', 'last']);
    });

    it('gives up on a cursor that stands still', async () => {
      const same = { status: 200, headers: { link: '<?cursor=x>; rel="next"' }, body: { attributes: [] } };
      const { client } = scripted(same, same);
      assert.equal((await failure(all(client.customAttributes(signal)))).code, 'BRAZE_ANSWER_UNREADABLE');
    });
  });

  it('reads details and sizes', async () => {
    const { http, client } = scripted(
      { status: 200, body: { message: 'success', name: 'VIP', text_description: 'all VIPs', teams: null } },
      { status: 200, body: { message: 'success', data: [{ time: '2026-01-31', size: 12 }] } },
      {
        status: 200,
        body: { message: 'success', name: 'Welcome', channels: ['email'], messages: { x: {} } },
      },
      { status: 400 },
    );
    const details = await client.segmentDetails('seg 1', signal);
    assert.deepEqual([details.name, details.criteria, details.teams], ['VIP', 'all VIPs', []]);
    assert.deepEqual(await client.segmentSizes({ segmentId: 'seg-1', days: 7 }, signal), [
      { time: '2026-01-31', size: 12 },
    ]);
    assert.deepEqual((await client.campaignDetails('c-1', signal)).channels, ['email']);
    assert.equal((await failure(client.campaignDetails('c-2', signal))).code, 'BRAZE_CAMPAIGN_UNKNOWN');
    assert.deepEqual(
      [http.query(0), http.query(1)],
      [{ segment_id: 'seg 1' }, { segment_id: 'seg-1', length: '7' }],
    );
  });

  it('reads users back', async () => {
    const users = [{ external_id: 'u-1', custom_attributes: { tier: 'gold' } }];
    const { client } = scripted({
      status: 201,
      body: { message: 'success', users, invalid_user_ids: ['nope'] },
    });
    const asked = { externalIds: ['u-1', 'nope'], fields: ['external_id', 'custom_attributes'] };
    assert.deepEqual(await client.exportUsers(asked, signal), { users, unknownIds: ['nope'] });
    const many = { ...asked, externalIds: Array.from({ length: 51 }, (_, at) => `u-${at}`) };
    assert.equal((await failure(client.exportUsers(many, signal))).code, 'BRAZE_TOO_MANY_IDS');
  });

  it('names the permission that each call needs', async () => {
    const denied = { status: 403, body: { message: 'Access Denied' } };
    const calls: [(client: ReturnType<typeof scripted>['client']) => Promise<unknown>, string][] = [
      [(client) => client.startSegmentExport(request, signal), 'users.export.segment'],
      [(client) => client.cancelSegmentExport('s', signal), 'segments.list'],
      [(client) => all(client.segments(signal)), 'segments.list'],
      [(client) => client.segmentDetails('s', signal), 'segments.details'],
      [(client) => client.segmentSizes({ segmentId: 's', days: 1 }, signal), 'segments.data_series'],
      [(client) => all(client.campaigns(signal)), 'campaigns.list'],
      [(client) => client.campaignDetails('c', signal), 'campaigns.details'],
      [(client) => all(client.customAttributes(signal)), 'custom_attributes.get'],
      [(client) => client.exportUsers({ externalIds: [], fields: [] }, signal), 'users.export.ids'],
    ];
    for (const [call, permission] of calls) {
      const error = await failure(call(scripted(denied).client));
      assert.equal(error.code, 'BRAZE_PERMISSION_MISSING');
      assert.ok(error.message.includes(permission), error.message);
    }
  });

  it('stops when it is told to', async () => {
    const stopped = AbortSignal.abort(new Error('stopped'));
    await assert.rejects(all(scripted({ status: 200 }).client.segments(stopped)), /stopped/);
  });
});
