import assert from 'node:assert/strict';
import { createBrazeClient } from '../../src/braze/brazeClient';
import { checkKey, type KeyFinding } from '../../src/braze/keyCheck';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import { type BrazeSandbox, startBrazeSandbox } from '../../src/sandbox/braze/brazeSandbox';
import { FaultRules } from '../../src/sandbox/faults';

const { signal } = new AbortController();
const permissions = [
  'users.track',
  'users.export.segment',
  'segments.list',
  'segments.details',
  'campaigns.list',
  'campaigns.details',
  'custom_attributes.get',
];

describe('braze: the check of a key', () => {
  const faults = new FaultRules();
  let braze: BrazeSandbox;
  let http: HttpClient;
  before(async () => {
    braze = await startBrazeSandbox({ faults });
    http = createHttpClient();
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

  function check(apiKey = braze.apiKey): Promise<KeyFinding[]> {
    return checkKey(createBrazeClient({ endpoint: braze.url, apiKey, http }), signal);
  }

  function checkWithout(permission: string): Promise<KeyFinding[]> {
    const others = permissions.filter((name) => name !== permission);
    braze.configure({ keys: [{ key: 'narrow-key', permissions: others }] });
    return check('narrow-key');
  }

  const outcomes = (findings: KeyFinding[]) =>
    Object.fromEntries(findings.map(({ permission, ok }) => [permission, ok]));
  const allAre = (ok: KeyFinding['ok']) => Object.fromEntries(permissions.map((name) => [name, ok]));

  it('finds every permission of a key that may do everything, and changes and starts nothing', async () => {
    braze.seedPeople({ from: 0, to: 5, seed: 1 });
    const before = structuredClone([...braze.users()]);
    assert.deepEqual(outcomes(await check()), allAre(true));
    await braze.settled();
    assert.deepEqual([...braze.users()], before);
    assert.deepEqual(braze.exports(), []);
    assert.equal(braze.dataPoints().total, 0);
  });

  for (const permission of permissions) {
    it(`finds that ${permission} is missing, and says what mends it`, async () => {
      const findings = await checkWithout(permission);
      const blind = permission.endsWith('.list') && permission.replace('.list', '.details');
      const expected = { ...allAre(true), [permission]: false, ...(blind && { [blind]: 'unknown' }) };
      assert.deepEqual(outcomes(findings), expected);
      const { message } = findings.find((finding) => finding.permission === permission)!;
      assert.match(message, new RegExp(`Make a new API key that has ${permission}`));
    });
  }

  it('cannot tell where Braze is out of order', async () => {
    faults.add({ system: 'braze', fault: { kind: 'status', status: 503 } });
    assert.deepEqual(outcomes(await check()), allAre('unknown'));
  });

  it('with a wrong key everything that can be tried has failed', async () => {
    const findings = await check('wrong-key');
    assert.deepEqual(outcomes(findings), {
      ...allAre(false),
      'segments.details': 'unknown',
      'campaigns.details': 'unknown',
    });
  });

  it('where Braze refuses an empty body first, a missing permission to send shows only at the first run', async () => {
    braze.configure({ emptyBodyFirst: true });
    assert.deepEqual(outcomes(await checkWithout('users.track')), allAre(true));
    const client = createBrazeClient({ endpoint: braze.url, apiKey: 'narrow-key', http });
    const { kind } = await client.track('{"attributes":[{"external_id":"u"}]}', signal);
    assert.equal(kind, 'configuration');
  });
});
