import assert from 'node:assert/strict';
import { EditorPage } from '../support/editorPage';
import { coreNode } from '../support/flowNodes';
import type { FlowNode } from '../support/flowProbe';
import { Stage } from '../support/stage';
import { describeWith } from '../support/systemParts';

describeWith('browser', 'editor: the dialog of a lookup', (chromium) => {
  let stage: Stage;
  let editor: EditorPage;
  before(async function () {
    this.timeout(90_000);
    stage = await Stage.start(20);
    await stage.deploy([
      coreNode('lookup', 'braze-lookup', [], { braze: 'braze', lookup: 'segments', item: '', y: 320 }),
    ]);
    editor = await EditorPage.open(chromium, stage.nodeRed.url);
  });
  after(async () => {
    await editor?.close();
    await stage?.stop();
  });

  it('asks which one only for details, offers campaigns by name, and saves the id', async function () {
    this.timeout(60_000);
    await editor.openDialog('lookup');
    const item = editor.page.locator('#node-input-item');
    assert.equal(await item.isVisible(), false);
    await editor.page.locator('#node-input-lookup').selectOption('campaign');
    await editor.choose('node-input-item', 'Order confirmation');
    await editor.screenshot('lookup');
    await editor.doneWithDialog();
    await editor.deploy();
    const { body } = await stage.nodeRed.get<FlowNode[]>('/flows');
    const saved = body.find(({ id }) => id === 'lookup');
    assert.equal(saved?.lookup, 'campaign');
    assert.equal(saved?.item, 'b0a5b1d2-0c3e-4f67-8a91-2b3c4d5e6f02');
    assert.deepEqual(editor.troubles, []);
  });
});
