/**
 * `npm test`: builds, runs every test under `test`, names what was left out because a system part is absent, and ends
 * with the line `N passed, N failed`. Arguments go to mocha: `npm test -- --grep ledger`, `npm test -- test/run/*.test.ts`.
 * With `REQUIRE_ALL_PARTS=1` an absent system part is a failure. Exits as mocha does.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
const args = process.argv.slice(2);
const scratch = mkdtempSync(join(tmpdir(), 'profile-sync-tests-'));
const summaryFile = join(scratch, 'summary.json');

function node(argv, env = {}) {
  const { status, signal, error } = spawnSync(process.execPath, argv, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (error) throw error;
  if (signal) console.error(`${argv[0]} was ended by ${signal}`);
  return status ?? 1;
}

function readSummary(status) {
  try {
    return JSON.parse(readFileSync(summaryFile, 'utf8'));
  } catch {
    console.error(`The tests did not run to their end (exit code ${status}).`);
    return { passed: 0, failed: 1, pending: 0, leftOut: [] };
  }
}

const built = node([join(root, 'scripts', 'build.mjs')]);
const files = args.some((arg) => arg.endsWith('.test.ts')) ? [] : ['test/**/*.test.ts'];
const reporter = join(root, 'test', 'support', 'summaryReporter.ts');
let status =
  built ||
  node([mocha, '--reporter', reporter, ...files, ...args], {
    TEST_SUMMARY_FILE: summaryFile,
  });
const { passed, failed, pending, leftOut } = readSummary(status);
rmSync(scratch, { recursive: true, force: true });

if (pending > 0) console.error(`${pending} pending tests count as failed: take them out or make them run.`);
const lost = failed + pending;
// A test left something open, or a hook outside any test failed: green counts must not hide it.
if (status !== 0 && lost === 0) console.error(`All tests passed, but mocha ended with exit code ${status}.`);
if (lost > 0) status ||= 1;
for (const line of leftOut) console.log(line);
console.log(`${passed} passed, ${status !== 0 ? Math.max(1, lost) : 0} failed`);
process.exitCode = status;
