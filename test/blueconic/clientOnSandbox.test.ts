import assert from 'node:assert/strict';
import { type BlueConicClient, createBlueConicClient } from '../../src/blueconic/blueconicClient';
import { type BulkEntry, bulkEntry } from '../../src/blueconic/bulkEntries';
import { profileRecord } from '../../src/blueconic/profileRecord';
import { isModifiedSince, lastModifiedProperty, modifiedWithin } from '../../src/blueconic/refinement';
import { SyncError } from '../../src/errors/syncError';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import type { FieldChange, ProfileUpdate, UpdateValue } from '../../src/mapping/profileUpdate';
import { type BlueConicSandbox, startBlueConicSandbox } from '../../src/sandbox/blueconic/blueconicSandbox';
import { FaultRules } from '../../src/sandbox/faults';

const { signal } = new AbortController();
const scopes = [
  ...['read:profiles', 'write:profiles', 'read:profile-properties', 'write:profile-properties'],
  ...['read:segments', 'read:objectives'],
];

function change(field: string, values: unknown[], more: Partial<FieldChange> = {}): FieldChange {
  return { field, strategy: 'set', as: 'one', values: values as UpdateValue[], ...more };
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

describe('BlueConic client on the sandbox', () => {
  const faults = new FaultRules();
  let tenant: BlueConicSandbox;
  let http: HttpClient;
  let client: BlueConicClient;

  before(async () => {
    tenant = await startBlueConicSandbox({ faults });
    http = createHttpClient();
  });
  beforeEach(async () => {
    faults.clear();
    tenant.reset();
    client = clientOf(tenant.clientId, tenant.clientSecret);
    await client.createProperty(
      { id: 'crm_key', name: 'CRM key', filterType: 'SELECT', indexed: true },
      signal,
    );
    for (const id of ['tier', 'tags', 'points', 'nick']) {
      await client.createProperty({ id, name: id, filterType: id === 'points' ? 'RANGE' : 'SELECT' }, signal);
    }
  });
  after(async () => {
    await http.close();
    await tenant.close();
  });

  function clientOf(clientId: string, clientSecret: string): BlueConicClient {
    return createBlueConicClient({ url: tenant.url, clientId, clientSecret, http });
  }

  function clientWithout(scope: string): BlueConicClient {
    const application = {
      clientId: 'narrow',
      clientSecret: 'secret',
      scopes: scopes.filter((name) => name !== scope),
    };
    tenant.configure({ applications: [application] });
    return clientOf('narrow', 'secret');
  }

  function update(key: string, changes: FieldChange[], more: Partial<ProfileUpdate> = {}): ProfileUpdate {
    return {
      version: 1,
      match: [[{ field: 'crm_key', value: key }]],
      allowCreate: true,
      changes,
      ...more,
    };
  }

  async function put(...updates: ProfileUpdate[]) {
    const entries: BulkEntry[] = [];
    for (const [at, one] of updates.entries()) {
      const made = bulkEntry(one, String(at));
      assert.ok('entry' in made && made.entry);
      entries.push(made.entry);
    }
    const identifiers = entries.map(({ identifier }) => identifier);
    const outcome = await client.putProfiles(JSON.stringify(entries), { identifiers }, signal);
    assert.equal(outcome.kind, 'done');
    return outcome;
  }

  const properties = (key: string) => tenant.profile('crm_key', key)?.properties;

  describe('bulk', () => {
    it('creates with the identifier, changes, and knows what was there already', async () => {
      const states = async (changes: FieldChange[]) =>
        (await put(update('u-1', changes))).results.map((result) => result?.state);
      assert.deepEqual(await states([change('tier', ['gold'])]), ['CREATED']);
      assert.deepEqual(properties('u-1')?.tier, ['gold']);
      assert.deepEqual(await states([change('tier', ['silver'])]), ['MODIFIED']);
      assert.deepEqual(properties('u-1')?.tier, ['silver']);
      assert.deepEqual(await states([change('tier', ['silver'])]), ['UNCHANGED']);
    });

    it('creates nobody unless it is allowed', async () => {
      const { results } = await put(update('u-1', [change('tier', ['gold'])], { allowCreate: false }));
      assert.equal(results[0]?.state, 'NOTFOUND');
      assert.equal(properties('u-1'), undefined);
    });

    it('does what each strategy says', async () => {
      const list = { as: 'list' } as const;
      await put(
        update('u-1', [change('tier', ['gold']), change('tags', ['a', 'b'], list), change('points', [10])]),
      );
      await put(
        update('u-1', [
          change('tier', [], { strategy: 'clear' }),
          change('tags', ['b', 'c'], { ...list, strategy: 'add' }),
          change('points', [5], { strategy: 'sum' }),
          change('nick', ['Mi'], { strategy: 'setIfEmpty' }),
        ]),
      );
      await put(update('u-1', [change('nick', ['Mo'], { strategy: 'setIfEmpty' })]));
      const held = properties('u-1') ?? {};
      assert.deepEqual(held.tier ?? [], []);
      assert.deepEqual(held.tags, ['a', 'b', 'c']);
      assert.deepEqual(held.points, ['15']);
      assert.deepEqual(held.nick, ['Mi']);
    });

    it('finds a profile by any of several groups', async () => {
      await put(update('u-1', [change('tier', ['gold'])]));
      const match = [[{ field: 'crm_key', value: 'nobody' }], [{ field: 'crm_key', value: 'u-1' }]];
      await put(update('', [change('tier', ['silver'])], { match, allowCreate: false }));
      assert.deepEqual(properties('u-1')?.tier, ['silver']);
    });

    it('brings results back to their entries although BlueConic shuffles them', async () => {
      tenant.configure({ resultOrder: 'shuffled' });
      const even = Array.from({ length: 40 }, (_, at) => update(`u-${at * 2}`, [change('tier', ['gold'])]));
      await put(...even);
      const everybody = Array.from({ length: 80 }, (_, at) =>
        update(`u-${at}`, [change('tier', ['silver'])], { allowCreate: false }),
      );
      const { results, missing, strays } = await put(...everybody);
      assert.deepEqual(
        results.map((result) => result?.state),
        everybody.map((_, at) => (at % 2 === 0 ? 'MODIFIED' : 'NOTFOUND')),
      );
      assert.deepEqual([missing, strays], [[], 0]);
    });

    it('names the property with a bad value and keeps the good ones', async () => {
      const { results } = await put(update('u-1', [change('tier', ['gold']), change('points', ['many'])]));
      assert.deepEqual(results[0]?.invalidProperties, ['points']);
      assert.deepEqual(properties('u-1')?.tier, ['gold']);
    });

    it('respects consent when it names objectives', async () => {
      tenant.configure({
        objectives: [
          {
            id: 'news',
            name: 'News',
            title: 'News',
            needsConsent: true,
            legislations: ['GDPR'],
            references: [],
          },
        ],
      });
      tenant.addProfiles([{ properties: { crm_key: ['u-1'] }, privacyLegislation: 'GDPR' }]);
      const made = bulkEntry(update('u-1', [change('tier', ['gold'])]), '0');
      assert.ok('entry' in made);
      const options = { identifiers: ['0'], objectiveIds: ['news'] };
      const outcome = await client.putProfiles(JSON.stringify([made.entry]), options, signal);
      assert.equal(outcome.kind === 'done' && outcome.results[0]?.state, 'CONSENT_MISMATCH');
      assert.deepEqual(
        (await all(client.objectives(signal)))
          .filter(({ id }) => id === 'news')
          .map(({ needsConsent }) => needsConsent),
        [true],
      );
    });

    it('reads the results of the first thousand when there are more', async () => {
      const entries = Array.from({ length: 1002 }, (_, at) =>
        bulkEntry(update(`u-${at}`, [change('tier', ['x'])]), `${at}`),
      );
      const body = JSON.stringify(entries.map((made) => 'entry' in made && made.entry));
      const identifiers = entries.map((_, at) => `${at}`);
      const outcome = await client.putProfiles(body, { identifiers }, signal);
      assert.equal(outcome.kind, 'too-many');
      assert.deepEqual([outcome.missing, outcome.notDone], [[], [1000, 1001]]);
      assert.equal(outcome.results[999]?.state, 'CREATED');
      assert.equal(properties('u-1000'), undefined);
    });

    it('tells whole-request refusals and unknown outcomes apart', async () => {
      const kind = async (body: string) =>
        (await client.putProfiles(body, { identifiers: ['0'] }, signal)).kind;
      assert.equal(await kind('[{"identifier":'), 'refused');
      const faultKinds = [
        [{ kind: 'status', status: 503 }, 'unavailable'],
        [{ kind: 'status', status: 429 }, 'throttled'],
        [{ kind: 'html', status: 200 }, 'unreadable'],
      ] as const;
      for (const [fault, expected] of faultKinds) {
        faults.clear();
        faults.add({ system: 'blueconic', path: '/profiles', fault });
        assert.equal(await kind('[]'), expected);
      }
      faults.clear();
      faults.add({ system: 'blueconic', path: '/profiles', fault: { kind: 'cutBody', share: 0.5 } });
      assert.equal((await failure(put(update('u-1', [change('tier', ['x'])])))).maybeApplied, true);
    });
  });

  describe('segments', () => {
    beforeEach(() => {
      tenant.addProfiles(
        Array.from({ length: 25 }, (_, at) => ({
          properties: { crm_key: [`u-${at}`], tier: [at < 20 ? 'gold' : 'silver'] },
          modifiedAt: Date.UTC(2026, 0, 1 + at),
        })),
      );
      tenant.defineSegment({ id: 'gold', name: 'Gold', rule: { property: 'tier', equals: 'gold' } });
    });

    async function pages(more: Partial<Parameters<BlueConicClient['segmentPage']>[0]> = {}) {
      const records = [];
      let cursor: string | undefined = '*';
      while (cursor !== undefined) {
        const page = await client.segmentPage({ segmentId: 'gold', cursor, count: 7, ...more }, signal);
        for (const profile of page.profiles) records.push(profileRecord(profile));
        cursor = page.nextCursor;
      }
      return records;
    }

    it('reads every profile once, page by page', async () => {
      const ids = (await pages()).map((record) => record?.properties.crm_key?.[0]);
      assert.deepEqual(ids.sort(), Array.from({ length: 20 }, (_, at) => `u-${at}`).sort());
    });

    it('gives the parts that were asked for', async () => {
      const plain = (await pages({ properties: ['tier'] }))[0];
      assert.deepEqual(plain?.properties, { tier: ['gold'] });
      assert.deepEqual([plain?.segments, plain?.permissionLevel], [undefined, undefined]);
      const full = (await pages({ expand: ['segments', 'permissions'] }))[0];
      assert.ok(full?.segments?.some(({ id, name }) => id === 'gold' && name === 'Gold'));
      assert.equal(full?.permissionLevel, 'PERSONAL');
    });

    it('reads only what was modified in a span, by the tenant and by a second look', async () => {
      const span = { from: Date.UTC(2026, 0, 11), to: Date.UTC(2026, 0, 15) };
      const wanted = ['crm_key', lastModifiedProperty];
      const recent = await pages({ properties: wanted, refinement: modifiedWithin(span) });
      assert.deepEqual(recent.map((record) => record?.properties.crm_key?.[0]).sort(), [
        'u-10',
        'u-11',
        'u-12',
        'u-13',
        'u-14',
      ]);
      const everybody = await pages({ properties: wanted });
      const second = everybody.filter((record) => record && isModifiedSince(record, span.from));
      assert.equal(second.length, 10);
    });

    it('lists all segments, properties and the clock of the tenant', async () => {
      const before = (await all(client.segments(signal))).length;
      for (let at = 0; at < 130; at++)
        tenant.defineSegment({ id: `seg-${at}`, name: `Segment ${at}`, rule: 'all' });
      const segments = await all(client.segments(signal));
      assert.equal(segments.length, before + 130);
      assert.equal(new Set(segments.map(({ id }) => id)).size, segments.length);
      const property = (await all(client.profileProperties(signal))).find(({ id }) => id === 'crm_key');
      assert.deepEqual([property?.indexed, property?.filterType], [true, 'SELECT']);
      tenant.configure({ clockOffsetMs: 3_600_000 });
      assert.ok((await client.serverTime(signal)) > Date.now() + 3_500_000);
    });

    it('knows an unknown segment and a spent cursor', async () => {
      const page = { segmentId: 'nowhere', cursor: '*', count: 5 };
      assert.equal((await failure(client.segmentPage(page, signal))).code, 'BLUECONIC_SEGMENT_UNKNOWN');
      const spent = { segmentId: 'gold', cursor: 'long-gone', count: 5 };
      assert.equal((await failure(client.segmentPage(spent, signal))).code, 'BLUECONIC_CURSOR_REJECTED');
    });
  });

  it('leaves a property alone that is there already', async () => {
    const again = await client.createProperty({ id: 'points', name: 'Other', filterType: 'SELECT' }, signal);
    assert.deepEqual([again.created, again.property.filterType], [false, 'RANGE']);
  });

  describe('tokens and rights', () => {
    it('goes on with a new token when the old one has expired', async () => {
      await put(update('u-1', [change('tier', ['gold'])]));
      tenant.expireTokens();
      await put(update('u-1', [change('tier', ['silver'])]));
      assert.deepEqual(properties('u-1')?.tier, ['silver']);
    });

    it('knows a wrong secret', async () => {
      const error = await failure(all(clientOf(tenant.clientId, 'wrong').segments(signal)));
      assert.equal(error.code, 'BLUECONIC_CLIENT_REJECTED');
    });

    it('names the missing scope of every call', async () => {
      const page = { segmentId: 'vip', cursor: '*', count: 5 };
      tenant.defineSegment({ id: 'vip', name: 'VIP', rule: 'all' });
      const calls: [scope: string, call: (narrow: BlueConicClient) => Promise<unknown>][] = [
        ['read:segments', (narrow) => all(narrow.segments(signal))],
        ['read:segments', (narrow) => narrow.segmentPage(page, signal)],
        ['read:segments', (narrow) => narrow.serverTime(signal)],
        ['read:profile-properties', (narrow) => all(narrow.profileProperties(signal))],
        ['read:objectives', (narrow) => all(narrow.objectives(signal))],
        [
          'write:profile-properties',
          (narrow) => narrow.createProperty({ id: 'fresh', name: 'Fresh', filterType: 'SELECT' }, signal),
        ],
      ];
      for (const [scope, call] of calls) {
        const error = await failure(call(clientWithout(scope)));
        assert.equal(error.code, 'BLUECONIC_SCOPE_MISSING', scope);
        assert.ok(error.message.includes(scope), error.message);
      }
      const outcome = await clientWithout('write:profiles').putProfiles('[]', { identifiers: [] }, signal);
      assert.equal(outcome.kind === 'configuration' && outcome.error.code, 'BLUECONIC_SCOPE_MISSING');
    });

    it('knows a host that is not BlueConic', async () => {
      faults.add({ system: 'blueconic', fault: { kind: 'html', status: 200 } });
      const stranger = clientOf(tenant.clientId, tenant.clientSecret);
      assert.equal((await failure(all(stranger.segments(signal)))).code, 'BLUECONIC_URL_WRONG');
      faults.clear();
      faults.add({ system: 'blueconic', path: '/segments', fault: { kind: 'html', status: 200 } });
      assert.equal((await failure(all(stranger.segments(signal)))).code, 'BLUECONIC_URL_WRONG');
    });
  });
});
