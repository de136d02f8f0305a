import assert from 'node:assert/strict';
import { createBrazeClient } from '../../src/braze/brazeClient';
import { TrackTarget } from '../../src/braze/trackTarget';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import type { MatchTerm, ProfileUpdate } from '../../src/mapping/profileUpdate';
import type { LedgerSnapshot } from '../../src/run/ledger';
import { type BrazeSandbox, startBrazeSandbox } from '../../src/sandbox/braze/brazeSandbox';
import type { BrazeUserRecord } from '../../src/sandbox/braze/userRecord';
import { FaultRules } from '../../src/sandbox/faults';
import { sendThrough } from '../run/pieces';

const time = '2026-01-31T10:00:00Z';
const knownId = '5f0000000000000000000001';

/** Each way to name a user: one that the sandbox knows, and one that it does not. */
const ways: Record<string, { known: MatchTerm[]; unknown: MatchTerm[]; creates: boolean }> = {
  external_id: {
    known: [{ field: 'external_id', value: 'mira' }],
    unknown: [{ field: 'external_id', value: 'nobody' }],
    creates: true,
  },
  user_alias: {
    known: [
      { field: 'user_alias_label', value: 'shop' },
      { field: 'user_alias_name', value: 'mira-1' },
    ],
    unknown: [
      { field: 'user_alias_name', value: 'nobody-1' },
      { field: 'user_alias_label', value: 'shop' },
    ],
    creates: true,
  },
  braze_id: {
    known: [{ field: 'braze_id', value: knownId }],
    unknown: [{ field: 'braze_id', value: '5f0000000000000000000009' }],
    creates: false,
  },
  email: {
    known: [{ field: 'email', value: 'mira.k@example.org' }],
    unknown: [{ field: 'email', value: 'nobody@example.org' }],
    creates: true,
  },
  phone: {
    known: [{ field: 'phone', value: '+4930123456' }],
    unknown: [{ field: 'phone', value: '+4930999999' }],
    creates: true,
  },
};

describe('users.track target, by identifier', () => {
  let braze: BrazeSandbox;
  let http: HttpClient;

  before(async () => {
    braze = await startBrazeSandbox({ faults: new FaultRules() });
    http = createHttpClient({ timeoutMs: 10_000 });
  });
  beforeEach(() => {
    braze.reset();
    braze.configure({ apply: { delayMs: 0 } });
    braze.addUsers([
      {
        external_id: 'mira',
        braze_id: knownId,
        user_aliases: [{ alias_name: 'mira-1', alias_label: 'shop' }],
        email: 'mira.k@example.org',
        phone: '+4930123456',
      },
    ]);
  });
  after(async () => {
    await http.close();
    await braze.close();
  });

  async function send(...updates: Partial<ProfileUpdate>[]): Promise<LedgerSnapshot> {
    const client = createBrazeClient({ endpoint: braze.url, apiKey: braze.apiKey, http });
    const target = new TrackTarget(client, { objectsPerRequest: 75, requestsInFlight: 1 });
    const change = (update: ProfileUpdate): ProfileUpdate => ({
      ...update,
      ...updates[Number(update.match[0]![0]!.value.slice(2)) - 1],
    });
    const { ledger } = await sendThrough(target, updates.length, { change, batchRows: updates.length }).ended;
    return ledger;
  }

  const users = () => [...braze.users()] as BrazeUserRecord[];
  const tiers = () => users().map((user) => user.custom_attributes?.tier);
  const gold: ProfileUpdate['changes'] = [{ field: 'tier', strategy: 'set', as: 'one', values: ['gold'] }];

  for (const [way, { known, unknown, creates }] of Object.entries(ways)) {
    describe(way, () => {
      for (const allowCreate of [false, true]) {
        it(`changes the user it finds, with creation ${allowCreate ? 'on' : 'off'}`, async () => {
          const ledger = await send({ match: [known], allowCreate, changes: gold });
          assert.equal(ledger.accepted, 1);
          assert.deepEqual(tiers(), ['gold']);
        });
      }

      it('creates nobody with creation off, and counts the user as unconfirmed', async () => {
        const ledger = await send({ match: [unknown], allowCreate: false, changes: gold });
        assert.deepEqual([ledger.accepted, ledger.unconfirmed], [1, 1]);
        assert.deepEqual(tiers(), [undefined]);
      });

      it(creates ? 'creates the user with creation on' : 'creates nobody even so, and says so', async () => {
        const ledger = await send({ match: [unknown], allowCreate: true, changes: gold });
        assert.deepEqual([ledger.accepted, ledger.unconfirmed], [1, creates ? 0 : 1]);
        assert.deepEqual(tiers(), creates ? [undefined, 'gold'] : [undefined]);
        if (!creates) return;
        const { external_id, user_aliases, email, phone } = users()[1] ?? {};
        const { alias_name, alias_label } = user_aliases?.[0] ?? {};
        const named: Record<string, unknown> = {
          external_id,
          email,
          phone,
          user_alias_name: alias_name,
          user_alias_label: alias_label,
        };
        for (const { field, value } of unknown) assert.equal(named[field], value);
      });

      it('books events and purchases on the user, in the same request', async () => {
        const ledger = await send({
          match: [known],
          allowCreate: false,
          changes: gold,
          events: [{ name: 'quiz', time }],
          purchases: [{ product_id: 'tee', currency: 'EUR', price: 19.9, time }],
        });
        assert.deepEqual([ledger.accepted, ledger.work.requests, ledger.work.objects], [1, 1, 3]);
        const { events, purchases } = braze.events();
        const owners = [...events, ...purchases].map(({ external_id }) => external_id);
        assert.deepEqual([owners, tiers()], [['mira', 'mira'], ['gold']]);
      });
    });
  }

  it('each update of one request reaches its own user', async () => {
    const updates = Object.values(ways).flatMap(({ known, unknown }, at) =>
      [known, unknown].map((match) => ({
        match: [match],
        allowCreate: true,
        changes: [{ field: `by_${at}`, strategy: 'set' as const, as: 'one' as const, values: [at] }],
      })),
    );
    const ledger = await send(...updates);
    assert.deepEqual([ledger.accepted, ledger.work.requests], [10, 1]);
    const held = users().map((user) => user.custom_attributes ?? {});
    assert.equal(held.length, 5);
    const [mira, ...created] = held;
    assert.deepEqual(mira, { by_0: 0, by_1: 1, by_2: 2, by_3: 3, by_4: 4 });
    assert.deepEqual(
      created.map((attributes) => Object.keys(attributes)),
      [['by_0'], ['by_1'], ['by_3'], ['by_4']],
    );
  });

  it('events and purchases share the 75 objects of a request with attributes', async () => {
    const updates = Array.from({ length: 40 }, (_, at) => ({
      match: [[{ field: 'external_id', value: `buyer-${at}` }]],
      allowCreate: true,
      changes: gold,
      events: [{ name: 'quiz', time }],
      purchases: [{ product_id: 'tee', currency: 'EUR', price: 19.9, time }],
    }));
    const ledger = await send(...updates);
    assert.deepEqual([ledger.accepted, ledger.work.requests, ledger.work.objects], [40, 2, 120]);
    assert.deepEqual(braze.calls()['POST /users/track'], { 201: 2 });
    const { events, purchases } = braze.events();
    assert.deepEqual([events.length, purchases.length, users().length], [40, 40, 41]);
  });
});
