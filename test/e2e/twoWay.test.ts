import assert from 'node:assert/strict';
import type { RunSummary } from '../../src/run/runSummary';
import { person } from '../../src/sandbox/people';
import { range, seed } from '../support/customers';
import {
  blueconicProfiles,
  blueconicSegment,
  exportMapper,
  flowTab,
  importMapper,
  segmentExport,
  usersTrack,
} from '../support/flowNodes';
import { inject } from '../support/flowProbe';
import { Stage } from '../support/stage';

/** Customers on both sides; the whole 5,000 with `npm run test:two-way`. */
const people = Number(process.env.TWO_WAY_PROFILES ?? 600);
const known = range(0, people);
const changedEachRound = Math.max(3, people / 50);
const rounds = 5;
const customer = (index: number) => person(seed, index).externalId;

/** The fields that are mapped both ways, and what stands in them after `n` changes. */
const fields = {
  sync_tier: { type: 'text', as: 'one', braze: (n: number) => `tier ${n}` },
  sync_amount: { type: 'decimal', as: 'one', braze: (n: number) => n + 0.5 },
  sync_tags: { type: 'text', as: 'list', braze: (n: number) => ['z', `tag ${n}`, 'a'] },
  sync_since: { type: 'time', as: 'one', braze: (n: number) => new Date(Date.UTC(2030, 0, n)).toISOString() },
} as const;
type Field = keyof typeof fields;
const names = Object.keys(fields) as Field[];

/** How BlueConic holds it; amounts with the zeros of a currency, which are no change. */
function inBlueConic(field: Field, n: number): string[] {
  const value = fields[field].braze(n);
  if (field === 'sync_since') return [String(Date.parse(String(value)))];
  if (field === 'sync_amount') return [Number(value).toFixed(2)];
  return Array.isArray(value) ? value : [String(value)];
}

const field = (path: string) => ({ kind: 'field', path });
const rowsFrom = (place: string, target: (name: Field) => string) =>
  names.map((name) => {
    const { type, as } = fields[name];
    return { source: field(`${place}.${name}`), target: target(name), type, as, strategy: 'set' };
  });
const importing = {
  // The sandbox's BlueConic knows three quarters of the customers; then it knows them all.
  ...{ version: 1, direction: 'import', allowCreate: true },
  identifiers: [[{ source: field('external_id'), target: 'customer_id' }]],
  rows: rowsFrom('custom_attributes', (name) => name),
};
const exporting = {
  ...{ version: 1, direction: 'export', allowCreate: false },
  identifiers: [[{ source: field('properties.customer_id'), target: 'external_id' }]],
  rows: rowsFrom('properties', (name) => name),
};

describe('fields mapped both ways', function () {
  this.timeout(1_200_000);
  let stage: Stage;
  /** What each customer of both systems should hold: after how many changes. */
  const expected = new Map<string, Record<Field, number>>();

  before(async () => {
    stage = await Stage.start(people);
    await stage.reset();
    await stage.deploy([
      inject('import', flowTab, ['from Braze']),
      segmentExport('from Braze', ['to profiles'], { customAttributes: names }),
      importMapper('to profiles', ['profiles'], { mapping: importing }),
      blueconicProfiles('profiles', [[], []], { createProperties: true }),
      inject('export', flowTab, ['from BlueConic']),
      blueconicSegment('from BlueConic', ['to users']),
      exportMapper('to users', ['users'], { mapping: exporting }),
      usersTrack('users', [[], []], { settleSeconds: 0 }),
    ]);
  });
  after(() => stage.stop());

  async function inBraze(changes: Map<number, Partial<Record<Field, number>>>): Promise<void> {
    const users = [...changes].map(([index, change]) => ({
      external_id: customer(index),
      custom_attributes: Object.fromEntries(
        Object.entries(change).map(([name, n]) => [name, fields[name as Field].braze(n)]),
      ),
    }));
    for (let from = 0; from < users.length; from += 1_000)
      await stage.sandbox.control('POST', '/braze/users', users.slice(from, from + 1_000));
  }

  async function atBlueConic(index: number, change: Partial<Record<Field, number>>): Promise<void> {
    const set = Object.fromEntries(
      Object.entries(change).map(([name, n]) => [name, inBlueConic(name as Field, n)]),
    );
    await stage.sandbox.control('POST', '/blueconic/touch', {
      property: 'customer_id',
      value: customer(index),
      set,
    });
  }

  const expect = (index: number, change: Partial<Record<Field, number>>) =>
    expected.set(customer(index), { ...expected.get(customer(index))!, ...change });

  /** Attributes of so many profiles were sent; the ledger counts the others as unchanged. */
  function assertSent({ result, ledger }: RunSummary, profiles: number, what: string): void {
    assert.equal(result, 'succeeded', what);
    assert.deepEqual([ledger.accepted, ledger.work.objects], [profiles, profiles], what);
    assert.deepEqual([ledger.rejected, ledger.unknown, ledger.refusedAttributes], [0, 0, {}], what);
    if (profiles === 0) assert.equal(ledger.work.requests, 0, what);
  }

  async function assertBothHold(when: string): Promise<void> {
    const { users, profiles } = await stage.bothSides();
    for (const [id, changes] of expected) {
      for (const name of names) {
        const there = users.get(id)?.custom_attributes[name];
        const here = profiles.get(id)?.properties[name];
        const text = (value: unknown) =>
          name === 'sync_since' ? Date.parse(String(value)) : JSON.stringify(value);
        assert.equal(
          text(there),
          text(fields[name].braze(changes[name])),
          `${when}: ${name} of ${id} in Braze`,
        );
        const plain = (values: string[] | undefined) =>
          name === 'sync_amount' ? values?.map(Number) : values;
        assert.deepEqual(plain(here), plain(inBlueConic(name, changes[name])), `${when}: ${name} of ${id}`);
      }
    }
  }

  const round = async (name: string, sent: { imported: number; exported: number }) => {
    assertSent(await stage.run('import'), sent.imported, `${name}: import`);
    assertSent(await stage.run('export'), sent.exported, `${name}: export`);
    await assertBothHold(name);
  };

  it(`hold the same after ${rounds} rounds, and nothing goes back to where it came from (${people} customers)`, async () => {
    const first: Record<Field, number> = { sync_tier: 1, sync_amount: 1, sync_tags: 1, sync_since: 1 };
    await inBraze(new Map(known.map((index) => [index, first])));
    for (const index of known) expected.set(customer(index), first);
    const imported = await stage.run('import');
    assert.equal(imported.ledger.accepted, people);
    // The first export after an import sends none of the imported values.
    assertSent(await stage.run('export'), 0, 'the first export');
    await assertBothHold('the first import');
    await round('nothing changed', { imported: 0, exported: 0 });

    for (let n = 1; n <= rounds; n++) {
      const start = (n - 1) * 3 * changedEachRound;
      const name = names[n % names.length]!;
      const theirs = { [name]: 10 + n };
      const ours = { [name]: 20 + n, [names[(n + 1) % names.length]!]: 20 + n };
      const changedInBraze = known.slice(start, start + changedEachRound);
      const changedInBlueConic = known.slice(start + changedEachRound, start + 2 * changedEachRound);
      // The goal that runs first wins.
      const changedInBoth = known[start + 2 * changedEachRound]!;
      await inBraze(new Map([...changedInBraze, changedInBoth].map((index) => [index, theirs])));
      for (const index of changedInBlueConic) await atBlueConic(index, ours);
      await atBlueConic(changedInBoth, { [name]: 30 + n });
      for (const index of [...changedInBraze, changedInBoth]) expect(index, theirs);
      for (const index of changedInBlueConic) expect(index, ours);
      await round(`round ${n}`, {
        imported: changedInBraze.length + 1,
        exported: changedInBlueConic.length,
      });
      await round(`after round ${n}`, { imported: 0, exported: 0 });
    }
  });
});
