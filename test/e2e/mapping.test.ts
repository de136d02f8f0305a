import assert from 'node:assert/strict';
import { person } from '../../src/sandbox/people';
import { deltaRecords, gzipLines, seed } from '../support/customers';
import {
  blueconicProfiles,
  deltaFiles,
  exportMapper,
  flowTab,
  importMapper,
  segmentExport,
  usersTrack,
} from '../support/flowNodes';
import { inject } from '../support/flowProbe';
import { Stage } from '../support/stage';

const people = 12;
const customer = (index: number) => person(seed, index).externalId;

const field = (path: string) => ({ kind: 'field', path });
const expression = (text: string) => ({ kind: 'jsonata', expression: text });
const row = (source: object, target: string, more: object = {}) => ({
  source,
  target,
  type: 'text',
  as: 'one',
  strategy: 'set',
  ...more,
});

describe('mappings with list paths, expressions and a filter', function () {
  this.timeout(90_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(people);
  });
  after(() => stage.stop());
  beforeEach(() => stage.reset());

  it('towards Braze: what is filtered has its reason, and the rest is held as mapped', async () => {
    const records: object[] = deltaRecords(0, people).map((record, at) => ({
      ...record,
      segments: [
        { id: `s-${at % 3}`, name: 'Region' },
        ...(at % 2 === 0 ? [{ id: 'vip-7', name: 'VIP' }] : []),
      ],
    }));
    await stage.sandbox.putObject('delta/all.ndjson.gz', gzipLines(records));
    const mapping = {
      version: 2,
      direction: 'export',
      identifiers: [[{ source: field('properties.customer_id'), target: 'external_id' }]],
      allowCreate: false,
      filter: {
        join: 'all',
        conditions: [
          { source: field('segments[*].id'), operator: 'neq', value: 's-2' },
          { source: expression('$count(segments) < 3'), operator: 'jsonata_exp' },
        ],
      },
      rows: [
        row(field('segments[*].id'), 'bc_segments', { as: 'list' }),
        row(field('segments[#]'), 'bc_segment_count', { type: 'integer' }),
        row(field('segments[name="VIP"].id'), 'bc_membership', { inside: 'vip.id' }),
        row(expression('"points: " & properties.loyalty_points[0]'), 'bc_note'),
      ],
    };
    await stage.deploy([
      inject('go', flowTab, ['source']),
      deltaFiles('source', ['mapper']),
      exportMapper('mapper', ['sink'], { mapping }),
      usersTrack('sink'),
    ]);
    const { ledger, result } = await stage.run();
    assert.equal(result, 'succeeded');
    assert.equal(ledger.read, people);
    assert.equal(ledger.accepted, 8);
    assert.deepEqual(ledger.reasons.filtered, {
      'filter: condition 1 (segments[*].id neq) does not fit': 4,
    });
    const kept = Array.from({ length: people }, (_, at) => at).filter((at) => at % 3 !== 2);
    const expected = (of: (at: number) => unknown) => new Map(kept.map((at) => [customer(at), of(at)]));
    assert.deepEqual(
      await stage.attribute('bc_segments'),
      expected((at) => [`s-${at % 3}`, ...(at % 2 === 0 ? ['vip-7'] : [])]),
    );
    assert.deepEqual(
      await stage.attribute('bc_segment_count'),
      expected((at) => (at % 2 === 0 ? 2 : 1)),
    );
    assert.deepEqual(
      await stage.attribute('bc_membership'),
      new Map(kept.filter((at) => at % 2 === 0).map((at) => [customer(at), { vip: { id: 'vip-7' } }])),
    );
    assert.deepEqual(
      await stage.attribute('bc_note'),
      expected((at) => `points: ${person(seed, at).points}`),
    );
  });

  it('towards BlueConic: an expression that fails costs its own field and nothing else', async () => {
    const mapping = {
      version: 2,
      direction: 'import',
      identifiers: [[{ source: field('external_id'), target: 'customer_id' }]],
      allowCreate: true,
      filter: {
        join: 'any',
        conditions: [
          { source: field('external_id'), operator: 'eq', value: customer(1) },
          { source: field('external_id'), operator: 'eq', value: customer(2) },
        ],
      },
      rows: [
        row(expression('$uppercase(email)'), 'braze_email'),
        row(expression(`external_id = "${customer(1)}" ? $number(email) : "fine"`), 'firstname'),
      ],
    };
    await stage.deploy([
      inject('go', flowTab, ['source']),
      segmentExport('source', ['mapper'], { segment: stage.sandbox.description.braze.segment }),
      importMapper('mapper', ['sink'], { mapping }),
      blueconicProfiles('sink'),
    ]);
    const { ledger } = await stage.run();
    assert.deepEqual(ledger.reasons.filtered, { 'filter: none of the conditions fits': ledger.read - 2 });
    assert.equal(ledger.accepted, 2);
    const { profiles } = await stage.bothSides();
    for (const at of [1, 2]) {
      assert.deepEqual(profiles.get(customer(at))?.properties.braze_email, [
        person(seed, at).email.toUpperCase(),
      ]);
    }
    assert.deepEqual(profiles.get(customer(2))?.properties.firstname, ['fine']);
    assert.notDeepEqual(profiles.get(customer(1))?.properties.firstname, ['fine']);
    assert.deepEqual(ledger.refusedAttributes, { 'expression-failed': 1 });
  });
});
