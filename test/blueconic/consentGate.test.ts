import assert from 'node:assert/strict';
import { createBlueConicClient } from '../../src/blueconic/blueconicClient';
import { ProfilesTarget, type ProfilesTargetSettings } from '../../src/blueconic/profilesTarget';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import type { FieldChange } from '../../src/mapping/profileUpdate';
import { type BlueConicSandbox, startBlueConicSandbox } from '../../src/sandbox/blueconic/blueconicSandbox';
import { sendThrough } from '../run/pieces';

const city: FieldChange = { field: 'city', strategy: 'set', as: 'one', values: ['Gent'] };
const consent: FieldChange = {
  field: 'consented_objectives',
  strategy: 'add',
  as: 'list',
  values: ['newsletter'],
};

describe('consent, domain group, zone and permission level', () => {
  let tenant: BlueConicSandbox;
  let http: HttpClient;

  before(async () => {
    tenant = await startBlueConicSandbox();
    http = createHttpClient({ timeoutMs: 10_000 });
  });
  beforeEach(() => {
    tenant.reset();
    tenant.addProfiles([
      {
        properties: { customer_id: ['u-1'], consented_objectives: ['newsletter'] },
        privacyLegislation: 'GDPR',
      },
      { properties: { customer_id: ['u-2'] }, privacyLegislation: 'GDPR', permissionLevel: 'ANONYMOUS' },
      { properties: { customer_id: ['u-3'] } },
    ]);
  });
  after(async () => {
    await http.close();
    await tenant.close();
  });

  /** Sends rows for `u-1` and on: the first three exist. */
  function send(
    rows: number,
    settings: Partial<ProfilesTargetSettings>,
    changes = [city],
    allowCreate = true,
  ) {
    const client = createBlueConicClient({ ...tenant, http });
    const target = new ProfilesTarget(client, { entriesPerRequest: 10, requestsInFlight: 1, ...settings });
    return sendThrough(target, rows, {
      change: (update) => {
        const { value } = update.match[0]![0]!;
        return { ...update, allowCreate, match: [[{ field: 'customer_id', value }]], changes };
      },
    }).ended;
  }

  const profile = (number: number) => tenant.profile('customer_id', `u-${number}`);
  const cities = (...numbers: number[]) => numbers.map((number) => profile(number)?.properties.city?.[0]);

  it('touches everybody where no objective is named', async () => {
    const { ledger } = await send(3, {});
    assert.deepEqual([ledger.updated, cities(1, 2, 3)], [3, ['Gent', 'Gent', 'Gent']]);
  });

  it('leaves alone whom the objective does not allow, and says why', async () => {
    const { ledger } = await send(3, { objectiveIds: ['newsletter'] });
    assert.deepEqual([ledger.updated, ledger.reasons.filtered], [2, { consent: 1 }]);
    assert.deepEqual(cities(1, 2, 3), ['Gent', undefined, 'Gent']);
  });

  it('creates in an opt-in zone only with the consent that the update brings', async () => {
    const settings = { objectiveIds: ['newsletter'], entry: { privacyLegislation: 'GDPR' } };
    const without = await send(4, settings);
    assert.deepEqual([without.ledger.created, without.ledger.reasons.filtered], [0, { consent: 2 }]);
    assert.equal(profile(4), undefined);
    const withConsent = await send(4, settings, [city, consent]);
    assert.equal(withConsent.ledger.created, 1);
    assert.deepEqual(profile(4)?.properties.consented_objectives, ['newsletter']);
    assert.deepEqual(profile(4)?.properties.privacy_legislation, ['GDPR']);
  });

  it('gives zone and permission level to new profiles only', async () => {
    const entry = { privacyLegislation: 'CCPA', permissionLevel: 'DO_NOT_TRACK' } as const;
    const { ledger } = await send(4, { entry });
    assert.deepEqual([ledger.created, ledger.updated], [1, 3]);
    const zones = [1, 2, 3, 4].map((number) => profile(number)?.properties.privacy_legislation?.[0]);
    assert.deepEqual(zones, ['GDPR', 'GDPR', undefined, 'CCPA']);
    assert.deepEqual(
      [1, 2, 3, 4].map((number) => profile(number)?.permissionLevel),
      ['PERSONAL', 'ANONYMOUS', 'PERSONAL', 'DO_NOT_TRACK'],
    );
  });

  it('looks for profiles, and creates them, in its domain group alone', async () => {
    const entry = { domainGroup: 'shop' };
    const first = await send(3, { entry }, [city], false);
    assert.deepEqual(
      [first.ledger.reasons.filtered, cities(1, 2, 3)],
      [{ 'not-found': 3 }, [undefined, undefined, undefined]],
    );
    const second = await send(4, { entry });
    assert.deepEqual([second.ledger.created, [...tenant.profiles()].length], [4, 7]);
    const third = await send(4, { entry }, [{ ...city, values: ['Lier'] }]);
    assert.deepEqual([third.ledger.updated, [...tenant.profiles()].length], [4, 7]);
    const inShop = [...tenant.profiles()].filter(({ properties }) => properties.domaingroup?.[0] === 'shop');
    assert.deepEqual(
      inShop.map(({ properties }) => properties.city?.[0]),
      ['Lier', 'Lier', 'Lier', 'Lier'],
    );
  });
});
