import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoreDescription } from '../../nodes/profile-sync-store/storeRoutes';
import type { RunSummary } from '../../src/run/runSummary';
import { person } from '../../src/sandbox/people';
import { deltaRecords, gzipLines, seed } from '../support/customers';
import { EditorPage } from '../support/editorPage';
import {
  blueconicProfiles,
  blueconicSegment,
  deltaFiles,
  exportMapper,
  flowTab,
  importMapper,
  segmentExport,
  usersTrack,
} from '../support/flowNodes';
import { type FlowNode, inject } from '../support/flowProbe';
import type { NodeRedUser } from '../support/nodeRedHome';
import type { AdminAnswer } from '../support/nodeRedRuntime';
import { Stage } from '../support/stage';
import { describeWith } from '../support/systemParts';

const people = 50;
const admin: NodeRedUser = { name: 'admin', password: 'may-do-all', permissions: '*' };
const reader: NodeRedUser = { name: 'reader', password: 'may-look', permissions: ['profile-sync.read'] };

type Content = Extract<StoreDescription, { opens: true }>['content'];

function storeNode(id: string, folder: string, settings: object = {}): FlowNode {
  // Node-RED takes any property that equals the id of a config node for a reference to it: name and id must differ.
  const own = { name: `${id} of runs`, kind: 'embedded', folder, keepRuns: 200, keepDays: 0 };
  return { id, type: 'profile-sync-store', ...own, ...settings };
}

/** Delta files to Braze, with their state in the store `state`. */
const filesToBraze = (store = 'state'): FlowNode[] => [
  inject('go', flowTab, ['source']),
  deltaFiles('source', ['mapper'], { store }),
  exportMapper('mapper', ['sink']),
  usersTrack('sink'),
];

/** Adds each customer's points to a number at Braze. */
const sumsToBraze = (store = 'state'): FlowNode[] => {
  const row = { source: { kind: 'field', path: 'properties.loyalty_points' }, target: 'points', as: 'one' };
  const mapping = {
    version: 1,
    direction: 'export',
    identifiers: [[{ source: { kind: 'field', path: 'properties.customer_id' }, target: 'external_id' }]],
    allowCreate: false,
    rows: [{ ...row, type: 'integer', strategy: 'sum' }],
  };
  return [
    inject('go', flowTab, ['source']),
    // Apart from the others, for those who want to click it.
    blueconicSegment('source', ['mapper'], { store, y: 80 }),
    exportMapper('mapper', ['sink'], { mapping }),
    usersTrack('sink'),
  ];
};

/** A customer that both systems know. */
async function knownCustomer(stage: Stage): Promise<string> {
  const { users, profiles } = await stage.bothSides();
  return [...profiles.keys()].find((customer) => users.has(customer))!;
}

describe('stores', function () {
  this.timeout(60_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(people, { users: [admin, reader] });
  });
  after(() => stage?.stop());
  beforeEach(() => stage.reset());

  const folder = (...path: string[]) => join(stage.nodeRed.home.dir, ...path);

  async function putFile(name: string, from: number, to: number): Promise<void> {
    await stage.sandbox.putObject(`delta/${name}`, gzipLines(deltaRecords(from, to)));
  }

  async function look(id: string): Promise<Content> {
    const { status, body } = await stage.nodeRed.get<StoreDescription>(`/profile-sync/store/${id}`);
    assert.equal(status, 200, JSON.stringify(body));
    assert.ok(body.opens, JSON.stringify(body));
    return body.content;
  }

  function mend<T = { deleted: number }>(
    path: string,
    body: object = {},
    as?: NodeRedUser,
  ): Promise<AdminAnswer<T>> {
    return stage.nodeRed.post<T>(`/profile-sync/store/state/${path}`, body, as ? { as } : {});
  }

  const entries = (content: Content, space: string) =>
    content.spaces.find((found) => found.space === space)?.entries;

  it('a source keeps its state in the store of its choice, which can be inspected', async () => {
    await stage.deploy([storeNode('state', 'state/of files'), ...filesToBraze()]);
    await putFile('1.gz', 0, 20);
    assert.equal((await stage.run()).ledger.accepted, 20);
    assert.ok(existsSync(folder('state', 'of files', 'CURRENT')));
    const content = await look('state');
    assert.deepEqual(content.files, [{ goal: 'source', count: 1 }]);
    assert.deepEqual(content.checkpoints, []);
    assert.deepEqual(content.owners, [{ kind: 'goal', id: 'source', name: 'source' }]);
    assert.equal(entries(content, 'history'), 1);
    assert.ok(content.bytes > 0 && Date.parse(content.since!) <= Date.now());
    assert.deepEqual((await look('default')).files, []);
  });

  it('reset: the goal reads everything anew', async () => {
    await stage.deploy([storeNode('state', 'reset'), ...filesToBraze()]);
    await putFile('1.gz', 0, 20);
    assert.equal((await stage.run()).ledger.read, 20);
    assert.equal((await stage.run()).ledger.read, 0);
    const { status, body } = await mend('reset', { kind: 'goal', id: 'source' });
    assert.deepEqual({ status, body }, { status: 200, body: { deleted: 1 } });
    assert.equal((await stage.run()).ledger.read, 20);
  });

  it('reset: is refused while a run of the goal is going on', async () => {
    await stage.deploy([
      storeNode('state', 'busy'),
      inject('go', flowTab, ['source']),
      segmentExport('source', ['mapper'], { store: 'state' }),
      importMapper('mapper', ['sink']),
      blueconicProfiles('sink'),
    ]);
    const ended = stage.run();
    await stage.liveRun();
    const { status, body } = await mend<{ code: string }>('reset', { kind: 'goal', id: 'source' });
    assert.deepEqual([status, body.code], [409, 'STORE_GOAL_RUNNING']);
    const aside = await mend<{ code: string }>('set-aside');
    assert.deepEqual([aside.status, aside.body.code], [409, 'STORE_BUSY']);
    assert.equal((await ended).result, 'succeeded');
  });

  it('forget: what is remembered of one profile goes, and its next total is a first one', async () => {
    await stage.deploy([storeNode('state', 'numbers'), ...sumsToBraze()]);
    const { read } = (await stage.run()).ledger;
    assert.ok(read > 1);
    assert.equal(entries(await look('state'), 'number'), read);
    const identifier = [{ field: 'external_id', value: await knownCustomer(stage) }];
    assert.deepEqual((await mend('forget', { identifier })).body, { deleted: 1 });
    assert.deepEqual((await mend('forget', { identifier })).body, { deleted: 0 });
    assert.equal(entries(await look('state'), 'number'), read - 1);
    for (const body of [{}, { identifier: [] }, { identifier: [{ field: '', value: 'x' }] }]) {
      const refused = await mend<{ code: string }>('forget', body);
      assert.deepEqual([refused.status, refused.body.code], [400, 'REQUEST_INVALID']);
    }
  });

  it('export: the state without secrets and without people; compact: nothing is lost', async () => {
    await stage.deploy([storeNode('state', 'export'), ...sumsToBraze()]);
    await stage.run();
    const before = await look('state');
    const compacted = await mend<{ before: number; after: number }>('compact');
    assert.equal(compacted.status, 200);
    assert.ok(compacted.body.after > 0);
    assert.deepEqual((await look('state')).spaces, before.spaces);
    const exported = await fetch(`${stage.nodeRed.url}/profile-sync/store/state/export`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin.password}` },
    });
    assert.equal(exported.status, 200);
    const text = await exported.text();
    const lines = text.trimEnd().split('\n');
    const state = lines.map((line) => JSON.parse(line) as { space: string; value: unknown });
    assert.ok(state.some(({ space }) => space === 'watermark'));
    const run = state.find(({ space }) => space === 'history')?.value as RunSummary;
    assert.ok(run.ledger.read > 0);
    for (const { space } of state) assert.ok(!['setting', 'number', 'fingerprint'].includes(space), space);
    for (let at = 0; at < people; at++) assert.ok(!text.includes(person(seed, at).externalId));
  });

  it('keeps as many runs as it is told to, and shows those of every store', async () => {
    await stage.deploy([storeNode('state', 'short', { keepRuns: 2 }), ...filesToBraze()]);
    const runs: string[] = [];
    for (let run = 0; run < 3; run++) runs.unshift((await stage.run()).run);
    assert.equal(entries(await look('state'), 'history'), 2);
    const shown = (await stage.runs()).history.map(({ run }) => run);
    assert.deepEqual(shown.slice(0, 2), runs.slice(0, 2));
    assert.ok(!shown.includes(runs[2]!));
  });

  it('may be looked at by those who may look, and changed by those who may change', async () => {
    await stage.deploy([storeNode('state', 'guarded'), ...filesToBraze()]);
    const seen = await stage.nodeRed.get('/profile-sync/store/state', { as: reader });
    assert.equal(seen.status, 200);
    assert.equal((await stage.nodeRed.get('/profile-sync/store/state', { as: null })).status, 401);
    for (const path of ['export', 'compact', 'reset', 'forget', 'set-aside']) {
      assert.equal((await mend(path, {}, reader)).status, 401, path);
    }
    assert.equal((await stage.nodeRed.get('/profile-sync/store/unknown')).status, 404);
  });

  it('a damaged one is told of and left alone, until a person sets it aside', async () => {
    await stage.deploy([storeNode('state', 'damaged'), ...filesToBraze()]);
    await putFile('1.gz', 0, 20);
    await stage.run();
    await stage.nodeRed.kill();
    const [manifest] = readdirSync(folder('damaged')).filter((name) => name.startsWith('MANIFEST-'));
    writeFileSync(folder('damaged', manifest!), 'rubbish');
    await stage.nodeRed.restart();

    await stage.nodeRed.inject('go');
    const [caught] = await stage.caught();
    assert.equal(caught?.error.code, 'STORE_DAMAGED');
    const { body } = await stage.nodeRed.get<StoreDescription>('/profile-sync/store/state');
    assert.ok(!body.opens && body.error.code === 'STORE_DAMAGED', JSON.stringify(body));
    assert.equal(readFileSync(folder('damaged', manifest!), 'utf8'), 'rubbish');

    const aside = await mend<{ name: string }>('set-aside');
    assert.match(aside.body.name, /^damaged-damaged-\d{8}T\d{6}Z$/);
    assert.equal(readFileSync(folder(aside.body.name, manifest!), 'utf8'), 'rubbish');
    assert.equal((await stage.run()).ledger.read, 20);
    const again = await mend<{ code: string }>('set-aside');
    assert.equal(again.body.code, 'STORE_NOT_DAMAGED');
  });
});

describe('a store on a machine without its native part', function () {
  this.timeout(60_000);
  let stage: Stage;
  before(async () => {
    // The loader of native parts looks where this variable says, and finds nothing there.
    stage = await Stage.start(people, { env: { CLASSIC_LEVEL_PREBUILD: join(tmpdir(), 'no such folder') } });
  });
  after(() => stage?.stop());

  it('works with a plain file and a warning, and keeps what it knows over a crash', async () => {
    await stage.reset();
    await stage.deploy(filesToBraze(''));
    await stage.sandbox.putObject('delta/1.gz', gzipLines(deltaRecords(0, 20)));
    assert.equal((await stage.run()).ledger.accepted, 20);
    const warnings = stage.nodeRed.log().filter(({ level }) => level === 'warn');
    assert.equal(warnings.filter(({ text }) => /plain file is used instead/.test(text)).length, 1);
    const { body } = await stage.nodeRed.get<StoreDescription>('/profile-sync/store/default');
    assert.ok(body.opens && body.engine === 'plain log' && body.warning, JSON.stringify(body));
    await stage.nodeRed.kill();
    await stage.nodeRed.restart();
    assert.equal((await stage.run()).ledger.read, 0);
  });
});

describeWith('browser', 'editor: the dialog of a store', (chromium) => {
  let stage: Stage;
  let editor: EditorPage;
  let read: number;
  before(async function () {
    this.timeout(90_000);
    stage = await Stage.start(people);
    await stage.reset();
    await stage.deploy([storeNode('state', 'store'), ...sumsToBraze()]);
    read = (await stage.run()).ledger.read;
    editor = await EditorPage.open(chromium, stage.nodeRed.url);
  });
  after(async () => {
    await editor?.close();
    await stage?.stop();
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await editor.screenshot('store failed');
    assert.deepEqual(editor.troubles, []);
  });

  const content = () => editor.page.locator('#profile-sync-store-content');
  const result = () => editor.page.locator('#profile-sync-store-result');
  const press = (name: string) => editor.page.locator(`#profile-sync-store-${name}`).click();

  it('opens from a source, and says what the store holds', async function () {
    this.timeout(60_000);
    await editor.openDialog('source');
    await editor.page.locator('#dialog-form details summary, .red-ui-tray details summary').last().click();
    await editor.openConfig('store');
    await content().getByText('LevelDB').waitFor();
    assert.match((await content().textContent()) ?? '', new RegExp(`Remembered numbers${read}`));
    await press('inspect');
    await editor.page.locator('.profile-sync-store-details', { hasText: 'source' }).waitFor();
    await editor.screenshot('store');
  });

  it('forgets a profile only after a second word', async () => {
    await editor.type({
      'profile-sync-store-field': 'external_id',
      'profile-sync-store-value': await knownCustomer(stage),
    });
    await press('forget');
    await result().getByText('This cannot be undone.').waitFor();
    await editor.screenshot('store, forgetting');
    await result().getByText('Cancel').click();
    assert.match((await content().textContent()) ?? '', new RegExp(`Remembered numbers${read}`));
    await press('forget');
    await result().getByRole('button', { name: 'Forget' }).click();
    await result().getByText('1 entries deleted.').waitFor();
    assert.match((await content().textContent()) ?? '', new RegExp(`Remembered numbers${read - 1}`));
  });

  it('has a goal read anew', async () => {
    await press('reset');
    await result().getByText('Choose a goal or connection first.').waitFor();
    await editor.page.locator('#profile-sync-store-owner').selectOption({ label: 'Goal: source' });
    await press('reset');
    await result().getByRole('button', { name: 'Read anew' }).click();
    await result().getByText('entries deleted.').waitFor();
    assert.equal((await stage.run()).ledger.read, read);
  });

  it('saves an export', async () => {
    const [download] = await Promise.all([editor.page.waitForEvent('download'), press('export')]);
    assert.equal(download.suggestedFilename(), 'profile-sync-state.ndjson');
    const lines = readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split('\n');
    assert.ok(lines.map((line) => JSON.parse(line)).some(({ space }) => space === 'history'));
    await result().getByText('Exported.').waitFor();
  });

  it('closes unchanged', async () => {
    await editor.doneWithConfig();
    await editor.doneWithDialog();
    await editor.waitForTriangle('source', false);
  });

  it('leaves a source of an earlier release with the defaults of what it lacked', async () => {
    await editor.deploy();
    const { body } = await stage.nodeRed.get<FlowNode[]>('/flows');
    const source = body.find(({ id }) => id === 'source');
    assert.deepEqual([source?.firstRun, source?.fullReadDays], ['whole', 7]);
  });
});
