import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { type BrowserPage, openEditor, type Viewer } from './browser';
import { nodeRedVersion, packageRoot } from './places';

const screenshotFolder = join(packageRoot, 'test-results', 'editor');

/** A Node-RED editor as a person uses it: through what can be seen and clicked. Nodes are named by their ids. */
export class EditorPage {
  readonly #opened: BrowserPage;

  private constructor(opened: BrowserPage) {
    this.#opened = opened;
    opened.page.setDefaultTimeout(15_000);
  }

  /** @param executablePath the place that `describeWith('browser', …)` hands to its body. */
  static async open(executablePath: string, url: string, viewer?: Viewer): Promise<EditorPage> {
    return new EditorPage(await openEditor(executablePath, url, viewer));
  }

  get page(): Page {
    return this.#opened.page;
  }

  /** What went wrong in the page so far: errors nobody caught, and requests to outside hosts. */
  get troubles(): string[] {
    return [...this.#opened.pageErrors, ...this.#opened.outsideRequests];
  }

  close(): Promise<void> {
    return this.#opened.close();
  }

  /** Keeps what is to be seen now, as `test-results/editor/<name>, Node-RED <version>.png`. */
  async screenshot(name: string): Promise<void> {
    mkdirSync(screenshotFolder, { recursive: true });
    await this.page.screenshot({ path: join(screenshotFolder, `${name}, Node-RED ${nodeRedVersion}.png`) });
  }

  /** The labels in one palette category, from top to bottom. */
  palette(category: string): Promise<string[]> {
    return this.page
      .locator(`#red-ui-palette-container-${category} .red-ui-palette-label`)
      .evaluateAll((labels) => labels.map((label) => (label.textContent ?? '').replace(/\s+/g, ' ').trim()));
  }

  /** Import > Examples, and then the new tab. */
  async importExample(packageName: string, example: string, tabLabel: string): Promise<void> {
    const { page } = this;
    await page.locator('#red-ui-header-button-sidemenu').click();
    await page.locator('#menu-item-import').click();
    await page.locator('#red-ui-clipboard-dialog-tab-import, .red-ui-clipboard-dialog-box').first().waitFor();
    await page.locator('.red-ui-tab-label:visible', { hasText: 'Examples' }).click();
    const entries = page.locator('.red-ui-treeList-label:visible');
    await entries.filter({ hasText: packageName }).click();
    await entries.filter({ hasText: example }).click();
    await page.locator('#red-ui-clipboard-dialog-ok').click();
    await this.openTab(tabLabel);
  }

  async openTab(label: string): Promise<void> {
    await this.page.locator('.red-ui-tab-label', { hasText: label }).click();
  }

  /** Opens a node's dialog by a double click on it. */
  async openDialog(nodeId: string): Promise<void> {
    await this.page.locator(`[id="${nodeId}"] .red-ui-flow-node`).first().dblclick();
    await this.#slidIn('#node-dialog-ok');
  }

  /** From an open dialog on to the dialog of the config node chosen in the field. */
  async openConfig(field: string): Promise<void> {
    await this.page.locator(`#node-input-btn-${field}-edit`).click();
    await this.#slidIn('#node-config-dialog-ok');
  }

  /** Types into fields of the dialog on top. @param values by element id. */
  async type(values: Record<string, string>): Promise<void> {
    for (const [id, value] of Object.entries(values)) await this.page.locator(`[id="${id}"]`).fill(value);
  }

  /** Takes a choice from the list that a field offers once it was clicked. */
  async choose(fieldId: string, label: string): Promise<void> {
    await this.page.locator(`[id="${fieldId}"]`).click();
    await this.page.locator('[role="option"]:visible', { hasText: label }).first().click();
  }

  async doneWithConfig(): Promise<void> {
    await this.page.locator('#node-config-dialog-ok').click();
    await this.page.locator('#node-config-dialog-ok').waitFor({ state: 'detached' });
  }

  async doneWithDialog(): Promise<void> {
    await this.page.locator('#node-dialog-ok').click();
    await this.page.locator('#node-dialog-ok').waitFor({ state: 'detached' });
  }

  async deploy(): Promise<void> {
    const accepted = this.page.waitForResponse(
      (answer) => answer.request().method() === 'POST' && new URL(answer.url()).pathname === '/flows',
    );
    await this.page.locator('#red-ui-header-button-deploy').click();
    await accepted;
  }

  async pressInjectButton(nodeId: string): Promise<void> {
    await this.page.locator(`[id="${nodeId}"] .red-ui-flow-node-button-button`).click();
  }

  /** Waits until a node's status line reads like this, and returns it. */
  async waitForStatus(nodeId: string, text: RegExp): Promise<string> {
    const label = this.page
      .locator(`[id="${nodeId}"] .red-ui-flow-node-status-label`)
      .filter({ hasText: text });
    await label.waitFor({ timeout: 60_000 });
    return (await label.textContent()) ?? '';
  }

  /** Waits until a node carries the triangle of a setting that is missing or wrong, or does so no longer. */
  async waitForTriangle(nodeId: string, shown: boolean): Promise<void> {
    const triangle = this.page.locator(`[id="${nodeId}"] .red-ui-flow-node-error`);
    await triangle.waitFor({ state: shown ? 'visible' : 'hidden' });
  }

  /** A dialog slides in; where it has come to rest, and nothing lies over it, its button could be clicked. */
  #slidIn(button: string): Promise<void> {
    return this.page.locator(button).click({ trial: true });
  }
}
