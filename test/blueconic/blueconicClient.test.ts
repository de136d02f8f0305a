import assert from 'node:assert/strict';
import { createBlueConicClient } from '../../src/blueconic/blueconicClient';
import { SyncError } from '../../src/errors/syncError';
import { type Answering, type FakeAnswer, FakeTenant, inTurn } from './fakeTenant';

const { signal } = new AbortController();
const url = 'https://acme.blueconic.net';

function client(api: Answering, token?: Answering) {
  const http = new FakeTenant(api, token);
  return {
    http,
    client: createBlueConicClient({ url: `${url}/`, clientId: 'app', clientSecret: 'secret', http }),
  };
}

async function failure(promise: Promise<unknown>): Promise<SyncError> {
  try {
    await promise;
  } catch (thrown) {
    assert.ok(thrown instanceof SyncError, String(thrown));
    return thrown;
  }
  return assert.fail('nothing was thrown');
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const one = { identifiers: ['0'] };
const page = { segmentId: 'vip', cursor: '*', count: 100 };

describe('BlueConic client', () => {
  it('makes a call once more with a new token after a 401', async () => {
    const given = inTurn({ status: 401 }, { status: 200, body: [{ identifier: '0', state: 'MODIFIED' }] });
    const { http, client: blueconic } = client(given);
    const outcome = await blueconic.putProfiles('[{}]', one, signal);
    assert.equal(outcome.kind, 'done');
    assert.deepEqual(
      http.calls.map(({ headers }) => headers?.authorization),
      ['Bearer token-1', 'Bearer token-2'],
    );
    assert.deepEqual(
      http.calls.map(({ body }) => body),
      ['[{}]', '[{}]'],
    );
  });

  it('renews a token only once for all the calls it fails', async () => {
    const { http, client: blueconic } = client(({ headers }) =>
      headers?.authorization === 'Bearer token-2'
        ? { status: 200, body: [{ identifier: '0', state: 'MODIFIED' }] }
        : { status: 401 },
    );
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => blueconic.putProfiles('[{}]', one, signal)),
    );
    assert.ok(outcomes.every(({ kind }) => kind === 'done'));
    assert.equal(http.tokenCalls.length, 2);
  });

  it('gives up after the second 401', async () => {
    const refused = client(() => ({ status: 401 }));
    const outcome = await refused.client.putProfiles('[{}]', one, signal);
    assert.equal(outcome.kind, 'configuration');
    assert.equal(outcome.error.code, 'BLUECONIC_TOKEN_REJECTED');
    assert.equal(refused.http.calls.length, 2);
    assert.equal((await failure(all(refused.client.segments(signal)))).code, 'BLUECONIC_TOKEN_REJECTED');
  });

  it('throws where not even a token comes, and says that nothing was done', async () => {
    const refused = client(
      () => assert.fail('no call without a token'),
      () => ({ status: 503 }),
    );
    const error = await failure(refused.client.putProfiles('[{}]', one, signal));
    assert.deepEqual([error.code, error.maybeApplied], ['BLUECONIC_UNAVAILABLE', false]);
  });

  it('names the objectives of a bulk request', async () => {
    const { http, client: blueconic } = client(() => ({ status: 200, body: [] }));
    await blueconic.putProfiles('[]', { identifiers: [], objectiveIds: ['news letter', 'ads'] }, signal);
    await blueconic.putProfiles('[]', { identifiers: [] }, signal);
    assert.equal(new URL(http.calls[0]?.url ?? '').searchParams.get('objectiveIds'), 'news letter,ads');
    assert.equal(http.calls[1]?.url, `${url}/rest/v2/profiles`);
  });

  it('reads lists page by page, also from a tenant with smaller pages', async () => {
    const names = Array.from({ length: 7 }, (_, at) => ({ id: `s${at}`, name: `Segment ${at}` }));
    const sliced: Answering = ({ url: asked }) => {
      const start = Number(new URL(asked).searchParams.get('startIndex'));
      return { status: 200, body: { totalResults: names.length, segments: names.slice(start, start + 3) } };
    };
    const counted = client(sliced);
    assert.deepEqual(
      (await all(counted.client.segments(signal))).map(({ id }) => id),
      names.map(({ id }) => id),
    );
    assert.equal(counted.http.calls.length, 3);
    const uncounted = client((call, at) => {
      const answer = sliced(call, at) as { body: { segments: unknown } };
      return { status: 200, body: { segments: answer.body.segments } };
    });
    assert.equal((await all(uncounted.client.segments(signal))).length, names.length);
  });

  it('reads properties, objectives and interactions', async () => {
    const answers = inTurn(
      {
        status: 200,
        body: { totalResults: 1, profileProperties: [{ id: 'email', indexed: true, filterType: 'EMAIL' }] },
      },
      {
        status: 200,
        body: { totalResults: 1, objectives: [{ id: 'news', name: 'News', needsConsent: true }] },
      },
      { status: 200, body: { totalResults: 1, dialogues: [{ id: 'welcome', name: 'Welcome' }] } },
    );
    const { client: blueconic } = client(answers);
    const [property] = await all(blueconic.profileProperties(signal));
    assert.deepEqual([property?.id, property?.indexed, property?.filterType], ['email', true, 'EMAIL']);
    const [objective] = await all(blueconic.objectives(signal));
    assert.deepEqual([objective?.id, objective?.needsConsent], ['news', true]);
    assert.deepEqual(await all(blueconic.interactions(signal)), [{ id: 'welcome', name: 'Welcome' }]);
  });

  describe('segment pages', () => {
    const date = 'Mon, 23 Nov 2026 12:00:00 GMT';

    it('reads profiles, the next cursor and the clock of the tenant', async () => {
      const { http, client: blueconic } = client(
        inTurn(
          { status: 200, headers: { date }, body: { profiles: [{ id: 'p-1' }], nextCursor: 'c/2=' } },
          { status: 200, headers: { date }, body: { profiles: [null] } },
        ),
      );
      const request = {
        ...page,
        segmentId: 'a/b',
        properties: ['email', 'x y'],
        expand: ['segments'] as const,
      };
      const first = await blueconic.segmentPage({ ...request, refinement: '{"a":1}' }, signal);
      assert.deepEqual(first, {
        profiles: [{ id: 'p-1' }],
        nextCursor: 'c/2=',
        serverTime: Date.parse(date),
        bytes: 47,
      });
      const asked = new URL(http.calls[0]?.url ?? '');
      assert.equal(asked.pathname, '/rest/v2/segments/a%2Fb/profiles');
      assert.deepEqual(
        [...asked.searchParams],
        [
          ['cursor', '*'],
          ['count', '100'],
          ['profileProperty', 'email'],
          ['profileProperty', 'x y'],
          ['expand', 'profiles.profile.segments'],
          ['refinement', '{"a":1}'],
        ],
      );
      const last = await blueconic.segmentPage({ ...page, cursor: 'c/2=' }, signal);
      assert.deepEqual(last, { profiles: [null], serverTime: Date.parse(date), bytes: 19 });
    });

    it('says what is wrong', async () => {
      const cases: [FakeAnswer, string, string][] = [
        [{ status: 404 }, '*', 'BLUECONIC_SEGMENT_UNKNOWN'],
        [{ status: 400 }, '*', 'BLUECONIC_REQUEST_REFUSED'],
        [{ status: 400 }, 'c2', 'BLUECONIC_CURSOR_REJECTED'],
        [{ status: 403 }, '*', 'BLUECONIC_SCOPE_MISSING'],
        [{ status: 429 }, '*', 'BLUECONIC_THROTTLED'],
        [{ status: 503 }, '*', 'BLUECONIC_UNAVAILABLE'],
        [{ status: 302 }, '*', 'BLUECONIC_URL_WRONG'],
        [{ status: 200, body: '<html>' }, '*', 'BLUECONIC_URL_WRONG'],
        [{ status: 200, body: '{"profiles":[{"id":' }, '*', 'BLUECONIC_ANSWER_UNREADABLE'],
        [{ status: 200, body: { profiles: {} } }, '*', 'BLUECONIC_ANSWER_UNREADABLE'],
      ];
      for (const [answer, cursor, code] of cases) {
        const { client: blueconic } = client(() => answer);
        const error = await failure(blueconic.segmentPage({ ...page, cursor }, signal));
        assert.deepEqual([error.code, error.maybeApplied], [code, false], JSON.stringify(answer));
      }
    });

    it('tells the time of the tenant, or of this machine where no header does', async () => {
      const { client: blueconic } = client(
        inTurn({ status: 200, headers: { date }, body: {} }, { status: 200, body: {} }),
      );
      assert.equal(await blueconic.serverTime(signal), Date.parse(date));
      const before = Date.now();
      const own = await blueconic.serverTime(signal);
      assert.ok(own >= before && own <= Date.now());
    });
  });

  describe('new properties', () => {
    const wanted = { id: 'braze_tier', name: 'Tier', filterType: 'SELECT' } as const;

    it('creates one that is not there, and leaves one that is', async () => {
      const { http, client: blueconic } = client((call, at) => {
        if (at === 0) return { status: 404 };
        return {
          status: 200,
          body: call.method === 'PUT' ? String(call.body) : { ...wanted, filterType: 'EMAIL' },
        };
      });
      const created = await blueconic.createProperty(wanted, signal);
      assert.deepEqual([created.created, created.property.id], [true, 'braze_tier']);
      const kept = await blueconic.createProperty(wanted, signal);
      assert.deepEqual([kept.created, kept.property.filterType], [false, 'EMAIL']);
      assert.deepEqual(
        http.calls.map(({ method }) => method),
        ['GET', 'PUT', 'GET'],
      );
    });

    it('refuses an id that BlueConic does not take, and names the scope that writing needs', async () => {
      const bad = client(() => assert.fail('no call'));
      const invalid = await failure(bad.client.createProperty({ ...wanted, id: '../segments' }, signal));
      assert.equal(invalid.code, 'BLUECONIC_PROPERTY_ID_INVALID');
      const { client: blueconic } = client(({ method }) => ({ status: method === 'PUT' ? 403 : 404 }));
      const denied = await failure(blueconic.createProperty(wanted, signal));
      assert.match(denied.message, /write:profile-properties/);
    });
  });
});
