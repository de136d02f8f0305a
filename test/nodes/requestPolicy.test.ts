import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type NumberField, numberFields } from '../../nodes/braze-config/numberFields';
import { type RequestPolicyDef, requestPolicy } from '../../nodes/braze-config/requestPolicy';
import { wholeNumberFault } from '../../nodes/editor/checks';
import { rateGroup } from '../../src/braze/rateGroup';
import { SyncError } from '../../src/errors/syncError';

function def(changes: Partial<RequestPolicyDef> = {}): RequestPolicyDef {
  return { id: 'n', type: 'braze-config', name: '', z: '', ...changes } as RequestPolicyDef;
}

describe('request policy of the Braze configuration', () => {
  it('a new node finds its width by itself, within the documented burst', () => {
    assert.deepEqual(requestPolicy(def()), {
      objectsPerRequest: 75,
      perArray: false,
      limits: { most: 256, budgets: [{ requests: 3_000, windowMs: 3_000 }], reserve: 0 },
      retry: { deadlineMs: 300_000 },
    });
  });

  it('a width that was saved by an earlier release is the bound of the new one', () => {
    assert.equal(requestPolicy(def({ requestsInFlight: 8 })).limits.most, 8);
  });

  it('reads every field; an empty budget is none', () => {
    const policy = requestPolicy(
      def({
        objectsPerRequest: '50',
        requestsInFlight: '32',
        requestsPer3Seconds: '',
        requestsPerMinute: 600,
        requestsPerHour: ' 20000 ',
        reserve: 15,
        retryMinutes: '60',
        perArray: true,
      }),
    );
    assert.deepEqual(policy, {
      objectsPerRequest: 50,
      perArray: true,
      limits: {
        most: 32,
        budgets: [
          { requests: 600, windowMs: 60_000 },
          { requests: 20_000, windowMs: 3_600_000 },
        ],
        reserve: 0.15,
      },
      retry: { deadlineMs: 3_600_000 },
    });
  });

  it('the runtime takes a number exactly if the dialog does', () => {
    const fields = Object.keys(numberFields) as NumberField[];
    const values = fc.oneof(
      fc.integer({ min: -2, max: 5_000 }),
      fc.integer({ min: -2, max: 300 }).map(String),
      fc.double(),
      fc.constantFrom('', ' ', 'ten', '1e3'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...fields), values, (field, value) => {
        let taken = true;
        try {
          requestPolicy(def({ [field]: value }));
        } catch (thrown) {
          assert.ok(thrown instanceof SyncError && thrown.code === 'SETTING_INVALID');
          assert.ok(thrown.message.includes(`"${field}"`));
          taken = false;
        }
        assert.equal(taken, wholeNumberFault(value, numberFields[field]) === undefined);
      }),
    );
  });

  it('a rate group is a name, or an endpoint with its key, which it does not show', () => {
    const endpoint = 'https://rest.fra-01.braze.eu';
    const own = rateGroup({ endpoint, apiKey: 'the-key' });
    assert.equal(rateGroup({ name: ' ', endpoint, apiKey: ' the-key ' }), own);
    assert.notEqual(rateGroup({ endpoint, apiKey: 'another' }), own);
    assert.notEqual(rateGroup({ endpoint: 'https://rest.iad-01.braze.com', apiKey: 'the-key' }), own);
    assert.ok(!own.includes('the-key'));
    const shared = rateGroup({ name: 'company', endpoint, apiKey: 'the-key' });
    assert.equal(rateGroup({ name: 'company', endpoint: 'https://x.example', apiKey: 'other' }), shared);
  });
});
