import type { Page } from 'playwright-core';

/** What the page holds while the keyboard walks through a form. */
interface Walk {
  controls: PageElement[];
  visited: PageElement[];
}

interface PageElement {
  outerHTML: string;
  checkVisibility(): boolean;
  focus(): void;
}

/**
 * Presses Tab from the first control of a form to its last. `missed`: the controls that the focus never came to;
 * `jumps`: those that it came to after one that stands behind them.
 */
export async function tabWalk(page: Page, form: string): Promise<{ missed: string[]; jumps: string[] }> {
  const stops = await page.evaluate((selector) => {
    const { document } = globalThis as unknown as {
      document: {
        querySelectorAll(selector: string): Iterable<PageElement>;
        addEventListener(type: string, listener: (event: { target: PageElement }) => void): void;
      };
    };
    const kinds = 'input, select, textarea, button, summary, a[href], [tabindex="0"]';
    const tabbable = `:is(${kinds}):not(:disabled, [type="hidden"], [tabindex="-1"])`;
    const controls = [...document.querySelectorAll(`${selector} ${tabbable}`)].filter((control) =>
      control.checkVisibility(),
    );
    const walk: Walk = { controls, visited: [] };
    Object.assign(globalThis, { walk });
    document.addEventListener('focusin', ({ target }) => walk.visited.push(target));
    controls[0]?.focus();
    return controls.length;
  }, form);
  for (let step = 1; step < stops; step++) await page.keyboard.press('Tab');
  const { names, order } = await page.evaluate(() => {
    const { controls, visited } = (globalThis as unknown as { walk: Walk }).walk;
    return {
      names: controls.map(({ outerHTML }) => outerHTML.slice(0, 200)),
      order: visited.map((control) => controls.indexOf(control)),
    };
  });
  return {
    missed: names.filter((_, at) => !order.includes(at)),
    jumps: order.filter((at, step) => step > 0 && at < order[step - 1]!).map((at) => names[at] ?? 'outside'),
  };
}
