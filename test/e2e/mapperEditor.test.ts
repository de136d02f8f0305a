import assert from 'node:assert/strict';
import type { Mapping } from '../../src/mapping/mapping';
import { EditorPage } from '../support/editorPage';
import { connectFlow, exampleNames, readExample } from '../support/exampleFlow';
import type { FlowNode } from '../support/flowProbe';
import { Stage } from '../support/stage';
import { describeWith } from '../support/systemParts';

const example = readExample(exampleNames.bothDirections);
const mappers = example.filter(({ type }) => type === 'profile-field-mapper') as (FlowNode & {
  direction: string;
  mapping: Mapping;
})[];
const mapperOf = (direction: string) => mappers.find((node) => node.direction === direction)!;

/** A customer as Braze exports one, and what is wrong with the two that follow. */
const samples = [
  {
    external_id: 'cust-1',
    email: 'mira@example.org',
    email_subscribe: 'opted_in',
    custom_attributes: { loyalty_points: 7, loyalty_tier: 'gold' },
    custom_events: [{ name: 'Order placed', count: 3 }],
  },
  { external_id: 'cust-2', custom_attributes: { loyalty_points: 'many', loyalty_tier: 'gold' } },
  { email: 'nobody@example.org' },
];

describeWith('browser', 'editor: the field mapper', (chromium) => {
  let stage: Stage;
  let editor: EditorPage;
  before(async function () {
    this.timeout(120_000);
    stage = await Stage.start(30);
    await stage.reset();
    const { nodes, credentials } = connectFlow(example, stage.sandbox.description);
    // Few objects a request, so that the records of a sample need several.
    const few = nodes.map((node) =>
      node.type === 'braze-config' ? { ...node, objectsPerRequest: 2 } : node,
    );
    await stage.nodeRed.deploy(few, credentials);
    editor = await EditorPage.open(chromium, stage.nodeRed.url);
    await editor.page.setViewportSize({ width: 1600, height: 1000 });
  });
  after(async () => {
    await editor?.close();
    await stage?.stop();
  });
  beforeEach(function () {
    this.timeout(90_000);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await editor.screenshot('mapper failed');
    const cancel = editor.page.locator('#node-dialog-cancel').last();
    if (await cancel.isVisible()) {
      await cancel.click();
      await cancel.waitFor({ state: 'detached' });
    }
    // Node-RED's own code editor says this of itself when it is closed soon after it was opened.
    const ours = editor.troubles.filter((trouble) => !trouble.includes('Model is disposed'));
    assert.deepEqual(ours, []);
  });

  const open = (direction: string) => editor.openDialog(mapperOf(direction).id);
  const tab = (name: string) => editor.page.locator(`#profile-sync-panel-${name}-tab`).click();
  const rows = () => editor.page.locator('#profile-sync-rows > li');
  const shownRows = () => editor.page.locator('#profile-sync-rows > li:visible');
  const inRow = (at: number, label: string) => rows().nth(at).getByLabel(label, { exact: true });
  const state = () => editor.page.locator('#profile-sync-preview-state');
  const record = (number: number) =>
    editor.page.locator('.profile-sync-preview-row').filter({ hasText: `Record ${number} ` });

  /** What the JSON tab shows. */
  async function document(): Promise<Mapping> {
    await tab('json');
    return JSON.parse(await editor.page.locator('#profile-sync-json').inputValue()) as Mapping;
  }

  it('holds the mapping as it was deployed', async () => {
    await open('import');
    await editor.screenshot('mapper 1 fields');
    const { mapping } = mapperOf('import');
    assert.deepEqual(await document(), { ...mapping, version: 2 });
  });

  it('adds the remaining fields with a prefix, existing properties first, and takes them back', async () => {
    await open('import');
    const before = await rows().count();
    await editor.page.locator('#profile-sync-remaining-open').click();
    const offered = editor.page.locator('.profile-sync-remaining-list label');
    await offered.nth(1).waitFor();
    await editor.page.locator('#profile-sync-remaining-prefix').fill('crm_');
    const phone = offered.filter({ hasText: /^phone/ });
    const revenue = offered.filter({ hasText: 'crm_total_revenue' });
    await revenue.waitFor();
    assert.match((await phone.textContent()) ?? '', /phone.*exists.*the source does not ask for it/);
    assert.ok(!(await phone.locator('input').isChecked()));
    await phone.locator('input').check();
    await revenue.locator('input').check();
    await editor.screenshot('mapper 2 remaining fields');
    const ticked = await offered.locator('input:checked').count();
    await editor.page.getByRole('button', { name: `Add ${ticked} fields` }).click();
    assert.equal(await rows().count(), before + ticked);
    const targets = (await document()).rows.map(({ target }) => target);
    assert.ok(targets.includes('phone') && targets.includes('crm_total_revenue'), targets.join());

    await tab('fields');
    await editor.page.getByRole('button', { name: 'undo' }).click();
    assert.equal(await rows().count(), before);
    assert.deepEqual((await document()).rows, mapperOf('import').mapping.rows);
  });

  it('a search hides rows without losing any, and a move is a move among those that are seen', async () => {
    await open('import');
    const saved = mapperOf('import').mapping.rows.map(({ target }) => target);
    await editor.page.locator('#profile-sync-search').fill('loyalty');
    const shown = await shownRows().count();
    assert.ok(shown >= 2 && shown < saved.length, String(shown));
    const first = saved.indexOf('braze_tier');
    const second = saved.indexOf('braze_points');
    await shownRows().first().locator('input:visible').first().press('Alt+ArrowDown');
    await editor.page.locator('#profile-sync-search').fill('');
    assert.equal(await shownRows().count(), saved.length);
    const moved = saved.filter((target) => target !== 'braze_tier');
    moved.splice(moved.indexOf('braze_points') + 1, 0, 'braze_tier');
    assert.ok(first < second);
    assert.deepEqual(
      (await document()).rows.map(({ target }) => target),
      moved,
    );
  });

  it('offers the parts of a list, and leaves the cursor where the name belongs', async () => {
    await open('import');
    await editor.page.locator('#profile-sync-panel-fields .red-ui-editableList-addButton').last().click();
    const last = (await rows().count()) - 1;
    const source = inRow(last, 'Braze field');
    await source.fill('custom_events');
    await editor.page.locator('[role="option"]', { hasText: 'custom_events[name=""].count' }).first().click();
    await editor.page.keyboard.type('Order placed');
    assert.equal(await source.inputValue(), 'custom_events[name="Order placed"].count');
    assert.equal(await inRow(last, 'Type').inputValue(), 'integer');
    await editor.page.keyboard.press('Escape');
    await inRow(last, 'BlueConic property').fill('no_such_property');
    await rows().nth(last).getByText('BlueConic does not have this property yet').waitFor();
    await rows().nth(last).getByText('The source does not ask for this field').waitFor();
    await editor.screenshot('mapper 3 notes');
    const { rows: written } = await document();
    assert.deepEqual(written.at(-1)?.source, {
      kind: 'field',
      path: 'custom_events[name="Order placed"].count',
    });
  });

  it('takes an expression, and says what it costs', async () => {
    await open('import');
    await inRow(0, 'Kind of source').selectOption('jsonata');
    await inRow(0, 'JSONata expression on the record').fill('$uppercase(external_id)');
    await rows().first().getByText('An expression takes some 20 to 150 microseconds').waitFor();
    await inRow(0, 'Open the expression editor').click();
    const expressionEditor = editor.page.locator('.red-ui-tray', { hasText: 'JSONata Expression editor' });
    await expressionEditor.locator('#node-dialog-ok').click();
    await expressionEditor.waitFor({ state: 'detached' });
    const [row] = (await document()).rows;
    assert.deepEqual(row?.source, { kind: 'jsonata', expression: '$uppercase(external_id)' });
  });

  it('towards Braze a row says what its target takes, and writes inside an attribute', async () => {
    await open('export');
    await inRow(0, 'Braze attribute').fill('gender');
    await rows().first().getByText('M, F, O, N or P').waitFor();
    await inRow(0, 'Braze attribute').fill('address');
    await editor.page.keyboard.press('Escape');
    await rows().first().getByRole('button', { name: 'Write the value inside the attribute' }).click();
    await rows().first().getByText('The path inside the attribute is missing').waitFor();
    await editor.page.keyboard.type('home.city');
    const [row] = (await document()).rows;
    assert.equal(row?.target, 'address');
    assert.equal(row?.inside, 'home.city');
    assert.equal(row?.strategy, 'set');
  });

  it('what a filter leaves out, what is refused and why: the preview tells it for each record', async function () {
    this.timeout(60_000);
    await open('import');
    await tab('preview');
    await state().getByText('Paste records or fetch some').waitFor();
    const box = editor.page.locator('#profile-sync-samples');
    await box.fill('{"external_id": }');
    await editor.page.locator('#profile-sync-samples-problem').getByText('This is not JSON').waitFor();
    await box.fill(samples.map((sample) => JSON.stringify(sample)).join('\n'));
    await state().getByText('2 sent').waitFor();
    await state().getByText('1 rejected').waitFor();
    const sent = JSON.parse((await record(1).locator('pre').first().textContent()) ?? '') as {
      matching: unknown;
      properties: { id: string; values: string[] }[];
    };
    assert.deepEqual(sent.matching, [[{ id: 'customer_id', value: 'cust-1' }]]);
    assert.deepEqual(sent.properties.find(({ id }) => id === 'braze_points')?.values, ['7']);
    await record(2).getByText('braze_points: not a whole number').waitFor();
    await record(3).getByText('No identifier has a value.').waitFor();
    await editor.screenshot('mapper 4 preview');

    await tab('filter');
    await editor.page.locator('#profile-sync-panel-filter .red-ui-editableList-addButton').click();
    const condition = editor.page.locator('#profile-sync-conditions > li').first();
    await condition
      .getByLabel('Braze field', { exact: true })
      .fill('custom_events[name="Order placed"].count');
    await editor.page.keyboard.press('Escape');
    await condition.getByLabel('Operator').selectOption('gte');
    await condition.getByText('The value is not a number').waitFor();
    await condition.getByRole('textbox', { name: 'Value', exact: true }).fill('3');
    await editor.screenshot('mapper 5 filter');
    await tab('preview');
    await state().getByText('1 sent').waitFor();
    await state().getByText('2 filtered').waitFor();
    await record(2).getByText('Condition 1 does not fit.').waitFor();
    const { filter } = await document();
    assert.deepEqual(filter, {
      join: 'all',
      conditions: [
        {
          source: { kind: 'field', path: 'custom_events[name="Order placed"].count' },
          operator: 'gte',
          value: '3',
          compare: 'number',
        },
      ],
    });
  });

  it('offers in a filter the names of what a field holds as ids', async function () {
    this.timeout(60_000);
    await open('export');
    await tab('filter');
    await editor.page.locator('#profile-sync-panel-filter .red-ui-editableList-addButton').click();
    const condition = editor.page.locator('#profile-sync-conditions > li').first();
    await condition.getByLabel('Field of the record', { exact: true }).fill('interactionsViewed');
    await editor.page.keyboard.press('Escape');
    await condition.getByLabel('Operator').selectOption('cont');
    await condition.getByRole('combobox', { name: 'Value', exact: true }).click();
    await editor.page.getByRole('option', { name: /Welcome/ }).click();
    const { filter } = await document();
    assert.deepEqual(filter?.conditions, [
      {
        source: { kind: 'field', path: 'interactionsViewed' },
        operator: 'cont',
        value: 'welcome_dialogue',
      },
    ]);
  });

  it('fetches records of the source, and prices what they would become', async function () {
    this.timeout(60_000);
    await open('export');
    await tab('preview');
    await editor.page.locator('#profile-sync-samples-fetch').click();
    await state()
      .getByText(/\d+ sent · \d+ data points/)
      .waitFor();
    const shown = JSON.parse((await record(1).locator('pre').first().textContent()) ?? '') as Record<
      string,
      unknown
    >;
    const { profiles } = await stage.bothSides();
    const profile = profiles.get(String(shown.external_id));
    assert.deepEqual([String(shown.bc_loyalty_points)], profile?.properties.loyalty_points);
    const sent = Number.parseInt((await state().textContent()) ?? '', 10);
    assert.ok(sent > 2);
    await state()
      .getByText(`${Math.ceil(sent / 2)} requests`)
      .waitFor();
    const prices = await editor.page.locator('.profile-sync-preview-price').allTextContents();
    const total = prices.reduce((sum, text) => sum + Number.parseInt(text, 10), 0);
    assert.match((await state().textContent()) ?? '', new RegExp(`· ${total} data points`));
    await editor.screenshot('mapper 6 preview of fetched records');
  });

  it('says that there are no samples yet, and why', async function () {
    this.timeout(60_000);
    await stage.reset();
    await open('import');
    await tab('preview');
    await editor.page.locator('#profile-sync-samples').fill('');
    await editor.page.locator('#profile-sync-samples-fetch').click();
    await state().getByText('The bucket holds no file of this source yet').waitFor();
  });

  it('as JSON it goes out, comes back changed, and is what is deployed', async function () {
    this.timeout(60_000);
    await open('import');
    const before = await document();
    const box = editor.page.locator('#profile-sync-json');
    const take = editor.page.locator('#profile-sync-json-take');
    assert.ok(await take.isDisabled());
    const [first] = before.rows;
    const wrong = { ...before, rows: [{ ...first, type: 'date time' }], colour: 'red' };
    await box.fill(JSON.stringify(wrong));
    await take.click();
    const told = editor.page.locator('#profile-sync-json-state');
    await told.getByText('rows[0].type: must be one of text').waitFor();
    await told.getByText('has a key that means nothing here: colour').waitFor();
    await editor.screenshot('mapper 7 JSON refused');

    const changed: Mapping = {
      ...before,
      allowCreate: !before.allowCreate,
      filter: {
        join: 'any',
        conditions: [{ source: { kind: 'field', path: 'email' }, operator: 'nnull' }],
      },
      rows: before.rows.slice(0, 3).reverse(),
    };
    await editor.page.locator('#profile-sync-json-file').setInputFiles({
      name: 'customers.mapping.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify(changed)),
    });
    await told.getByText('Taken over').waitFor();
    assert.deepEqual(JSON.parse(await box.inputValue()), changed);
    assert.equal(await rows().count(), 3);
    await tab('fields');
    assert.equal(await inRow(0, 'BlueConic property').inputValue(), changed.rows[0]?.target);
    await editor.doneWithDialog();
    await editor.deploy();
    const { body } = await stage.nodeRed.get<(FlowNode & { mapping: Mapping })[]>('/flows');
    assert.deepEqual(body.find(({ id }) => id === mapperOf('import').id)?.mapping, changed);
  });

  it('everything in it has a name, and the tabs are one stop that arrow keys move along', async () => {
    await open('export');
    for (const name of ['filter', 'preview', 'json', 'fields']) {
      await tab(name);
      const nameless = await editor.page
        .locator(`#profile-sync-panel-${name} :is(input, select, textarea, button, a[href])`)
        .evaluateAll((controls) =>
          controls
            .filter((control) => {
              const { labels } = control as unknown as { labels?: ArrayLike<unknown> | null };
              const said = control.getAttribute('aria-label') ?? control.textContent?.trim() ?? '';
              return (labels?.length ?? 0) === 0 && said === '';
            })
            .map((control) => control.outerHTML),
        );
      assert.deepEqual(nameless, [], name);
    }
    await editor.page.locator('#profile-sync-panel-fields-tab').press('ArrowRight');
    assert.ok(await editor.page.locator('#profile-sync-panel-filter').isVisible());
    const focused = () =>
      editor.page.evaluate(
        () =>
          (globalThis as unknown as { document: { activeElement: { id: string } } }).document.activeElement
            .id,
      );
    assert.equal(await focused(), 'profile-sync-panel-filter-tab');
    await editor.page.keyboard.press('Tab');
    assert.equal(await focused(), 'profile-sync-filter-join');
    await editor.page.locator('#profile-sync-panel-filter-tab').press('End');
    assert.ok(await editor.page.locator('#profile-sync-panel-json').isVisible());
  });

  it('in German no text is missing', async function () {
    this.timeout(60_000);
    await editor.page.evaluate(() =>
      (
        globalThis as unknown as { localStorage: { setItem(key: string, value: string): void } }
      ).localStorage.setItem('editor-language', 'de'),
    );
    await editor.page.reload();
    await editor.page.locator('.red-ui-palette-node').first().waitFor();
    await open('export');
    for (const name of ['fields', 'filter', 'preview', 'json']) {
      await tab(name);
      const text = await editor.page.locator('.profile-sync-form').innerText();
      assert.doesNotMatch(text, /profile-field-mapper\.|shared\./);
    }
    await tab('fields');
    await editor.page.locator('.profile-sync-form h4', { hasText: 'Kennungen' }).waitFor();
    await editor.screenshot('mapper 8 German');
  });
});
