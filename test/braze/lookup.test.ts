import assert from 'node:assert/strict';
import { createBrazeClient } from '../../src/braze/brazeClient';
import { type Lookup, lookUp, lookupKinds, lookupOf } from '../../src/braze/lookup';
import { SyncError } from '../../src/errors/syncError';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import { type BrazeSandbox, startBrazeSandbox } from '../../src/sandbox/braze/brazeSandbox';
import { FaultRules } from '../../src/sandbox/faults';

const { signal } = new AbortController();

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (thrown) {
    assert.ok(thrown instanceof SyncError);
    return thrown.code;
  }
  return assert.fail('nothing was thrown');
}

describe('lookup: what is asked for', () => {
  it('lists need no id, details do, and it is trimmed', () => {
    for (const what of ['segments', 'campaigns', 'attributes'])
      assert.deepEqual(lookupOf(what, 'x'), { what });
    for (const what of ['segment', 'campaign']) {
      assert.deepEqual(lookupOf(what, ' 17 '), { what, id: '17' });
      for (const id of ['', '  ', undefined, 17, {}])
        assert.equal(
          codeOf(() => lookupOf(what, id)),
          'BRAZE_LOOKUP_ID_MISSING',
        );
    }
  });

  it('anything else is refused, and the error names what there is', () => {
    for (const what of ['canvases', '', 'Segments', 7, {}, undefined]) {
      assert.equal(
        codeOf(() => lookupOf(what, 'x')),
        'BRAZE_LOOKUP_UNKNOWN',
      );
    }
    assert.throws(() => lookupOf('x', ''), new RegExp(lookupKinds.join(', ')));
  });
});

describe('lookup on the sandbox', () => {
  const faults = new FaultRules();
  let braze: BrazeSandbox;
  let http: HttpClient;
  before(async () => {
    braze = await startBrazeSandbox({ faults });
    http = createHttpClient();
  });
  beforeEach(() => faults.clear());
  after(async () => {
    await http.close();
    await braze.close();
  });

  const ask = (lookup: Lookup) =>
    lookUp(createBrazeClient({ endpoint: braze.url, apiKey: braze.apiKey, http }), lookup, signal);

  it('details of each listed segment and campaign say the same name and tags, under the same id', async () => {
    for (const [list, one] of [
      ['segments', 'segment'],
      ['campaigns', 'campaign'],
    ] as const) {
      const listed = (await ask({ what: list })) as { id: string; name: string; tags: string[] }[];
      assert.ok(listed.length > 0);
      for (const { id, name, tags } of listed) {
        const details = (await ask({ what: one, id })) as typeof listed extends (infer T)[] ? T : never;
        assert.deepEqual({ id: details.id, name: details.name, tags: details.tags }, { id, name, tags });
      }
    }
  });

  it('a list that breaks off fails as a whole', async () => {
    const body = {
      message: 'success',
      segments: Array.from({ length: 100 }, (_, at) => ({ id: `s-${at}`, name: `Segment ${at}` })),
    };
    const path = '/segments/list';
    faults.add({ system: 'braze', path, times: 1, fault: { kind: 'status', status: 200, body } });
    faults.add({ system: 'braze', path, fault: { kind: 'status', status: 500 } });
    await assert.rejects(ask({ what: 'segments' }), { code: 'BRAZE_UNAVAILABLE' });
  });
});
