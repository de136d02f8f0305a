import assert from 'node:assert/strict';
import { assertAccessible } from '../support/accessibility';
import { EditorPage } from '../support/editorPage';
import {
  blueconicProfiles,
  blueconicSegment,
  connection,
  coreNode,
  deltaFiles,
  exportMapper,
  importMapper,
  segmentExport,
  usersTrack,
} from '../support/flowNodes';
import { nodeRedVersion } from '../support/places';
import { Stage } from '../support/stage';
import { describeWith } from '../support/systemParts';
import { tabWalk } from '../support/tabWalk';

/** Node-RED 5 leaves the choice to its user; 4.1 is light. */
const themes = Number.parseInt(nodeRedVersion, 10) >= 5 ? (['light', 'dark'] as const) : (['light'] as const);
/** What of a dialog is ours: the form, and the list that a field opens above everything. */
const ours = '.profile-sync-form, .profile-sync-choices';
const dialogs = {
  connection: 'profile-sync-connection',
  segmentExport: 'braze-segment-export',
  importMapper: 'profile-field-mapper, import',
  blueconicProfiles: 'blueconic-profiles',
  segment: 'blueconic-delta, segment',
  files: 'blueconic-delta, files',
  exportMapper: 'profile-field-mapper, export',
  usersTrack: 'braze-users-track',
  lookup: 'braze-lookup',
};

describeWith('browser', 'editor: every dialog can be read, heard and operated', (chromium) => {
  let stage: Stage;
  let editor: EditorPage;
  before(async function () {
    this.timeout(90_000);
    stage = await Stage.start(20);
    await stage.reset();
    await stage.deploy([
      {
        id: 'store',
        type: 'profile-sync-store',
        name: 'State',
        kind: 'embedded',
        folder: 'state',
        keepRuns: 200,
        keepDays: 400,
      },
      connection(
        'connection',
        [],
        { 'Import customers': ['segmentExport'], 'Export customers': ['segment'] },
        { store: 'store', labels: ['EU'], y: 40 },
      ),
      segmentExport('segmentExport', ['importMapper'], { customAttributes: ['loyalty_points'], y: 100 }),
      importMapper('importMapper', ['blueconicProfiles'], { x: 420, y: 100 }),
      blueconicProfiles('blueconicProfiles', [[], []], { x: 640, y: 100, objectives: ['newsletter'] }),
      blueconicSegment('segment', ['exportMapper'], { properties: ['loyalty_points'], y: 160 }),
      deltaFiles('files', ['exportMapper'], { y: 220 }),
      exportMapper('exportMapper', ['usersTrack'], { x: 420, y: 160 }),
      usersTrack('usersTrack', [[], []], { x: 640, y: 160 }),
      coreNode('lookup', 'braze-lookup', [], { braze: 'braze', lookup: 'campaign', item: '', y: 280 }),
    ]);
    editor = await EditorPage.open(chromium, stage.nodeRed.url);
    await editor.page.setViewportSize({ width: 1600, height: 1000 });
  });
  after(async () => {
    await editor?.close();
    await stage?.stop();
  });

  for (const theme of themes) {
    describe(theme, function () {
      this.timeout(150_000);
      let stop = 0;
      before(async () => {
        await editor.page.evaluate((chosen) => {
          const { localStorage } = globalThis as unknown as {
            localStorage: { setItem(key: string, value: string): void };
          };
          localStorage.setItem('view-dark-theme', chosen);
        }, theme);
        await editor.page.reload({ waitUntil: 'commit', timeout: 60_000 });
        await editor.page.locator('.red-ui-palette-node').first().waitFor({ timeout: 60_000 });
        const dark = await editor.page.locator('html.nr-theme-dark').count();
        assert.equal(dark === 1, theme === 'dark');
      });
      afterEach(async function () {
        if (this.currentTest?.state === 'failed') await editor.screenshot(`accessibility failed ${theme}`);
        for (const dialog of ['config-dialog', 'dialog']) {
          const cancel = editor.page.locator(`#node-${dialog}-cancel`);
          if (!(await cancel.isVisible())) continue;
          await cancel.click();
          await cancel.waitFor({ state: 'detached' });
        }
        const troubles = editor.troubles.filter((trouble) => !trouble.includes('Model is disposed'));
        assert.deepEqual(troubles, []);
      });

      async function assertNoHurdle(what: string): Promise<void> {
        stop += 1;
        await editor.screenshot(`accessibility ${theme} ${stop} ${what}`);
        await assertAccessible(editor.page, ours);
      }
      async function assertKeyboardGoesThrough(): Promise<void> {
        const { missed, jumps } = await tabWalk(editor.page, '.profile-sync-form');
        assert.deepEqual({ missed, jumps }, { missed: [], jumps: [] });
      }
      const press = (selector: string) => editor.page.locator(selector).click();

      for (const [id, dialog] of Object.entries(dialogs)) {
        if (dialog.startsWith('profile-field-mapper')) continue;
        it(dialog, async () => {
          await editor.openDialog(id);
          await assertNoHurdle(dialog);
          const closed = editor.page.locator('.profile-sync-form details:not([open]) > summary');
          while ((await closed.count()) > 0) await closed.first().click();
          await assertKeyboardGoesThrough();
          const field = editor.page.locator('.profile-sync-form .profile-sync-combobox:visible').first();
          if ((await field.count()) === 0) return;
          await field.click();
          await editor.page
            .locator('.profile-sync-choices :is(.profile-sync-choice, .profile-sync-choices-empty)')
            .first()
            .waitFor();
          await editor.page.keyboard.press('ArrowDown');
          await assertNoHurdle(`${dialog}, a list`);
          await editor.page.keyboard.press('Escape');
        });
      }

      for (const [field, id] of [
        ['braze', 'segmentExport'],
        ['s3', 'segmentExport'],
        ['blueconic', 'segment'],
      ] as const) {
        it(`the configuration ${field}, checked`, async () => {
          await editor.openDialog(id);
          await editor.openConfig(field);
          const closed = editor.page.locator('.profile-sync-form details:not([open]) > summary');
          while ((await closed.count()) > 0) await closed.first().click();
          await press('#profile-sync-check');
          await editor.page.locator('.profile-sync-finding .fa-check').first().waitFor();
          await assertNoHurdle(`${field}, checked`);
          await assertKeyboardGoesThrough();
        });
      }

      it('the store and what is in it', async () => {
        await editor.openDialog('connection');
        await editor.openConfig('store');
        await press('#profile-sync-store-inspect');
        await editor.page.locator('#profile-sync-store-details table').first().waitFor();
        await assertNoHurdle('store');
      });

      for (const id of ['importMapper', 'exportMapper'] as const) {
        it(`${dialogs[id]}, tab by tab`, async () => {
          await editor.openDialog(id);
          await press('#profile-sync-panel-fields .red-ui-editableList-addButton >> nth=-1');
          await editor.page
            .locator('#profile-sync-rows > li')
            .last()
            .getByLabel(/^(BlueConic property|Braze attribute)$/)
            .fill('no source');
          await editor.page.keyboard.press('Escape');
          await editor.page
            .locator('#profile-sync-rows .profile-sync-map-problem:not(:empty)')
            .first()
            .waitFor();
          await assertNoHurdle(`${dialogs[id]}, fields`);
          await press('#profile-sync-rows .profile-sync-combobox >> nth=0');
          await editor.page.locator('.profile-sync-choice').first().waitFor();
          await editor.page.keyboard.press('ArrowDown');
          await assertNoHurdle(`${dialogs[id]}, a list`);
          await editor.page.keyboard.press('Escape');
          await press('#profile-sync-remaining-open');
          await editor.page.locator('.profile-sync-remaining-list label').nth(1).waitFor();
          await assertNoHurdle(`${dialogs[id]}, remaining fields`);
          await assertKeyboardGoesThrough();

          await press('#profile-sync-rows > li:last-child .red-ui-editableList-item-remove');
          await press('#profile-sync-panel-filter-tab');
          await press('#profile-sync-panel-filter .red-ui-editableList-addButton');
          await assertNoHurdle(`${dialogs[id]}, filter`);
          await press('#profile-sync-panel-filter .red-ui-editableList-item-remove');

          await press('#profile-sync-panel-preview-tab');
          await editor.type({
            'profile-sync-samples':
              id === 'importMapper'
                ? '[{"external_id":"cust-1","email":"mira@example.org"},{"email":"nobody@example.org"}]'
                : '[{"properties":{"customer_id":["cust-1"],"loyalty_points":["7"]}},{"properties":{}}]',
          });
          await editor.page.locator('.profile-sync-preview-row').nth(1).waitFor();
          await assertNoHurdle(`${dialogs[id]}, preview`);
          await assertKeyboardGoesThrough();

          await press('#profile-sync-panel-json-tab');
          await editor.type({ 'profile-sync-json': '{"direction": 1}' });
          await press('#profile-sync-json-take');
          await editor.page.locator('#profile-sync-json-state .profile-sync-finding-bad').first().waitFor();
          await assertNoHurdle(`${dialogs[id]}, JSON`);
        });
      }
    });
  }
});
