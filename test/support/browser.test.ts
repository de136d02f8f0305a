import assert from 'node:assert/strict';
import { openEditor } from './browser';
import { NodeRedRuntime } from './nodeRedRuntime';
import { describeWith } from './systemParts';

describeWith('browser', 'harness: the editor in a browser', (chromium) => {
  it('comes up without an error and without asking outside hosts', async function () {
    this.timeout(60_000);
    const nodeRed = await NodeRedRuntime.start();
    try {
      const { page, pageErrors, outsideRequests, close } = await openEditor(chromium, nodeRed.url);
      const core = await page.locator('.red-ui-palette-node[data-palette-type="inject"]').count();
      await page.evaluate("fetch('http://192.0.2.1/outside').catch(() => undefined)");
      await close();
      assert.equal(core, 1);
      assert.deepEqual(pageErrors, []);
      assert.deepEqual(outsideRequests, ['http://192.0.2.1/outside']);
    } finally {
      await nodeRed.stop();
    }
  });
});
