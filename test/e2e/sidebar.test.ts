import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { assertAccessible } from '../support/accessibility';
import { deltaRecords, gzipLines } from '../support/customers';
import { EditorPage } from '../support/editorPage';
import { connection, deltaFiles, exportMapper, flowTab, usersTrack } from '../support/flowNodes';
import { inject } from '../support/flowProbe';
import { Stage } from '../support/stage';
import { describeWith } from '../support/systemParts';
import { until } from '../support/until';

const people = 900;

describeWith('browser', 'editor: the sidebar', (chromium) => {
  let stage: Stage;
  let editor: EditorPage;
  let files = 0;

  before(async function () {
    this.timeout(120_000);
    stage = await Stage.start(people);
    await stage.reset();
    await stage.deploy([
      {
        ...connection('k', [], { 'Export points': ['ordered'] }, { name: 'Customers EU', favourite: true }),
        y: 80,
      },
      { ...deltaFiles('ordered', ['mapper'], { name: 'Points', prefix: 'eu/' }), y: 80 },
      exportMapper('mapper', ['sink']),
      usersTrack('sink'),
      inject('go', flowTab, ['alone']),
      deltaFiles('alone', ['mapper2'], { name: 'Orders of the day', prefix: 'alone/' }),
      // To another attribute: what the connection has sent is not sent again.
      JSON.parse(JSON.stringify(exportMapper('mapper2', ['sink2'])).replaceAll('bc_points', 'bc_orders')),
      usersTrack('sink2'),
    ]);
    editor = await EditorPage.open(chromium, stage.nodeRed.url);
    await openSidebar(editor);
  });
  after(async () => {
    await editor?.close();
    await stage?.stop();
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await editor?.screenshot('sidebar failed');
    await stage.sandbox.control('DELETE', '/faults');
    assert.deepEqual(editor.troubles, []);
  });

  const sidebar = (page = editor) => page.page.locator('.profile-sync-sidebar');
  const card = (name: string): Locator => sidebar().locator('.profile-sync-card', { hasText: name });
  const press = (name: string, button: string) => card(name).getByRole('button', { name: button }).click();
  const shows = (name: string, text: RegExp) =>
    card(name).filter({ hasText: text }).waitFor({ timeout: 50_000 });
  const put = (folder: string, from = 0, to = people) =>
    stage.sandbox.putObject(`${folder}/${++files}.ndjson.gz`, gzipLines(deltaRecords(from, to)));
  const slowDown = (ms: number) =>
    stage.sandbox.control('POST', '/faults', { system: 'braze', fault: { kind: 'latency', ms } });

  async function openSidebar(page: EditorPage): Promise<void> {
    // While the editor comes up it opens its own tab, even over ours.
    let steadyLooks = 0;
    await until(
      async () => {
        steadyLooks = (await sidebar(page).isVisible()) ? steadyLooks + 1 : 0;
        if (steadyLooks === 0) await page.page.evaluate(`RED.actions.invoke('profile-sync:show-sidebar')`);
        return steadyLooks >= 20;
      },
      { what: 'the sidebar to be shown, and to stay' },
    );
  }

  it('lists connections and goals without one, with direction and state', async () => {
    await shows('Customers EU', /BlueConic → Braze.*has not run yet/);
    await shows('Orders of the day', /BlueConic → Braze.*has not run yet/);
    assert.equal(await sidebar().locator('.profile-sync-card').count(), 2);
    await assertAccessible(editor.page, '.profile-sync-sidebar');
  }).timeout(60_000);

  it('runs a connection and follows it to its end', async () => {
    await put('eu');
    await slowDown(1_500);
    await press('Customers EU', 'Run now');
    await shows('Customers EU', /running · goal 1 of 1/);
    await shows('Customers EU', /of about 900 rows/);
    await assertAccessible(editor.page, '.profile-sync-sidebar');
    await editor.screenshot('sidebar running');
    await shows('Customers EU', /succeeded/);
    await card('Customers EU').locator('progress').waitFor({ state: 'detached' });
    assert.equal((await stage.attribute('bc_points')).size, people);
  }).timeout(60_000);

  it('switches a connection off and on, by mouse and by keyboard', async () => {
    const toggle = card('Customers EU').getByRole('switch');
    const isOn = async () =>
      (await stage.nodeRed.get<{ on: boolean }[]>('/profile-sync/connections')).body[0]?.on;
    await toggle.click();
    await shows('Customers EU', /off/);
    assert.equal(await isOn(), false);
    assert.ok(await card('Customers EU').getByRole('button', { name: 'Run now' }).isDisabled());
    await toggle.focus();
    await editor.page.keyboard.press('Space');
    await until(isOn, { what: 'the connection to be on' });
    await sidebar().locator('[role="switch"][aria-checked="true"]').waitFor();
  }).timeout(60_000);

  it('runs a goal without a connection dry, and stops it', async () => {
    await put('alone');
    await press('Orders of the day', 'Dry run');
    await shows('Orders of the day', /succeeded/);
    assert.equal((await stage.runs()).history[0]?.dryRun, true);
    await slowDown(4_000);
    await press('Orders of the day', 'Run now');
    await shows('Orders of the day', /of about 900 rows/);
    await press('Orders of the day', 'Stop');
    await shows('Orders of the day', /stopped/);
  }).timeout(60_000);

  it('lists ended runs, and opens one into its account', async () => {
    const runs = sidebar().locator('.profile-sync-run');
    await until(async () => (await runs.count()) >= 3, { what: 'three runs in the list' });
    const first = runs.filter({ hasText: 'Points' });
    assert.match((await first.textContent()) ?? '', /900 rows.*succeeded/);
    await first.focus();
    await editor.page.keyboard.press('Enter');
    const account = sidebar().locator('.profile-sync-details');
    await account.filter({ hasText: /Account · adds up/ }).waitFor();
    assert.match((await account.textContent()) ?? '', /Read900.*Accepted900.*Data points900/);
    await assertAccessible(editor.page, '.profile-sync-sidebar');
    await first.scrollIntoViewIfNeeded();
    await editor.screenshot('sidebar history');
    await first.click();
    await account.waitFor({ state: 'hidden' });
  }).timeout(60_000);

  it('charts profiles, data points and requests, also as a table, of all runs or of one connection', async () => {
    const chart = sidebar().locator('.profile-sync-chart');
    await chart.waitFor();
    const told = async () => (await chart.locator('desc').textContent()) ?? '';
    assert.match(await told(), /Accepted: 9\d\d/);
    await sidebar().getByLabel('What the chart shows').selectOption('dataPoints');
    await until(async () => /Spent: 9\d\d/.test(await told()), { what: 'the chart of data points' });
    await sidebar().getByLabel('How far back').selectOption('day');
    await sidebar().getByLabel('Show', { exact: true }).selectOption({ label: 'Customers EU' });
    await until(async () => /Spent: 900, Saved: 0/.test(await told()), {
      what: 'the chart of the connection',
    });
    await sidebar().locator('summary').click();
    const table = sidebar().locator('details table');
    assert.match((await table.textContent()) ?? '', /Data pointsTimeRunsSpentSaved.*1900/);
    await assertAccessible(editor.page, '.profile-sync-sidebar');
    await editor.screenshot('sidebar chart');
    const runs = sidebar().locator('.profile-sync-run');
    await until(async () => (await runs.count()) === 1, { what: 'the one run of the connection' });
  }).timeout(60_000);

  it('is as good in German, and in the dark', async () => {
    const other = await EditorPage.open(chromium, stage.nodeRed.url, { locale: 'de', colorScheme: 'dark' });
    try {
      await openSidebar(other);
      await sidebar(other).getByText('Verbindungen und Ziele', { exact: true }).waitFor();
      await sidebar(other).locator('.profile-sync-run').first().click();
      await sidebar(other).locator('.profile-sync-chart').waitFor();
      await sidebar(other).getByText('geht auf').waitFor();
      await assertAccessible(other.page, '.profile-sync-sidebar');
      await other.screenshot('sidebar, German');
      assert.deepEqual(other.troubles, []);
    } finally {
      await other.close();
    }
  }).timeout(120_000);

  it('follows what is deployed', async () => {
    const { body } = await stage.nodeRed.get<{ id: string; name?: string }[]>('/flows');
    await stage.nodeRed.deploy(
      body
        .filter(({ id }) => id !== 'k')
        .map((node) => (node.id === 'alone' ? { ...node, name: 'Orders' } : node)) as never,
    );
    await shows('Points', /has not run yet/);
    await shows('Orders', /stopped/);
    await until(async () => (await sidebar().locator('.profile-sync-card').count()) === 2, {
      what: 'two cards',
    });
  }).timeout(60_000);
});
