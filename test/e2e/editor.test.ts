import assert from 'node:assert/strict';
import { EditorPage } from '../support/editorPage';
import { exampleNames, goalTriggers, readExample } from '../support/exampleFlow';
import type { FlowNode } from '../support/flowProbe';
import { Stage } from '../support/stage';
import { describeWith } from '../support/systemParts';

const people = 200;
const example = readExample(exampleNames.bothDirections);
const nodeOf = (type: string): FlowNode => example.find((node) => node.type === type)!;
const [importTrigger, exportTrigger] = goalTriggers(example) as [FlowNode, FlowNode];
const source = { import: nodeOf('braze-segment-export').id, export: nodeOf('blueconic-delta').id };
const sink = { import: nodeOf('blueconic-profiles').id, export: nodeOf('braze-users-track').id };

describeWith('browser', 'editor: from an empty flow to two ledgers, by hand', (chromium) => {
  let stage: Stage;
  let editor: EditorPage;
  before(async function () {
    this.timeout(90_000);
    stage = await Stage.start(people);
    await stage.reset();
    editor = await EditorPage.open(chromium, stage.nodeRed.url);
  });
  after(async () => {
    await editor?.close();
    await stage?.stop();
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await editor.screenshot('failed');
    assert.deepEqual(editor.troubles, []);
  });

  it('the palette shows the nodes in their category, in the order of a flow', async () => {
    const shown = await editor.palette('profile_sync');
    const order = [
      'segment export',
      'blueconic delta',
      'braze lookup',
      'field mapper',
      'users.track',
      'blueconic profiles',
    ];
    assert.deepEqual(
      shown.filter((label) => order.includes(label)),
      order,
    );
  });

  it('the example comes from the menu, and its nodes say that they are not complete', async function () {
    this.timeout(60_000);
    await editor.importExample(
      '@profile-bridge/node-red-braze-blueconic',
      exampleNames.bothDirections,
      'Try both directions',
    );
    for (const id of [...Object.values(source), ...Object.values(sink)])
      await editor.waitForTriangle(id, true);
    await editor.screenshot('1 imported');
  });

  it('the dialogs take what the sandbox prints, and offer its segments', async function () {
    this.timeout(60_000);
    const { braze, blueconic, s3 } = stage.sandbox.description;
    await editor.openDialog(source.import);
    await editor.openConfig('braze');
    await editor.type({
      'node-config-input-endpoint': braze.endpoint,
      'node-config-input-apiKey': braze.apiKey,
    });
    await editor.screenshot('2 Braze');
    await editor.doneWithConfig();
    await editor.openConfig('s3');
    await editor.page.locator('#profile-sync-compatible summary').click();
    await editor.type({
      'node-config-input-accessKeyId': s3.accessKeyId,
      'node-config-input-secretAccessKey': s3.secretAccessKey,
      'node-config-input-region': s3.region,
      'node-config-input-endpoint': s3.endpoint,
    });
    await editor.page.locator('#node-config-input-pathStyle').check();
    await editor.choose('node-config-input-bucket', s3.bucket);
    await editor.screenshot('3 S3');
    await editor.doneWithConfig();
    await editor.choose('profile-sync-segment', 'All');
    await editor.screenshot('4 segment export');
    await editor.doneWithDialog();

    await editor.openDialog(source.export);
    await editor.openConfig('blueconic');
    await editor.type({
      'node-config-input-url': blueconic.url,
      'node-config-input-clientId': blueconic.clientId,
      'node-config-input-clientSecret': blueconic.clientSecret,
    });
    await editor.screenshot('5 BlueConic');
    await editor.doneWithConfig();
    await editor.choose('profile-sync-segment', 'All');
    await editor.screenshot('6 blueconic delta');
    await editor.doneWithDialog();

    for (const id of [...Object.values(source), ...Object.values(sink)])
      await editor.waitForTriangle(id, false);
  });

  it('every other dialog opens and closes unchanged', async function () {
    this.timeout(60_000);
    for (const { id, type, name } of example) {
      if (!['profile-field-mapper', 'blueconic-profiles', 'braze-users-track'].includes(type)) continue;
      await editor.openDialog(id);
      await editor.screenshot(`7 ${type} ${name === '' ? '' : (nodeDirection(id) ?? '')}`.trim());
      await editor.doneWithDialog();
    }
  });

  it('the flow is deployed as it was imported, but for what was typed', async () => {
    await editor.deploy();
    const { body } = await stage.nodeRed.get<FlowNode[]>('/flows');
    const typed = ['endpoint', 'url', 'region', 'bucket', 'pathStyle', 'segment', 'segmentName'];
    for (const node of example) {
      const deployed = body.find(({ id }) => id === node.id);
      for (const [property, value] of Object.entries(node)) {
        if (!typed.includes(property))
          assert.deepEqual(deployed?.[property], value, `${node.type}: ${property}`);
      }
    }
    const { braze, blueconic, s3 } = stage.sandbox.description;
    const told = JSON.stringify(body);
    for (const secret of [braze.apiKey, blueconic.clientSecret, s3.secretAccessKey])
      assert.ok(!told.includes(secret));
  });

  it('the buttons run both goals, and the status lines count to the end', async function () {
    this.timeout(90_000);
    await editor.pressInjectButton(importTrigger.id);
    await editor.waitForStatus(source.import, /\d/);
    assert.equal(await editor.waitForStatus(sink.import, /done$/), '200 · done');
    assert.equal(await editor.waitForStatus(source.import, /done$/), '200 · done');
    await editor.pressInjectButton(exportTrigger.id);
    assert.match(
      await editor.waitForStatus(sink.export, /done/),
      /^200 · done · [\d,]+ data points(?:, [\d,]+ saved)?$/,
    );
    await editor.screenshot('8 done');
    const imported = await stage.nextRun();
    assert.equal(imported.ledger.accepted, people);
    assert.equal((await stage.nextRun()).ledger.accepted, people);
  });
});

function nodeDirection(id: string): string | undefined {
  return example.find((node) => node.id === id)?.direction as string | undefined;
}
