import assert from 'node:assert/strict';
import { EditorPage } from '../support/editorPage';
import { blueconicProfiles } from '../support/flowNodes';
import type { FlowNode } from '../support/flowProbe';
import { Stage } from '../support/stage';
import { describeWith } from '../support/systemParts';

describeWith('browser', 'editor: the dialog of BlueConic profiles', (chromium) => {
  let stage: Stage;
  let editor: EditorPage;
  before(async function () {
    this.timeout(90_000);
    stage = await Stage.start(20);
    await stage.deploy([blueconicProfiles('sink', [[], []], { y: 320 })]);
    editor = await EditorPage.open(chromium, stage.nodeRed.url);
  });
  after(async () => {
    await editor?.close();
    await stage?.stop();
  });

  it('offers the objectives of the tenant, and saves what new profiles get', async function () {
    this.timeout(60_000);
    await editor.openDialog('sink');
    await editor.choose('profile-sync-objective', 'Newsletter');
    await editor.type({ 'node-input-domainGroup': 'shop', 'node-input-zone': 'gdpr' });
    await editor.page.locator('#node-input-permissionLevel').selectOption('ANONYMOUS');
    await editor.screenshot('blueconic-profiles');
    await editor.doneWithDialog();
    await editor.deploy();
    const { body } = await stage.nodeRed.get<FlowNode[]>('/flows');
    const saved = body.find(({ id }) => id === 'sink')!;
    assert.deepEqual(
      [saved.objectives, saved.domainGroup, saved.zone, saved.permissionLevel],
      [['newsletter'], 'shop', 'gdpr', 'ANONYMOUS'],
    );
    assert.deepEqual(editor.troubles, []);
  });

  it('asks when to send again only while it compares, and gives a tick its time', async function () {
    this.timeout(60_000);
    await editor.openDialog('sink');
    const { page } = editor;
    await page.locator('#node-input-changeDetection').selectOption('off');
    assert.ok(await page.locator('#profile-sync-comparing').isHidden());
    await page.locator('#node-input-changeDetection').selectOption('on');
    assert.ok(await page.locator('#profile-sync-refresh').isHidden());
    await page.locator('#profile-sync-send-everything').check();
    await page.locator('#node-input-refreshDays').fill('30');
    await page.locator('#node-input-refreshDays').blur();
    await page.locator('#profile-sync-refresh').waitFor({ state: 'visible' });
    await editor.doneWithDialog();
    await editor.deploy();
    const { body } = await stage.nodeRed.get<FlowNode[]>('/flows');
    const saved = body.find(({ id }) => id === 'sink')!;
    assert.deepEqual([saved.changeDetection, saved.refreshDays, saved.refreshCap], ['on', 30, 10_000]);
    assert.match(String(saved.sendEverything), /^\d{4}-\d\d-\d\dT/);
    assert.deepEqual(editor.troubles, []);
  });
});
