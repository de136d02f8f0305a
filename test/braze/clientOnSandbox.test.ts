import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { type BrazeClient, createBrazeClient } from '../../src/braze/brazeClient';
import { dataPoints } from '../../src/braze/dataPoints';
import { exportFields } from '../../src/braze/exportFields';
import { trackObjects } from '../../src/braze/trackObjects';
import { SyncError } from '../../src/errors/syncError';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import type { FieldChange, ProfileUpdate, UpdateValue } from '../../src/mapping/profileUpdate';
import { type BrazeSandbox, startBrazeSandbox } from '../../src/sandbox/braze/brazeSandbox';
import { FaultRules } from '../../src/sandbox/faults';

const { signal } = new AbortController();

function change(field: string, value: unknown, more: Partial<FieldChange> = {}): FieldChange {
  return { field, strategy: 'set', as: 'one', values: [value as UpdateValue], ...more };
}

function update(
  externalId: string,
  changes: FieldChange[],
  more: Partial<ProfileUpdate> = {},
): ProfileUpdate {
  return {
    version: 1,
    match: [[{ field: 'external_id', value: externalId }]],
    allowCreate: true,
    changes,
    ...more,
  };
}

function listOf(values: unknown[]): FieldChange {
  return { field: '', strategy: 'set', as: 'list', values: values as UpdateValue[] };
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

describe('braze client on the sandbox', () => {
  const faults = new FaultRules();
  let braze: BrazeSandbox;
  let http: HttpClient;
  let client: BrazeClient;

  before(async () => {
    braze = await startBrazeSandbox({ faults });
    http = createHttpClient();
    client = clientWith(braze.apiKey);
  });
  beforeEach(() => {
    faults.clear();
    braze.reset();
    braze.configure({ apply: { delayMs: 0 } });
  });
  after(async () => {
    await http.close();
    await braze.close();
  });

  function clientWith(apiKey: string): BrazeClient {
    return createBrazeClient({ endpoint: braze.url, apiKey, http });
  }

  /** A client whose key may do everything but this. */
  function clientWithout(permission: string): BrazeClient {
    const others = [
      ...['users.track', 'users.export.segment', 'users.export.ids', 'segments.list', 'segments.details'],
      ...['segments.data_series', 'campaigns.list', 'campaigns.details', 'custom_attributes.get'],
    ].filter((name) => name !== permission);
    braze.configure({ keys: [{ key: 'narrow-key', permissions: others }] });
    return clientWith('narrow-key');
  }

  async function send(...updates: ProfileUpdate[]) {
    const attributes: object[] = [];
    const events: object[] = [];
    const purchases: object[] = [];
    for (const one of updates) {
      const made = trackObjects(one);
      assert.ok(!('rejected' in made));
      if (made.attributes) attributes.push(made.attributes);
      events.push(...made.events);
      purchases.push(...made.purchases);
    }
    const sent = { attributes: attributes.length, events: events.length, purchases: purchases.length };
    const outcome = await client.track(JSON.stringify({ attributes, events, purchases }), signal, sent);
    await braze.settled();
    return outcome;
  }

  describe('track', () => {
    it('stores what an update says, in every shape', async () => {
      const outcome = await send(
        update('u-1', [
          change('first_name', 'Mira'),
          change('email', 'mira.k@example.org'),
          change('tier', 'gold'),
          change('points', 12),
          change('vip', true),
          { field: 'interests', strategy: 'set', as: 'list', values: ['golf', 'chess'] },
          change('address', { city: 'Bonn' }, { as: 'object' }),
        ]),
      );
      assert.deepEqual([outcome.kind, outcome.kind === 'queued' && outcome.errors], ['queued', []]);
      const user = braze.user('u-1') as Record<string, unknown>;
      assert.equal(user.first_name, 'Mira');
      assert.equal(user.email, 'mira.k@example.org');
      assert.deepEqual(user.custom_attributes, {
        tier: 'gold',
        points: 12,
        vip: true,
        interests: ['golf', 'chess'],
        address: { city: 'Bonn' },
      });
    });

    it('adds, sums and clears', async () => {
      const list = { as: 'list', strategy: 'add' } as const;
      await send(
        update('u-1', [change('points', 10), change('interests', 'golf', list), change('tier', 'gold')]),
      );
      await send(
        update('u-1', [
          change('points', 5, { strategy: 'sum' }),
          { field: 'interests', ...list, values: ['golf', 'chess'] },
          { field: 'tier', strategy: 'clear', as: 'one', values: [] },
        ]),
      );
      const { custom_attributes } = braze.user('u-1') as { custom_attributes: Record<string, unknown> };
      assert.equal(custom_attributes.points, 15);
      assert.deepEqual([...(custom_attributes.interests as string[])].sort(), ['chess', 'golf']);
      assert.equal(custom_attributes.tier, undefined);
    });

    it('creates nobody unless it is allowed, with any identifier', async () => {
      const tier = [change('tier', 'gold')];
      const alias = [
        { field: 'user_alias_name', value: 'a-1' },
        { field: 'user_alias_label', value: 'crm' },
      ];
      const matches = [
        [[{ field: 'external_id', value: 'u-1' }]],
        [[{ field: 'email', value: 'mira.k@example.org' }]],
        [[{ field: 'phone', value: '+4930123456' }]],
        [alias],
      ];
      await send(...matches.map((match) => update('', tier, { match, allowCreate: false })));
      assert.equal([...braze.users()].length, 0);
      await send(...matches.map((match) => update('', tier, { match })));
      assert.equal([...braze.users()].length, matches.length);
      await send(
        ...matches.map((match) => update('', [change('tier', 'silver')], { match, allowCreate: false })),
      );
      const tiers = [...braze.users()].map(
        (user) => (user as { custom_attributes?: { tier?: unknown } }).custom_attributes?.tier,
      );
      assert.deepEqual(
        tiers,
        matches.map(() => 'silver'),
      );
    });

    it('books events and purchases on the user', async () => {
      const time = '2026-01-31T10:00:00Z';
      const events = [{ name: 'quiz', time, properties: { score: 7 } }];
      const purchases = [{ product_id: 'tee', currency: 'EUR', price: 19.9, quantity: 2, time }];
      await send(update('u-1', [change('tier', 'gold')], { events, purchases }));
      const booked = braze.events();
      assert.deepEqual([booked.events.length, booked.purchases.length], [1, 1]);
    });

    it('learns which objects were refused', async () => {
      const bad = { external_id: 'u-2', email_subscribe: 'maybe' };
      const attributes = [
        { external_id: 'u-1', tier: 'gold' },
        bad,
        { tier: 'gold' },
        { external_id: 'u-4', tier: 'x' },
      ];
      const outcome = await client.track(JSON.stringify({ attributes }), signal, {
        attributes: 4,
        events: 0,
        purchases: 0,
      });
      assert.equal(outcome.kind, 'queued');
      assert.deepEqual(
        outcome.errors.map(({ array, index, code }) => [array, index, code]),
        [
          ['attributes', 1, 'BAD_EMAIL_SUBSCRIPTION_STATE'],
          ['attributes', 2, 'IDENTIFIER_MISSING'],
        ],
      );
      assert.equal(outcome.unreadableErrors, 0);
      const all = await client.track(JSON.stringify({ attributes: [bad] }), signal);
      assert.equal(all.kind, 'refused');
      assert.equal(all.errors[0]?.code, 'BAD_EMAIL_SUBSCRIPTION_STATE');
    });

    it('tells refusals of the whole request apart', async () => {
      const many = Array.from({ length: 76 }, (_, at) => ({ external_id: `u-${at}`, tier: 'gold' }));
      const reasonOf = async (body: string) => {
        const outcome = await client.track(body, signal);
        return outcome.kind === 'refused' ? outcome.reason : outcome.kind;
      };
      assert.equal(await reasonOf(JSON.stringify({ attributes: many })), 'too-many-objects');
      assert.equal(await reasonOf('{"attributes":['), 'malformed');
      assert.equal(
        await reasonOf(JSON.stringify({ attributes: [{ external_id: 'u', x: 'y'.repeat(4_300_000) }] })),
        'too-large',
      );
      assert.equal([...braze.users()].length, 0);
    });

    it('never loses the e-mail rule to Braze: what we let pass, it takes', async () => {
      const emails = ['mira.k@example.org', 'ab@gmail.com', 'mira+x@outlook.com', "o'hara@example.org"];
      const outcome = await send(...emails.map((email, at) => update(`u-${at}`, [change('email', email)])));
      assert.deepEqual(outcome.kind === 'queued' && outcome.errors, []);
    });

    it('lets nothing pass that Braze drops without a word', async () => {
      const scalar = fc.oneof(
        fc.string({ maxLength: 300, size: 'max' }),
        fc.integer(),
        fc.boolean(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
      );
      const name = fc.oneof(
        fc.stringMatching(/^[a-z_]{1,8}$/),
        fc.constantFrom('a b', 'a.b', '$set', 'inc', '__proto__'),
      );
      const object = fc.dictionary(
        name,
        fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fc.constant(null)),
        {
          maxKeys: 4,
          noNullPrototype: true,
        },
      );
      const given = fc.oneof(
        scalar.map((value) => change('', value)),
        fc.uniqueArray(scalar, { minLength: 1, maxLength: 600, size: 'max' }).map((values) => listOf(values)),
        object.map((value) => change('', value, { as: 'object' })),
        fc.array(object, { minLength: 1, maxLength: 3 }).map((values) => listOf(values)),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(given, { minLength: 1, maxLength: 40 }), async (changes) => {
          braze.reset();
          braze.configure({ apply: { delayMs: 0 } });
          // A name of its own for each: the first value seen decides an attribute's type.
          const updates = changes.map((one, at) => update(`u-${at}`, [{ ...one, field: `attribute_${at}` }]));
          const passing = updates.filter((one) => 'attributes' in trackObjects(one));
          await send(...passing);
          for (const { match, changes: made } of passing) {
            const { field, as, values } = made[0]!;
            const user = braze.user(match[0]![0]!.value) as
              | { custom_attributes?: Record<string, unknown> }
              | undefined;
            const stored = user?.custom_attributes?.[field];
            assert.ok(isDeepStrictEqual(stored, as === 'list' ? values : values[0]), `${field} differs`);
          }
        }),
        { numRuns: 15, endOnFailure: true },
      );
    });

    it('prices what it sends as Braze does', async () => {
      const updates = [
        update('u-1', [
          change('first_name', 'Mira'),
          change('email_subscribe', 'opted_in'),
          change('country', 'DE'),
          change('tier', 'gold'),
          change('points', 5, { strategy: 'sum' }),
          { field: 'interests', strategy: 'set', as: 'list', values: ['golf', 'chess'] },
          { field: 'badges', strategy: 'add', as: 'list', values: ['a', 'b', 'c'] },
          { field: 'pets', strategy: 'set', as: 'list', values: [{ name: 'Rex', age: 3 }, { name: 'Tom' }] },
          change('address', { city: 'Bonn', geo: { lat: 1, lon: 2 } }, { as: 'object' }),
          { field: 'old', strategy: 'clear', as: 'one', values: [] },
        ]),
        update('u-2', [change('tier', 'gold')], {
          events: [{ name: 'quiz', time: '2026-01-31T10:00:00Z' }],
          purchases: [
            { product_id: 'tee', currency: 'EUR', price: 1, quantity: 3, time: '2026-01-31T10:00:00Z' },
          ],
        }),
      ];
      await send(...updates);
      const ours = updates.reduce(
        (sum, one) => sum + dataPoints(JSON.parse(JSON.stringify(trackObjects(one)))),
        0,
      );
      assert.equal(braze.dataPoints().total, ours);
    });

    it('reads throttling in both styles of headers', async () => {
      for (const headerStyle of ['epoch', 'mau'] as const) {
        faults.clear();
        faults.add({ system: 'braze', fault: { kind: 'wall', limit: 0, windowMs: 60_000, headerStyle } });
        const outcome = await client.track('{"attributes":[]}', signal);
        assert.equal(outcome.kind, 'throttled');
        assert.ok(outcome.waitMs !== undefined && outcome.waitMs <= 61_000, String(outcome.waitMs));
      }
    });

    it('reads the limit that is left', async () => {
      const { rate } = await send(update('u-1', [change('tier', 'gold')]));
      assert.ok(rate.limit !== undefined && rate.remaining !== undefined && rate.remaining < rate.limit);
    });

    it('knows an unknown outcome for what it is', async () => {
      const body = JSON.stringify({ attributes: [{ external_id: 'u-1', tier: 'gold' }] });
      const kinds: string[] = [];
      for (const fault of [
        { kind: 'html', status: 200 },
        { kind: 'html', status: 502 },
        { kind: 'status', status: 503, after: true },
      ] as const) {
        faults.clear();
        faults.add({ system: 'braze', fault });
        kinds.push((await client.track(body, signal)).kind);
      }
      assert.deepEqual(kinds, ['unreadable', 'unavailable', 'unavailable']);
      faults.clear();
      faults.add({ system: 'braze', fault: { kind: 'reset', after: true } });
      assert.equal((await failure(client.track(body, signal))).maybeApplied, true);
    });
  });

  describe('segment export', () => {
    it('starts an export', async () => {
      braze.seedPeople({ seed: 1, from: 0, to: 5 });
      const [segment] = await all(client.segments(signal));
      assert.ok(segment);
      const fields = exportFields.map(({ field }) => field);
      const started = await client.startSegmentExport(
        { segmentId: segment.id, fields, format: 'gzip' },
        signal,
      );
      assert.match(started.objectPrefix, /^[\w-]+$/);
      // No bucket is connected to this sandbox, so the answer names a place to download from.
      assert.ok(started.url);
      assert.equal(braze.exports().length, 1);
    });

    it('knows a running export, and cancels it', async () => {
      braze.seedPeople({ seed: 1, from: 0, to: 20 });
      braze.configure({ exports: { rowsPerFile: 1, fileDelayMs: 1000 } });
      const [segment] = await all(client.segments(signal));
      assert.ok(segment);
      const request = { segmentId: segment.id, fields: ['external_id'], format: 'gzip' } as const;
      await client.startSegmentExport(request, signal);
      assert.equal((await failure(client.startSegmentExport(request, signal))).code, 'BRAZE_EXPORT_RUNNING');
      await client.cancelSegmentExport(segment.id, signal);
      assert.ok((await client.startSegmentExport(request, signal)).objectPrefix);
      await client.cancelSegmentExport(segment.id, signal);
    });

    it('knows an unknown segment', async () => {
      const request = { segmentId: 'nowhere', fields: ['external_id'], format: 'zip' } as const;
      assert.equal((await failure(client.startSegmentExport(request, signal))).code, 'BRAZE_SEGMENT_UNKNOWN');
      assert.equal((await failure(client.segmentDetails('nowhere', signal))).code, 'BRAZE_SEGMENT_UNKNOWN');
    });
  });

  describe('lists and details', () => {
    it('reads all segments over several pages', async () => {
      const before = (await all(client.segments(signal))).length;
      for (let at = 0; at < 150; at++) {
        braze.defineSegment({ id: `seg-${at}`, name: `Segment ${at}`, includes: 'all', tags: ['t'] });
      }
      const segments = await all(client.segments(signal));
      assert.equal(segments.length, before + 150);
      assert.equal(new Set(segments.map(({ id }) => id)).size, segments.length);
      assert.deepEqual(segments.find(({ id }) => id === 'seg-149')?.tags, ['t']);
    });

    it('reads details and sizes of a segment', async () => {
      braze.seedPeople({ seed: 1, from: 0, to: 12 });
      braze.defineSegment({
        id: 'ten',
        name: 'First ten',
        includes: { from: 0, to: 10 },
        description: 'Ten',
      });
      const details = await client.segmentDetails('ten', signal);
      assert.deepEqual([details.name, details.description], ['First ten', 'Ten']);
      const sizes = await client.segmentSizes({ segmentId: 'ten', days: 3 }, signal);
      assert.equal(sizes.at(-1)?.size, 10);
    });

    it('reads campaigns and their details', async () => {
      const campaigns = await all(client.campaigns(signal));
      for (const { id, name } of campaigns)
        assert.equal((await client.campaignDetails(id, signal)).name, name);
      assert.ok(campaigns.length > 0);
    });

    it('reads all custom attributes over several pages', async () => {
      const names = Array.from({ length: 120 }, (_, at) => `attribute_${String(at).padStart(3, '0')}`);
      braze.addUsers([
        { external_id: 'u-1', custom_attributes: Object.fromEntries(names.map((name) => [name, 'x'])) },
      ]);
      const found = await all(client.customAttributes(signal));
      assert.deepEqual(
        found.map(({ name }) => name).filter((name) => name.startsWith('attribute_')),
        names,
      );
      assert.equal(found.find(({ name }) => name === 'attribute_000')?.dataType, 'String');
    });

    it('reads users back', async () => {
      await send(update('u-1', [change('tier', 'gold'), change('first_name', 'Mira')]));
      const fields = ['external_id', 'first_name', 'custom_attributes'];
      const { users, unknownIds } = await client.exportUsers({ externalIds: ['u-1', 'u-9'], fields }, signal);
      assert.deepEqual(users, [
        { external_id: 'u-1', first_name: 'Mira', custom_attributes: { tier: 'gold' } },
      ]);
      assert.deepEqual(unknownIds, ['u-9']);
    });
  });

  describe('wrong settings', () => {
    it('knows a wrong key', async () => {
      const stranger = clientWith('not-a-key');
      const outcome = await stranger.track('{"attributes":[]}', signal);
      assert.equal(outcome.kind, 'configuration');
      assert.equal(outcome.error.code, 'BRAZE_KEY_REJECTED');
      assert.equal((await failure(all(stranger.segments(signal)))).code, 'BRAZE_KEY_REJECTED');
    });

    it('knows a missing permission for every call', async () => {
      const request = { segmentId: 's', fields: ['external_id'], format: 'gzip' } as const;
      const calls: [permission: string, call: (narrow: BrazeClient) => Promise<unknown>][] = [
        ['users.export.segment', (narrow) => narrow.startSegmentExport(request, signal)],
        ['segments.list', (narrow) => narrow.cancelSegmentExport('s', signal)],
        ['segments.list', (narrow) => all(narrow.segments(signal))],
        ['segments.details', (narrow) => narrow.segmentDetails('s', signal)],
        ['segments.data_series', (narrow) => narrow.segmentSizes({ segmentId: 's', days: 1 }, signal)],
        ['campaigns.list', (narrow) => all(narrow.campaigns(signal))],
        ['campaigns.details', (narrow) => narrow.campaignDetails('c', signal)],
        ['custom_attributes.get', (narrow) => all(narrow.customAttributes(signal))],
        [
          'users.export.ids',
          (narrow) => narrow.exportUsers({ externalIds: ['u'], fields: ['email'] }, signal),
        ],
      ];
      for (const [permission, call] of calls) {
        const error = await failure(call(clientWithout(permission)));
        assert.equal(error.code, 'BRAZE_PERMISSION_MISSING', permission);
        assert.ok(error.message.includes(permission));
      }
      const outcome = await clientWithout('users.track').track('{"attributes":[]}', signal);
      assert.equal(outcome.kind === 'configuration' && outcome.error.code, 'BRAZE_PERMISSION_MISSING');
    });

    it('knows a host that is not Braze', async () => {
      faults.add({ system: 'braze', fault: { kind: 'html', status: 200 } });
      assert.equal((await failure(all(client.segments(signal)))).code, 'BRAZE_URL_WRONG');
      faults.clear();
      const headers = { location: 'https://dashboard-01.braze.com/sign_in' };
      faults.add({ system: 'braze', fault: { kind: 'status', status: 302, headers } });
      assert.equal((await failure(all(client.campaigns(signal)))).code, 'BRAZE_URL_WRONG');
    });
  });
});
