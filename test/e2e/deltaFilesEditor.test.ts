import assert from 'node:assert/strict';
import { EditorPage } from '../support/editorPage';
import { deltaFiles } from '../support/flowNodes';
import type { FlowNode } from '../support/flowProbe';
import { Stage } from '../support/stage';
import { describeWith } from '../support/systemParts';

describeWith('browser', 'editor: the dialog of delta files', (chromium) => {
  let stage: Stage;
  let editor: EditorPage;
  before(async function () {
    this.timeout(90_000);
    stage = await Stage.start(20);
    // As an earlier release saved it.
    const { minAgeMinutes: _, ...saved } = deltaFiles('source', [], { y: 320 });
    await stage.deploy([saved as FlowNode]);
    editor = await EditorPage.open(chromium, stage.nodeRed.url);
  });
  after(async () => {
    await editor?.close();
    await stage?.stop();
  });

  const isShown = (id: string) => editor.page.locator(`[id="${id}"]`).isVisible();
  const select = (property: string, value: string) =>
    editor.page.locator(`#node-input-${property}`).selectOption(value);

  it('shows what a choice needs, and nothing of files where a segment is read', async function () {
    this.timeout(60_000);
    await editor.openDialog('source');
    assert.equal(await editor.page.locator('#node-input-minAgeMinutes').inputValue(), '5');
    assert.deepEqual(
      [await isShown('node-input-delimiter'), await isShown('node-input-otherDelimiter')],
      [true, false],
    );
    await select('format', 'ndjson');
    assert.equal(await isShown('node-input-delimiter'), false);
    await select('readiness', 'marker');
    assert.equal(await isShown('node-input-minAgeMinutes'), false);
    await select('origin', 'segment');
    assert.deepEqual(
      [await isShown('node-input-format'), await isShown('node-input-readiness')],
      [false, false],
    );
    await select('origin', 'files');
    await select('format', 'csv');
    await select('delimiter', 'other');
    await editor.screenshot('delta-files');
    await editor.doneWithDialog();
    await editor.waitForTriangle('source', true);
  });

  it('saves how CSV is written, and which files wait', async function () {
    this.timeout(60_000);
    await editor.openDialog('source');
    await select('readiness', 'age');
    await select('encoding', 'windows-1252');
    await select('afterwards', 'rename');
    await editor.type({
      'node-input-prefix': 'exports/*/profiles-*.csv',
      'node-input-minAgeMinutes': '10',
      'node-input-otherDelimiter': '^',
      'node-input-valueSeparator': '|',
    });
    await editor.doneWithDialog();
    await editor.waitForTriangle('source', false);
    await editor.deploy();
    const { body } = await stage.nodeRed.get<FlowNode[]>('/flows');
    const {
      prefix,
      readiness,
      minAgeMinutes,
      afterwards,
      format,
      delimiter,
      otherDelimiter,
      encoding,
      valueSeparator,
    } = body.find(({ id }) => id === 'source')!;
    assert.deepEqual(
      {
        prefix,
        readiness,
        minAgeMinutes,
        afterwards,
        format,
        delimiter,
        otherDelimiter,
        encoding,
        valueSeparator,
      },
      {
        prefix: 'exports/*/profiles-*.csv',
        readiness: 'age',
        minAgeMinutes: 10,
        afterwards: 'rename',
        format: 'csv',
        delimiter: 'other',
        otherDelimiter: '^',
        encoding: 'windows-1252',
        valueSeparator: '|',
      },
    );
    assert.deepEqual(editor.troubles, []);
  });
});
