import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import { leftOutLines } from './systemParts';
import type { TestSummary } from './testSummary';

const { EVENT_RUN_END } = Mocha.Runner.constants;

/**
 * Mocha's usual report; besides, it writes the counts and what was left out to the file named in `TEST_SUMMARY_FILE`.
 * A pending test counts as failed: nothing here is skipped in silence. A test that leaves something open would keep
 * the process alive for ever; it is ended with a message and a failure.
 */
class SummaryReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once(EVENT_RUN_END, () => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      const summary: TestSummary = { passed: passes, failed: failures, pending, leftOut: leftOutLines() };
      if (process.env.TEST_SUMMARY_FILE) {
        writeFileSync(process.env.TEST_SUMMARY_FILE, JSON.stringify(summary));
      }
      setTimeout(() => {
        process.stderr.write(
          `Still open after the last test: ${process.getActiveResourcesInfo().join(', ')}\n`,
        );
        process.exit(1);
      }, 20_000).unref();
    });
  }
}

// Mocha looks for the reporter in `module.exports` itself.
module.exports = SummaryReporter;
