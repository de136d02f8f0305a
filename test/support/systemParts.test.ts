import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './childProcess';
import { packageRoot } from './places';
import type { TestSummary } from './testSummary';

/** Runs the browser's own test as a machine without a browser would. */
async function runWithoutBrowser(requireAll: boolean) {
  const dir = mkdtempSync(join(tmpdir(), 'profile-sync-parts-'));
  const summary = join(dir, 'summary.json');
  const here = join(packageRoot, 'test', 'support');
  const mocha = new Child(
    [
      require.resolve('mocha/bin/mocha.js'),
      '--no-config',
      '--import=tsx',
      '--reporter',
      join(here, 'summaryReporter.ts'),
      join(here, 'browser.test.ts'),
    ],
    {
      cwd: packageRoot,
      env: {
        CHROMIUM: join(dir, 'no-browser'),
        TEST_SUMMARY_FILE: summary,
        REQUIRE_ALL_PARTS: requireAll ? '1' : undefined,
      },
    },
  );
  const code = await mocha.finished();
  const counts = JSON.parse(readFileSync(summary, 'utf8')) as TestSummary;
  rmSync(dir, { recursive: true });
  return { code, ...counts };
}

describe('harness: parts of the system', () => {
  it('names what is left out where one is absent, and leaves no test pending', async () => {
    const { leftOut, ...counts } = await runWithoutBrowser(false);
    assert.deepEqual(counts, { code: 0, passed: 0, failed: 0, pending: 0 });
    assert.deepEqual(leftOut, [
      'left out, no browser (install Chromium, or name it in CHROMIUM): harness: the editor in a browser',
    ]);
  });

  it('fails where one is absent although all are required', async () => {
    const { code, passed, failed } = await runWithoutBrowser(true);
    assert.deepEqual({ code, passed, failed }, { code: 1, passed: 0, failed: 1 });
  });
});
