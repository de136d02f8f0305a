import { type Browser, chromium, type Page } from 'playwright-core';

/** One page in a browser of its own, with what went wrong in it. */
export interface BrowserPage {
  page: Page;
  /** Errors that scripts of the page did not catch. */
  pageErrors: string[];
  /** Addresses off this machine that the page asked for; none is ever reached. */
  outsideRequests: string[];
  close(): Promise<void>;
}

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @param executablePath the place that `describeWith('browser', …)` hands to its body. */
export function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: flags, headless: true });
}

/** How the person is that sits before the browser. */
export interface Viewer {
  /** Language of the browser; the editor takes it over. */
  locale?: string;
  /** Node-RED 5 has a dark theme. */
  colorScheme?: 'light' | 'dark';
}

/** Opens a page that can reach this machine only. */
export async function openPage(
  executablePath: string,
  url: string,
  viewer: Viewer = {},
): Promise<BrowserPage> {
  const browser = await launchBrowser(executablePath);
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...viewer });
  const pageErrors: string[] = [];
  const outsideRequests: string[] = [];
  await context.route(
    (address) => address.hostname !== '127.0.0.1' && address.hostname !== 'localhost',
    (route) => {
      outsideRequests.push(route.request().url());
      return route.abort();
    },
  );
  const page = await context.newPage();
  page.on('pageerror', (error) => {
    const told = error.stack ?? String(error);
    if (!isEditorsOwn(told)) pageErrors.push(told);
  });
  await page.goto(url);
  return { page, pageErrors, outsideRequests, close: () => browser.close() };
}

/**
 * Node-RED 5 shows tips a second after its start, even where the place for them is not there yet: an error of its own,
 * with no other script on the stack.
 */
function isEditorsOwn(told: string): boolean {
  const frames = told.split('\n').slice(1);
  return (
    /reading 'html'/.test(told) &&
    frames.length > 0 &&
    frames.every((frame) => frame.includes('/red/red.min.js'))
  );
}

/** Opens a Node-RED editor and waits until its palette can be used. Selectors by class work in Node-RED 4.1 and 5. */
export async function openEditor(executablePath: string, url: string, viewer?: Viewer): Promise<BrowserPage> {
  const opened = await openPage(executablePath, url, viewer);
  try {
    await opened.page.locator('.red-ui-palette-node').first().waitFor({ timeout: 30_000 });
  } catch (thrown) {
    await opened.close();
    throw new Error(`The editor did not come up. Page errors: ${opened.pageErrors.join(' | ')}`, {
      cause: thrown,
    });
  }
  return opened;
}
