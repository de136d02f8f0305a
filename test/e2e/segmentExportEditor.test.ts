import assert from 'node:assert/strict';
import { EditorPage } from '../support/editorPage';
import { segmentExport } from '../support/flowNodes';
import type { FlowNode } from '../support/flowProbe';
import { Stage } from '../support/stage';
import { describeWith } from '../support/systemParts';

describeWith('browser', 'editor: the dialog of a segment export', (chromium) => {
  let stage: Stage;
  let editor: EditorPage;
  before(async function () {
    this.timeout(90_000);
    stage = await Stage.start(20);
    await stage.deploy([segmentExport('import', [], { y: 320 })], { settings: { s3: { region: '' } } });
    editor = await EditorPage.open(chromium, stage.nodeRed.url);
  });
  after(async () => {
    await editor?.close();
    await stage?.stop();
  });

  it('is complete with an S3 configuration that leaves the region to S3', async function () {
    this.timeout(60_000);
    await editor.waitForTriangle('import', false);
    await editor.openDialog('import');
    await editor.openConfig('s3');
    const region = editor.page.locator('#node-config-input-region');
    assert.equal(await region.inputValue(), '');
    assert.equal(await editor.page.locator('#node-config-input-region.input-error').count(), 0);
    await editor.doneWithConfig();
    await editor.doneWithDialog();
  });

  it('saves what becomes of the files, and where Braze may call', async function () {
    this.timeout(60_000);
    await editor.openDialog('import');
    await editor.page.locator('.profile-sync-form > details > summary').first().click();
    await editor.page.locator('#node-input-afterwards').selectOption('delete');
    const address = editor.page.locator('#node-input-callbackUrl');
    await address.fill('node-red.example.org');
    // What was typed is judged when the field is left.
    await address.blur();
    await editor.page.locator('#node-input-callbackUrl.input-error').waitFor();
    await address.fill('https://node-red.example.org');
    await editor.screenshot('segment-export');
    await editor.doneWithDialog();
    await editor.deploy();
    const { body } = await stage.nodeRed.get<FlowNode[]>('/flows');
    const saved = body.find(({ id }) => id === 'import')!;
    assert.deepEqual([saved.afterwards, saved.callbackUrl], ['delete', 'https://node-red.example.org']);
    assert.deepEqual(editor.troubles, []);
  });
});
