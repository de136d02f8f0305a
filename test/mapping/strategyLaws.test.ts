import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createBlueConicClient } from '../../src/blueconic/blueconicClient';
import { bulkEntry } from '../../src/blueconic/bulkEntries';
import { createBrazeClient } from '../../src/braze/brazeClient';
import { trackObjects } from '../../src/braze/trackObjects';
import { createHttpClient } from '../../src/http/createHttpClient';
import { compileMapping } from '../../src/mapping/compileMapping';
import type { Direction, Mapping } from '../../src/mapping/mapping';
import type { ProfileUpdate } from '../../src/mapping/profileUpdate';
import { type BlueConicSandbox, startBlueConicSandbox } from '../../src/sandbox/blueconic/blueconicSandbox';
import { type BrazeSandbox, startBrazeSandbox } from '../../src/sandbox/braze/brazeSandbox';
import { FaultRules } from '../../src/sandbox/faults';
import { identifier, mappingOf, row } from './mappingDocuments';

const { signal } = new AbortController();

/** A target that takes updates one after the other and tells what it then holds of one profile. */
interface Side {
  direction: Direction;
  take(update: ProfileUpdate): Promise<void>;
  held(id: string, field: string): readonly unknown[];
}

const list = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'é'), { maxLength: 6 });
/** The lists that one customer has in one read after the other. */
const reads = fc.array(list, { minLength: 1, maxLength: 3 });

describe('laws of the merge strategies, by what the target then holds', () => {
  const http = createHttpClient();
  let braze: BrazeSandbox;
  let tenant: BlueConicSandbox;
  let customers = 0;

  before(async () => {
    const faults = new FaultRules();
    [braze, tenant] = await Promise.all([startBrazeSandbox({ faults }), startBlueConicSandbox({ faults })]);
    braze.configure({ apply: { delayMs: 0 } });
    const { url, clientId, clientSecret } = tenant;
    const client = createBlueConicClient({ url, clientId, clientSecret, http });
    for (const id of ['crm_key', 'tags']) {
      await client.createProperty({ id, name: id, filterType: 'SELECT', indexed: id === 'crm_key' }, signal);
    }
  });
  after(() => Promise.all([http.close(), braze.close(), tenant.close()]));

  const towardsBraze = (): Side => {
    const client = createBrazeClient({ endpoint: braze.url, apiKey: braze.apiKey, http });
    return {
      direction: 'export',
      async take(update) {
        const made = trackObjects(update);
        assert.ok('attributes' in made && made.attributes && made.refused.length === 0);
        const body = { attributes: [made.attributes], events: [], purchases: [] };
        const sent = { attributes: 1, events: 0, purchases: 0 };
        assert.equal((await client.track(JSON.stringify(body), signal, sent)).kind, 'queued');
        await braze.settled();
      },
      held: (id, field) => {
        const user = braze.user(id) as { custom_attributes?: { [field: string]: unknown[] } } | undefined;
        return user?.custom_attributes?.[field] ?? [];
      },
    };
  };
  const towardsBlueConic = (): Side => {
    const { url, clientId, clientSecret } = tenant;
    const client = createBlueConicClient({ url, clientId, clientSecret, http });
    return {
      direction: 'import',
      async take(update) {
        const made = bulkEntry(update, '0');
        assert.ok('entry' in made && made.entry && made.refused.length === 0);
        const outcome = await client.putProfiles(
          JSON.stringify([made.entry]),
          { identifiers: ['0'] },
          signal,
        );
        assert.equal(outcome.kind, 'done');
      },
      held: (id, field) => tenant.profile('crm_key', id)?.properties[field] ?? [],
    };
  };

  for (const [name, side] of [
    ['Braze', towardsBraze],
    ['BlueConic', towardsBlueConic],
  ] as const) {
    describe(name, () => {
      /** What a customer of their own has at the target, once each of these lists was read and mapped. */
      async function heldAfter(strategy: 'set' | 'add' | 'clear', lists: readonly string[][]) {
        const { direction, take, held } = side();
        const id = `${name}-${customers++}`;
        const bound = compileMapping(mapping(direction, strategy)).bind({ has: () => true });
        for (const tags of lists) {
          const result = bound.map({ id, tags });
          if (result.kind === 'update') await take(result.update);
        }
        return [...held(id, 'tags')];
      }
      const law = (check: (lists: string[][]) => Promise<void>) =>
        fc.assert(fc.asyncProperty(reads, check), { numRuns: 20 });

      it('set: the last list that holds something, and the same once more changes nothing', () =>
        law(async (lists) => {
          const last = lists.filter((one) => one.length > 0).at(-1) ?? [];
          const expected = [...new Set(last)];
          assert.deepEqual(await heldAfter('set', lists), expected);
          assert.deepEqual(await heldAfter('set', [...lists, ...lists.slice(-1)]), expected);
        }));

      it('add: the union, in whatever order and however often', () =>
        law(async (lists) => {
          const union = [...new Set(lists.flat())].sort();
          assert.deepEqual((await heldAfter('add', lists)).sort(), union);
          assert.deepEqual((await heldAfter('add', [...lists, ...lists].reverse())).sort(), union);
        }));

      it('clear: the last list, whether it holds something or not', () =>
        law(async (lists) => {
          assert.deepEqual(await heldAfter('clear', lists), [...new Set(lists.at(-1))]);
        }));
    });
  }
});

function mapping(direction: Direction, strategy: 'set' | 'add' | 'clear'): Mapping {
  return mappingOf(direction, [row('tags', 'tags', { as: 'list', strategy })], {
    identifiers: [[identifier('id', direction === 'import' ? 'crm_key' : 'external_id')]],
    allowCreate: true,
  });
}
