/**
 * `npm start [-- --once] [-- --people N]`: builds, starts the sandbox and a Node-RED with the example flow, runs its
 * goals once, prints their accounts and what both sides then hold, and stays up for playing. `--once` ends there, with
 * exit code 0 only if every goal succeeded, every account adds up, and both sides hold exactly what they should.
 */
import { parseArgs } from 'node:util';
import { rememberState } from './expected-state.mjs';
import { addsUp, ledgerTable } from './ledger-table.mjs';
import { addresses, build, openPlayground, untilAskedToEnd } from './playground.mjs';
import { runGoal } from './run-goals.mjs';

const usage = `Usage: npm start [-- --once] [-- --people N]

  --once      run the example goals, check the result, and end; exit code 0 only if everything is right
  --people N  customers on each side of the sandbox
`;

function readArguments() {
  try {
    const { values } = parseArgs({
      options: { once: { type: 'boolean', default: false }, people: { type: 'string' } },
    });
    if (values.people !== undefined && !/^[1-9]\d*$/.test(values.people)) {
      throw new Error(`--people takes a whole number, not "${values.people}".`);
    }
    return { once: values.once, ...(values.people !== undefined && { people: Number(values.people) }) };
  } catch (thrown) {
    console.error(`${thrown.message}\n\n${usage}`);
    process.exit(2);
  }
}

/** @returns whether all goals succeeded, all accounts add up, and both sides hold what they should. */
async function runAndCheck({ sandbox, nodeRed, triggers, customers }) {
  if (triggers.length === 0) throw new Error('The example has no inject node whose name begins with "Run".');
  const compare = await rememberState(sandbox, customers);
  let right = true;
  for (const trigger of triggers) {
    for (const summary of await runGoal(nodeRed, trigger)) {
      console.log(`\n${ledgerTable(summary)}`);
      right &&= summary.result === 'succeeded' && addsUp(summary.ledger);
    }
  }
  const { compared, differences } = await compare();
  console.log(
    differences.length === 0
      ? `\nBoth sides hold what they should: ${compared} profiles compared, value by value.`
      : `\nNot what both sides should hold:\n${differences.map((text) => `  ${text}`).join('\n')}`,
  );
  return right && differences.length === 0;
}

/** @returns the exit code. */
async function main({ once, ...options }) {
  if (!build()) return 1;
  const playground = await openPlayground(options);
  const askedToEnd = untilAskedToEnd().then(() => 'asked to end');
  try {
    if (!once) console.log(`\n${addresses(playground)}\n`);
    const work = runAndCheck(playground);
    // When asked to end meanwhile, the work fails for want of a sandbox; that is no news then.
    work.catch(() => undefined);
    const outcome = await Promise.race([work, askedToEnd]);
    if (outcome === 'asked to end') return 130;
    if (once) return outcome ? 0 : 1;
    console.log(
      `\nOpen ${playground.nodeRed.url} and play. Ctrl-C ends it; flows changed there are not kept.`,
    );
    await askedToEnd;
    return 0;
  } finally {
    await playground.close();
  }
}

try {
  process.exitCode = await main(readArguments());
} catch (thrown) {
  console.error(`\n${thrown.message}`);
  process.exitCode = 1;
}
