/** Starts goals through their inject nodes and follows them to their end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { progressLine } from './ledger-table.mjs';

/** After this long without a run the trigger has led to nothing, and the log says why. */
const startPatienceMs = 15_000;
const runPatienceMs = 540_000;

async function runs(nodeRed) {
  const { status, body } = await nodeRed.get('/profile-sync/runs');
  if (status !== 200) throw new Error(`GET profile-sync/runs answered ${status}`);
  return body;
}

/** One line that is rewritten on a terminal, and printed when it has changed elsewhere. */
function liveLine(output) {
  let last = '';
  return {
    show(text) {
      if (text === last) return;
      last = text;
      if (!output.isTTY) output.write(`${text}\n`);
      else output.write(`\r\u001b[K${text.slice(0, (output.columns ?? 80) - 1)}`);
    },
    end() {
      if (output.isTTY && last !== '') output.write('\r\u001b[K');
      last = '';
    },
  };
}

/**
 * Presses one inject node and waits until the runs it started have ended.
 * @returns their summaries, oldest first.
 * @throws Error where nothing started or a run did not end in time.
 */
export async function runGoal(nodeRed, trigger, output = process.stdout) {
  const before = new Set((await runs(nodeRed)).history.map(({ run }) => run));
  const logged = nodeRed.log().length;
  const began = Date.now();
  const line = liveLine(output);
  await nodeRed.inject(trigger.id);
  for (;;) {
    await sleep(1000);
    const { live, history } = await runs(nodeRed);
    const ended = history.filter(({ run }) => !before.has(run));
    if (live.length > 0) line.show(live.map(progressLine).join(' | '));
    if (live.length === 0 && ended.length > 0) {
      line.end();
      return ended.reverse();
    }
    const waited = Date.now() - began;
    const nothing = live.length === 0 && waited > startPatienceMs;
    if (nothing || waited > runPatienceMs) {
      line.end();
      const errors = nodeRed
        .log()
        .slice(logged)
        .filter(({ level }) => level === 'error' || level === 'fatal');
      const said = errors.map(({ text }) => `\n  ${text}`).join('');
      throw new Error(`"${trigger.name}" ${nothing ? 'started no run' : 'did not end in time'}.${said}`);
    }
  }
}
