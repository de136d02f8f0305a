import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { RunReport } from '../../src/run/report';
import type { DataPointReport } from '../../src/sandbox/braze/dataPoints';
import { type Person, person } from '../../src/sandbox/people';
import { csvOf, deltaRecords, gzipLines, pointsOf, range, seed } from '../support/customers';
import { connectFlow, exampleNames, goalTriggers, readExample } from '../support/exampleFlow';
import { probe } from '../support/flowProbe';
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

  /** @param watched what is to be observed: a name for it, by the name of the node that it is sent to. */
  async function deployExample(name: string, watched: Record<string, string> = {}): Promise<string[]> {
    const example = readExample(name);
    const { nodes, credentials } = connectFlow(example, stage.sandbox.description);
    const observers = Object.entries(watched).map(([node, as]) => ({
      ...probe(as, String(example[0]!.id)),
      id: example.find((one) => one.name === node)!.id,
    }));
    const others = nodes.filter(({ id }) => observers.every((observer) => observer.id !== id));
    await stage.nodeRed.deploy(stage.inWorkspace([...others, ...observers]), credentials);
    stage.nodeRed.home.forgetObserved();
    return goalTriggers(example).map(({ id }) => id);
  }

  for (const name of Object.values(exampleNames)) {
    it(`"${name}" holds no secret, is in the editor's menu, and starts nothing by itself`, async () => {
      const example = readExample(name);
      assert.ok(example.every((node) => !('credentials' in node)));
      const injects = example.filter(({ type }) => type === 'inject');
      assert.ok(injects.every(({ once, repeat }) => !once && repeat === ''));
      for (const { name: label, crontab } of injects)
        assert.equal(crontab !== '', /every day/.test(String(label)), String(label));
      const menu = await stage.nodeRed.get(
        `/library/examples/flows/@profile-bridge/node-red-braze-blueconic/${encodeURIComponent(name)}`,
      );
      assert.deepEqual(menu.body, example);

      await deployExample(name);
      assert.deepEqual(await stage.sandbox.control('GET', '/calls'), { braze: {}, blueconic: {}, s3: {} });
      assert.deepEqual(await stage.runs(), { live: [], history: [] });
    });
  }

  for (const name of Object.values(exampleNames)) {
    it(`"${name}" says in a comment what to fill in`, () => {
      const example = readExample(name);
      const comment = example.find((node) => node.type === 'comment' && node.name === 'Fill in first');
      const told = String(comment?.info);
      for (const { type, name: config } of example) {
        if (type.endsWith('-config')) assert.match(told, new RegExp(`\\b${config}: `));
      }
      for (const { origin, type } of example) {
        if (origin === 'segment' || type === 'braze-segment-export') assert.match(told, /segment/);
        if (origin === 'files') assert.match(told, /prefix/);
      }
    });
  }

  it('the names are numbered without a gap, and each file is tested here', () => {
    const files = readdirSync(join(packageRoot, 'examples')).sort();
    assert.deepEqual(
      files,
      Object.values(exampleNames).map((name) => `${name}.json`),
    );
    assert.deepEqual(
      files.map((file) => Number.parseInt(file, 10)),
      range(1, files.length + 1),
    );
  });

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

  it('reports by e-mail: a mail for every run, with the account as a file', async () => {
    const [trigger] = await deployExample(exampleNames.mail, { 'in place of the e-mail node': 'mail' });
    await stage.sandbox.putObject('blueconic-delta/a.ndjson.gz', gzipLines(deltaRecords(0, 50)), 6);
    await stage.run(trigger);
    const [mail] = await stage.nodeRed.waitForObserved('mail', 1);
    assert.equal(mail!.to, 'crm@example.com');
    assert.match(String(mail!.topic), /^Customers to Braze/);
    assert.match(String(mail!.payload), /Export/);
    const [file] = mail!.attachments as [{ filename: string; content: string }];
    const report = JSON.parse(file.content) as RunReport;
    assert.equal(file.filename, `run ${report.run}.json`);
    assert.deepEqual(
      report.goals.map((goal) => [goal.name, goal.ledger?.accepted]),
      [['Export', 50]],
    );

    await stage.sandbox.putObject('blueconic-delta/b.ndjson.gz', Buffer.from('no gzip'), 6);
    await stage.run(trigger);
    const [, failed] = await stage.nodeRed.waitForObserved('mail', 2);
    assert.match(String(failed!.topic), /^Please look: /);
  });

  it('repair: addresses that can be mended arrive, the others are shown', async () => {
    const [trigger] = await deployExample(exampleNames.repair, { 'not repaired': 'left' });
    const records = deltaRecords(0, 100).map(({ properties }, index) => ({
      properties: { customer_id: properties.customer_id, email: [`someone-${index}@mail.org`] },
    }));
    const broken = { 3: 'three@mail,org', 5: 'five @mail.org', 7: 'nobody' };
    for (const [index, email] of Object.entries(broken)) records[Number(index)]!.properties.email = [email];
    await stage.sandbox.putObject('blueconic-delta/a.ndjson.gz', gzipLines(records), 6);

    const first = await stage.run(trigger);
    assert.deepEqual([first.ledger.accepted, first.ledger.rejected], [97, 3]);
    const again = await stage.nextRun();
    assert.deepEqual([again.ledger.added, again.ledger.accepted], [2, 2]);
    const left = stage.payloads<{ rejected: { reason: string } }>('left');
    assert.deepEqual(
      left.map(({ rejected }) => rejected.reason),
      ['invalid-email'],
    );
    const { users } = await stage.bothSides();
    const emailOf = (index: number) => users.get(person(seed, index).externalId)!.email;
    assert.deepEqual([3, 4, 5].map(emailOf), ['three@mail.org', 'someone-4@mail.org', 'five@mail.org']);
    assert.equal(emailOf(7), person(seed, 7).email);
  });

  it('seed: what Braze holds already is neither sent nor paid', async () => {
    await alreadySent();
    const [seedTrigger, exportTrigger] = await deployExample(exampleNames.seed);
    const seeded = await stage.run(seedTrigger);
    assert.deepEqual([seeded.result, seeded.ledger.work.requests], ['succeeded', 0]);
    const { ledger } = await stage.run(exportTrigger);
    assert.deepEqual([ledger.read, ledger.accepted, ledger.unchanged], [inBlueConic, 1, inBlueConic - 1]);
    assert.equal(ledger.work.dataPoints, 1);
  });

  it('moving over: seed, price, and a first run that sends what the old connection has not', async () => {
    await alreadySent();
    const [seedTrigger, exportTrigger, clockTrigger] = await deployExample(exampleNames.moveOver);
    const dryTrigger = readExample(exampleNames.moveOver).find(({ name }) => name === 'Price: dry run')!.id;
    const seeded = await stage.run(seedTrigger);
    assert.deepEqual([seeded.result, seeded.ledger.work.requests], ['succeeded', 0]);
    const { price } = await stage.run(dryTrigger);
    assert.deepEqual([price!.dataPoints, price!.requests], [1, 1]);
    const { ledger } = await stage.run(exportTrigger);
    assert.deepEqual([ledger.accepted, ledger.unchanged], [1, inBlueConic - 1]);
    assert.equal(ledger.work.dataPoints, 1);
    // By the clock only the export runs, and only of what was modified.
    const daily = await stage.run(clockTrigger);
    assert.deepEqual(
      [daily.connection?.goal, daily.ledger.accepted, await stage.unseenRuns()],
      ['export', 0, 0],
    );
  });

  /** Braze holds what another connection has sent, but for one customer whose points have changed since. */
  async function alreadySent(): Promise<void> {
    const [, exportTrigger] = await deployExample(exampleNames.bothDirections);
    assert.equal((await stage.run(exportTrigger)).ledger.accepted, inBlueConic);
    stage.forgetWorkspace();
    await stage.sandbox.control('POST', '/blueconic/touch', {
      property: 'customer_id',
      value: person(seed, 3).externalId,
      set: { loyalty_points: ['12345'] },
    });
  }

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
