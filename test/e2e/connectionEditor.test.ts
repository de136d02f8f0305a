import assert from 'node:assert/strict';
import { EditorPage } from '../support/editorPage';
import { connection, coreNode, flowTab } from '../support/flowNodes';
import { type FlowNode, tab } from '../support/flowProbe';
import { NodeRedRuntime } from '../support/nodeRedRuntime';
import { describeWith } from '../support/systemParts';
import { until } from '../support/until';

interface Deployed {
  /** What each goal's output leads to, by the goal's name. */
  goals: Record<string, string[]>;
  order: string[];
  reports: string[];
  outputs: number;
}

const id = 'connection';
const targets = ['report', 'first', 'second', 'third'];

describeWith('browser', 'editor: a connection', (chromium) => {
  let nodeRed: NodeRedRuntime;
  let editor: EditorPage;
  before(async function () {
    this.timeout(90_000);
    nodeRed = await NodeRedRuntime.start();
    const wired = { 'Import customers': ['first'], 'Import orders': ['second'], Export: ['third'] };
    await nodeRed.deploy([
      tab(flowTab),
      { ...connection(id, ['report'], wired, { name: 'Customers EU', x: 300, y: 200 }) },
      ...targets.map((target, at) => ({ ...coreNode(target, 'debug', []), x: 600, y: 80 + 60 * at })),
    ]);
    editor = await EditorPage.open(chromium, nodeRed.url);
  });
  after(async () => {
    await editor?.close();
    await nodeRed?.stop();
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await editor.screenshot('connection failed');
    assert.deepEqual(editor.troubles, []);
  });

  const button = () => editor.page.locator(`[id="${id}"] .red-ui-flow-node-button`);
  const isOn = async () => {
    const { body } = await nodeRed.get<{ id: string; on: boolean }[]>('/profile-sync/connections');
    return body.find((one) => one.id === id)?.on;
  };
  const rows = () => editor.page.locator('#profile-sync-goals > li');
  const nameOf = (row: number) => rows().nth(row).locator('input[type="text"]');
  const names = () =>
    rows()
      .locator('input[type="text"]')
      .evaluateAll((inputs) => inputs.map((input) => (input as { value?: string }).value));

  async function deployed(): Promise<Deployed> {
    await editor.deploy();
    const { body } = await nodeRed.get<FlowNode[]>('/flows');
    const node = body.find((one) => one.id === id) as FlowNode & {
      goals: { name: string }[];
      wires: string[][];
      outputs: number;
    };
    const [reports = [], ...wires] = node.wires;
    return {
      goals: Object.fromEntries(node.goals.map(({ name }, at) => [name, wires[at] ?? []])),
      order: node.goals.map(({ name }) => name),
      reports,
      outputs: node.outputs,
    };
  }

  it('its button switches it off and on at once, without a deploy', async () => {
    await button().locator('.red-ui-flow-node-button-button').click();
    await until(async () => (await isOn()) === false, { what: 'the connection to be off' });
    await editor.waitForStatus(id, /^off: press the button$/);
    await editor.screenshot('connection off');
    assert.ok(await editor.page.locator('#red-ui-header-button-deploy.disabled').isVisible());

    await editor.page.reload();
    await editor.waitForStatus(id, /^off/);
    await button().locator('.red-ui-flow-node-button-button').click();
    await until(async () => (await isOn()) === true, { what: 'the connection to be on' });
  });

  it('a button pressed elsewhere shows here', async () => {
    const left = async () => (await button().boundingBox())!.x;
    const on = await left();
    await nodeRed.post(`/profile-sync/connections/${id}/toggle`, { on: false });
    await until(async () => (await left()) > on, { what: 'the button to show off' });
    await nodeRed.post(`/profile-sync/connections/${id}/toggle`, { on: true });
    await until(async () => (await left()) === on, { what: 'the button to show on' });
  });

  it('the dialog shows goals with the outputs that start them', async () => {
    await editor.openDialog(id);
    assert.deepEqual(await names(), ['Import customers', 'Import orders', 'Export']);
    assert.deepEqual(await rows().locator('.profile-sync-goal-output').allTextContents(), [
      '→ 2',
      '→ 3',
      '→ 4',
    ]);
    await editor.screenshot('connection dialog');
  });

  it('wires follow their goals when these are moved by keyboard and by mouse', async function () {
    this.timeout(30_000);
    await nameOf(0).press('Alt+ArrowDown');
    assert.deepEqual(await names(), ['Import orders', 'Import customers', 'Export']);
    const handle = rows().nth(2).locator('.red-ui-editableList-item-handle');
    const from = (await handle.boundingBox())!;
    const to = (await rows().nth(0).boundingBox())!;
    await editor.page.mouse.move(from.x + 4, from.y + 4);
    await editor.page.mouse.down();
    await editor.page.mouse.move(from.x + 4, to.y + 20, { steps: 12 });
    await editor.page.mouse.move(from.x + 4, to.y + 2, { steps: 6 });
    await editor.page.mouse.up();
    assert.deepEqual(await names(), ['Export', 'Import orders', 'Import customers']);
    await editor.doneWithDialog();
    assert.match((await button().getAttribute('class')) ?? '', /disabled/, 'not deployed: no button');
    await editor.screenshot('connection moved');
    const moved = await deployed();
    assert.deepEqual(moved.order, ['Export', 'Import orders', 'Import customers']);
    assert.deepEqual(moved.goals, {
      'Import customers': ['first'],
      'Import orders': ['second'],
      Export: ['third'],
    });
    assert.deepEqual([moved.reports, moved.outputs], [['report'], 4]);
    await until(async () => !/disabled/.test((await button().getAttribute('class')) ?? ''), {
      what: 'the button to be enabled',
    });
  });

  it('wires follow when goals are added, copied and removed', async function () {
    this.timeout(30_000);
    await editor.openDialog(id);
    await rows().nth(0).getByLabel('Copy this goal').click();
    assert.deepEqual(await names(), ['Export', 'Export 2', 'Import orders', 'Import customers']);
    await rows().nth(2).getByLabel('Remove this goal').click();
    await until(async () => (await rows().count()) === 3, { what: 'the goal to be gone' });
    await editor.page.locator('#profile-sync-add-import').click();
    await nameOf(3).fill('Import new');
    await editor.page.locator('#profile-sync-add-export').click();
    assert.deepEqual(await names(), ['Export', 'Export 2', 'Import customers', 'Import new', 'Export 3']);
    await editor.screenshot('connection edited');
    await editor.doneWithDialog();
    const edited = await deployed();
    assert.deepEqual(edited.goals, {
      Export: ['third'],
      'Export 2': [],
      'Import customers': ['first'],
      'Import new': [],
      'Export 3': [],
    });
    assert.deepEqual([edited.reports, edited.outputs], [['report'], 6]);
  });

  it('two goals of one name, and addresses that are none, are told', async () => {
    await editor.openDialog(id);
    await nameOf(1).fill('export');
    assert.equal(
      await editor.page.locator('#profile-sync-goal-problem').textContent(),
      'Goals: two have the same name',
    );
    await editor.type({ 'node-input-addresses': 'ops@example.com, nobody' });
    await editor.doneWithDialog();
    await editor.waitForTriangle(id, true);
    await editor.screenshot('connection invalid');
  });

  it('a new one has an import and an export, and is not deployed', async () => {
    await editor.page.keyboard.press('Escape');
    await editor.page
      .locator('.red-ui-palette-node[data-palette-type="profile-sync-connection"]')
      .dragTo(editor.page.locator('#red-ui-workspace-chart'), { targetPosition: { x: 260, y: 420 } });
    const added = editor.page.locator('.red-ui-flow-node-group', { hasText: 'connection' }).last();
    await added.waitFor();
    assert.match((await added.locator('.red-ui-flow-node-button').getAttribute('class')) ?? '', /disabled/);
    assert.equal(await added.locator('.red-ui-flow-port-output').count(), 3);
    await editor.screenshot('connection new');
  });
});
