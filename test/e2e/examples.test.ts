import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { DataPointReport } from '../../src/sandbox/braze/dataPoints';
import { type Person, person } from '../../src/sandbox/people';
import { csvOf, deltaRecords, gzipLines, pointsOf, range, seed } from '../support/customers';
import { connectFlow, exampleNames, goalTriggers, readExample } from '../support/exampleFlow';
import { packageRoot } from '../support/places';
import type { SandboxProcess } from '../support/sandboxProcess';
import { type BrazeUser, Stage } from '../support/stage';

type Table = Record<string, (person: Person) => unknown>;

interface ExpectedState {
  exported: Table;
  exportedOfEverybody: Table;
  applied(table: Table, person: Person): Record<string, unknown>;
  rememberState(
    sandbox: SandboxProcess,
    customers: { people: number; seed: number },
  ): Promise<() => Promise<{ compared: number; differences: string[] }>>;
}

/** Which campaigns the sandbox's users have received: those whose random bucket can be divided so. */
const campaigns = [
  { name: 'Welcome series', every: 2 },
  { name: 'Order confirmation', every: 3 },
  { name: 'Winter sale 2025', every: 5 },
];
const nameOf = ({ name }: { name: string }) => name;

const people = 600;
const inBlueConic = 450;

describe('examples, imported as they are and connected to the sandbox', function () {
  this.timeout(120_000);
  let stage: Stage;
  let expected: ExpectedState;
  before(async () => {
    expected = await import(pathToFileURL(join(packageRoot, 'scripts', 'expected-state.mjs')).href);
    stage = await Stage.start(people);
  });
  after(() => stage.stop());
  beforeEach(() => stage.reset());

  async function deployExample(name: string): Promise<string[]> {
    const example = readExample(name);
    const { nodes, credentials } = connectFlow(example, stage.sandbox.description);
    await stage.nodeRed.deploy(stage.inWorkspace(nodes), credentials);
    return goalTriggers(example).map(({ id }) => id);
  }

  for (const name of Object.values(exampleNames)) {
    it(`"${name}" holds no secret, is in the editor's menu, and starts nothing by itself`, async () => {
      const example = readExample(name);
      assert.ok(example.every((node) => !('credentials' in node)));
      const injects = example.filter(({ type }) => type === 'inject');
      assert.ok(injects.every(({ once, repeat, crontab }) => !once && repeat === '' && crontab === ''));
      const menu = await stage.nodeRed.get(
        `/library/examples/flows/@profile-bridge/node-red-braze-blueconic/${encodeURIComponent(name)}`,
      );
      assert.deepEqual(menu.body, example);

      await deployExample(name);
      assert.deepEqual(await stage.sandbox.control('GET', '/calls'), { braze: {}, blueconic: {}, s3: {} });
      assert.deepEqual(await stage.runs(), { live: [], history: [] });
    });
  }

  it('both directions: each side holds what it should, value by value', async () => {
    const [importTrigger, exportTrigger] = await deployExample(exampleNames.bothDirections);
    const compare = await expected.rememberState(stage.sandbox, { people, seed });

    const imported = await stage.run(importTrigger);
    assert.equal(imported.result, 'succeeded');
    assert.equal(imported.ledger.read, people);
    assert.equal(imported.ledger.accepted, people);
    assert.equal(imported.ledger.created, people - inBlueConic);
    assert.equal(imported.ledger.updated, inBlueConic);

    const exported = await stage.run(exportTrigger);
    assert.equal(exported.result, 'succeeded');
    assert.equal(exported.ledger.read, people);
    assert.equal(exported.ledger.accepted, people);
    assert.ok(exported.complete);

    const { compared, differences } = await compare();
    assert.deepEqual(differences, []);
    assert.equal(compared, 2 * people);
  });

  it('delta files: NDJSON and CSV, every file once, again when it was replaced, and not while it is young', async () => {
    const [trigger] = await deployExample(exampleNames.deltaFiles);
    const source = readExample(exampleNames.deltaFiles).find(({ type }) => type === 'blueconic-delta')!.id;
    const put = (name: string, bytes: Buffer | string, minutesAgo = 6) =>
      stage.sandbox.putObject(`blueconic-delta/2026-01-01/${name}`, bytes, minutesAgo);
    const before = (await stage.bothSides()).users;
    await put('a.ndjson.gz', gzipLines(deltaRecords(0, 200)));
    await put('b.csv.gz', gzipSync(csvOf(deltaRecords(200, 400))));
    await put('c.csv', csvOf(deltaRecords(400, 500)), 0);
    await stage.sandbox.putObject('elsewhere/d.ndjson.gz', gzipLines(deltaRecords(400, 500)), 6);

    const first = await stage.run(trigger);
    assert.equal(first.result, 'succeeded');
    assert.equal(first.ledger.accepted, 400);
    assert.deepEqual(first.notices, [{ code: 'filesYoung', values: { files: 1, minutes: 5 } }]);
    await stage.status(source, ({ text }) => /400 · done.* · 1 new files wait/.test(text ?? ''));
    const after = (await stage.bothSides()).users;
    for (const index of range(0, 200)) assertExported(index, after);
    // CSV holds properties only.
    for (const index of range(200, 400)) assertExported(index, after, 'bc_permission_level');
    for (const index of range(400, people)) {
      const { externalId } = person(seed, index);
      assert.deepEqual(after.get(externalId), before.get(externalId));
    }

    assert.equal((await stage.run(trigger)).ledger.read, 0);

    const [replaced] = deltaRecords(200, 201);
    const record = { properties: { ...replaced!.properties, loyalty_points: ['31'] } };
    await put('a.ndjson.gz', gzipLines([record]));
    const third = await stage.run(trigger);
    assert.equal(third.ledger.read, 1);
    const points = await stage.attribute('bc_loyalty_points');
    assert.deepEqual(points, new Map([...pointsOf(range(0, 400)), [person(seed, 200).externalId, 31]]));
  });

  it('price: the dry run sends nothing, and the run then costs what it said', async () => {
    const [trigger] = await deployExample(exampleNames.price);
    const dryTrigger = readExample(exampleNames.price).find(({ name }) => name === 'Price: dry run')!.id;
    await stage.sandbox.putObject('blueconic-delta/a.ndjson.gz', gzipLines(deltaRecords(0, 200)), 6);
    const charged = async () =>
      (await stage.sandbox.control<DataPointReport>('GET', '/braze/datapoints')).total;

    const { price, ledger } = await stage.run(dryTrigger);
    assert.deepEqual([ledger.read, ledger.unsent], [200, 200]);
    assert.ok(price!.dataPoints > 200);
    assert.equal(await charged(), 0);

    const { ledger: sent } = await stage.run(trigger);
    assert.equal(sent.accepted, 200);
    assert.equal(await charged(), price!.dataPoints);
    assert.equal(sent.work.requests, price!.requests);
    const { users } = await stage.bothSides();
    for (const index of range(0, 200)) assertExported(index, users);
  });

  it('campaign names: what everybody received arrives with the tags that only the lookup knows', async () => {
    const [trigger] = await deployExample(exampleNames.campaignNames);
    const imported = await stage.run(trigger);
    assert.equal(imported.result, 'succeeded');
    assert.equal(imported.ledger.read, people);
    assert.equal(imported.ledger.accepted, people);

    const { users, profiles } = await stage.bothSides();
    let enriched = 0;
    for (const [customer, { random_bucket: bucket }] of users) {
      const received = (every: number) => Number(bucket) % every === 0;
      const { braze_campaigns: names = [], braze_campaign_tags: tags = [] } =
        profiles.get(customer)!.properties;
      assert.deepEqual(new Set(names), new Set(campaigns.filter(({ every }) => received(every)).map(nameOf)));
      // The archived campaign is in no list, so that its tag stays unknown.
      assert.deepEqual(tags, received(2) ? ['onboarding'] : []);
      if (tags.length > 0) enriched++;
    }
    assert.ok(enriched > 0 && enriched < people);
  });

  /** @param not what the source does not tell of anybody */
  function assertExported(index: number, users: ReadonlyMap<string, BrazeUser>, not?: string): void {
    const someone = person(seed, index);
    const { custom_attributes: held } = users.get(someone.externalId)!;
    const should = expected.applied({ ...expected.exported, ...expected.exportedOfEverybody }, someone);
    if (not !== undefined) delete should[not];
    for (const [name, value] of Object.entries(should)) {
      if (value instanceof Date) assert.equal(Date.parse(String(held[name])), value.getTime(), name);
      else assert.deepEqual(held[name], value, name);
    }
    const received = Object.keys(held).filter((name) => name.startsWith('bc_'));
    assert.deepEqual(received.sort(), Object.keys(should).sort());
  }
});
