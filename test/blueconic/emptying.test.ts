import assert from 'node:assert/strict';
import { createBlueConicClient } from '../../src/blueconic/blueconicClient';
import { ProfilesTarget } from '../../src/blueconic/profilesTarget';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import type { FieldChange } from '../../src/mapping/profileUpdate';
import { type BlueConicSandbox, startBlueConicSandbox } from '../../src/sandbox/blueconic/blueconicSandbox';
import { FaultRules } from '../../src/sandbox/faults';
import { sendThrough } from '../run/pieces';

const { signal } = new AbortController();
const clearTier: FieldChange = { field: 'tier', strategy: 'clear', as: 'one', values: [] };
const clearTags: FieldChange = { field: 'tags', strategy: 'clear', as: 'list', values: [] };
const setPoints: FieldChange = { field: 'points', strategy: 'set', as: 'one', values: [5] };
const badPoints: FieldChange = { ...setPoints, values: ['many'] };

describe('emptying properties in BlueConic', () => {
  const faults = new FaultRules();
  let tenant: BlueConicSandbox;
  let http: HttpClient;

  before(async () => {
    tenant = await startBlueConicSandbox({ faults });
    http = createHttpClient({ timeoutMs: 10_000 });
  });
  beforeEach(async () => {
    faults.clear();
    tenant.reset();
    const client = createBlueConicClient({ ...tenant, http });
    await client.createProperty({ id: 'crm_key', name: 'Key', filterType: 'SELECT', indexed: true }, signal);
    for (const [id, filterType] of [
      ['tier', 'SELECT'],
      ['tags', 'SELECT'],
      ['points', 'RANGE'],
    ] as const) {
      await client.createProperty({ id, name: id, filterType }, signal);
    }
  });
  after(async () => {
    await http.close();
    await tenant.close();
  });

  /** `u-1` to `u-30`: every third without a tier, and all with two tags. */
  function addPeople(): void {
    tenant.addProfiles(
      Array.from({ length: 30 }, (_, at) => ({
        properties: {
          crm_key: [`u-${at + 1}`],
          tags: ['a', 'b'],
          ...((at + 1) % 3 !== 0 && { tier: ['gold'] }),
        },
      })),
    );
  }

  function send(
    rows: number,
    changes: FieldChange[],
    application: { clientId: string; clientSecret: string },
  ) {
    const client = createBlueConicClient({ ...application, url: tenant.url, http });
    const target = new ProfilesTarget(client, {
      ...{ entriesPerRequest: 10, requestsInFlight: 2, retry: { baseWaitMs: 2, maxWaitMs: 8 } },
      profiles: client,
    });
    return sendThrough(target, rows, {
      change: (update) => {
        const { value } = update.match[0]![0]!;
        return { ...update, match: [[{ field: 'crm_key', value }]], changes };
      },
    }).ended;
  }

  const held = (property: string) =>
    Array.from(
      { length: 30 },
      (_, at) => tenant.profile('crm_key', `u-${at + 1}`)?.properties[property] ?? [],
    );
  const nothing = Array.from({ length: 30 }, () => []);
  const reads = () =>
    Object.entries(tenant.calls)
      .filter(([call]) => call.startsWith('GET /profiles/'))
      .flatMap(([, answers]) => Object.values(answers))
      .reduce((all, times) => all + times, 0);

  for (const clearBySet of ['clears', 'ignored', 'rejected'] as const) {
    describe(`where an empty SET is: ${clearBySet}`, () => {
      beforeEach(() => {
        tenant.configure({ clearBySet });
        addPeople();
      });

      it('empties, and knows who was empty before', async () => {
        const { ledger, result } = await send(30, [clearTier], tenant);
        assert.deepEqual(held('tier'), nothing);
        assert.deepEqual([ledger.updated, ledger.unchanged, result], [20, 10, 'succeeded']);
        assert.deepEqual(ledger.refusedAttributes, {});
        assert.deepEqual(held('tags')[0], ['a', 'b']);
      });

      it('empties several properties beside others that are set', async () => {
        const { ledger } = await send(30, [clearTier, setPoints, clearTags], tenant);
        assert.deepEqual([held('tier'), held('tags')], [nothing, nothing]);
        assert.deepEqual(held('points')[29], ['5']);
        assert.deepEqual([ledger.updated, ledger.refusedAttributes], [30, {}]);
      });

      it('creates with a property to empty as without', async () => {
        const { ledger } = await send(35, [clearTier, setPoints], tenant);
        assert.deepEqual([ledger.created, ledger.updated, ledger.refusedAttributes], [5, 30, {}]);
      });

      it('still tells the values that BlueConic refused beside it', async () => {
        const { ledger } = await send(30, [clearTags, badPoints], tenant);
        assert.deepEqual(held('tags'), nothing);
        assert.deepEqual([ledger.updated, ledger.refusedAttributes], [30, { 'invalid-value': 30 }]);
      });
    });
  }

  it('reads no more profiles once it is known that an empty SET empties', async () => {
    addPeople();
    await send(30, [clearTags], tenant);
    assert.ok(reads() <= 20, `${reads()} reads`);
  });

  it('trusts an empty SET where the application may not read profiles', async () => {
    addPeople();
    const application = { clientId: 'narrow', clientSecret: 'secret', scopes: ['write:profiles'] };
    tenant.configure({ applications: [application] });
    const { ledger, result } = await send(30, [clearTier], application);
    assert.deepEqual([ledger.updated, ledger.unchanged, result], [20, 10, 'succeeded']);
    assert.deepEqual(held('tier'), nothing);
  });

  it('tells what is not empty where neither way is open', async () => {
    addPeople();
    const application = { clientId: 'narrow', clientSecret: 'secret', scopes: ['write:profiles'] };
    tenant.configure({ clearBySet: 'rejected', applications: [application] });
    const { ledger } = await send(30, [clearTier, setPoints], application);
    assert.deepEqual([ledger.updated, ledger.refusedAttributes], [30, { 'not-emptied': 30 }]);
    assert.deepEqual(held('tier')[0], ['gold']);
  });

  it('removes after a 429 and a 503 too', async () => {
    addPeople();
    tenant.configure({ clearBySet: 'rejected' });
    for (const status of [429, 503]) {
      const fault = { kind: 'status', status } as const;
      faults.add({
        system: 'blueconic',
        method: 'PUT',
        path: '/profiles',
        contains: 'REMOVE',
        times: 1,
        fault,
      });
    }
    const { ledger } = await send(30, [clearTags], tenant);
    assert.deepEqual(held('tags'), nothing);
    assert.equal(ledger.updated, 30);
  });
});
