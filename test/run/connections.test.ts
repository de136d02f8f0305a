import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SyncError } from '../../src/errors/syncError';
import { ConnectionBoard, goalOrderMessage, readGoalOrder } from '../../src/run/connections';
import type { GoalRun } from '../../src/run/goalRun';
import { RunRegistry } from '../../src/run/registry';
import { goal } from './pieces';

const token = { connection: 'c', connectionRun: 'r', goal: 'g' };

function newRun(): GoalRun {
  return new RunRegistry().start({ goal, path: { sink: 'sink', single: true, between: [] } });
}

/** Listens and keeps what it hears, as words. */
function listen(board: ConnectionBoard, on = token): { heard: string[]; leave: () => void } {
  const heard: string[] = [];
  const leave = board.expect(on, {
    started: (run) => void heard.push(`started ${run.id}`),
    finished: ({ result }) => void heard.push(result),
    refused: ({ code }) => void heard.push(code),
  });
  return { heard, leave };
}

async function end(
  run: GoalRun,
  how: (run: GoalRun) => void = (ending) => ending.endSource(),
): Promise<void> {
  const ended = new Promise<void>((resolve) => run.listen({ finished: () => resolve() }));
  how(run);
  await ended;
}

describe('connection board', () => {
  let board: ConnectionBoard;
  beforeEach(() => {
    board = new ConnectionBoard();
  });

  it('tells of start and end, whoever comes first', async () => {
    const early = listen(board);
    const run = newRun();
    board.goalStarted(token, run);
    await end(run);
    assert.deepEqual(early.heard, [`started ${run.id}`, 'succeeded']);

    const ended = newRun();
    board.goalStarted(token, ended);
    await end(ended);
    assert.deepEqual(listen(board).heard, [`started ${ended.id}`, 'succeeded']);
    assert.deepEqual(listen(board).heard, [], 'an end is told once');
  });

  it('another may listen to a run that goes on', async () => {
    const run = newRun();
    const first = listen(board);
    board.goalStarted(token, run);
    first.leave();
    const second = listen(board);
    await end(run);
    assert.deepEqual(first.heard, [`started ${run.id}`]);
    assert.deepEqual(second.heard, [`started ${run.id}`, 'succeeded']);
  });

  it('a run that was cut off while nobody listened is not done: its source announces it anew', async () => {
    const run = newRun();
    board.goalStarted(token, run);
    await end(run, (ending) => ending.stop());
    const { heard } = listen(board);
    assert.deepEqual(heard, []);
    const next = newRun();
    board.goalStarted(token, next);
    assert.deepEqual(heard, [`started ${next.id}`]);
    await end(next);
  });

  it('a refusal is told once, and only to whom it concerns', () => {
    const mine = listen(board);
    const other = listen(board, { ...token, goal: 'other' });
    const error = new SyncError({ code: 'NO', message: 'No.', advice: '' });
    board.goalRefused(token, error);
    board.goalRefused(token, error);
    assert.deepEqual([mine.heard, other.heard], [['NO'], []]);
  });
});

describe('orders on messages', () => {
  it('are read as they were written', () => {
    const text = fc.string();
    const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
      fc.record(model, { noNullPrototype: true });
    const order = record({
      token: record({ connection: text, connectionRun: text, goal: text }),
      dryRun: fc.boolean(),
      fullRead: fc.boolean(),
    });
    fc.assert(
      fc.property(order, (made) => {
        assert.deepEqual(readGoalOrder(JSON.parse(JSON.stringify(goalOrderMessage(made)))), made);
      }),
    );
  });

  it('anything else is none, above all the information that sources put on their batches', () => {
    const batch = { run: 'r', goal: 'Import', unit: 'page 1', batch: 0 };
    for (const sync of [undefined, null, 'c', 1, [], {}, batch, { ...token, goal: 1 }]) {
      assert.equal(readGoalOrder(sync), undefined);
    }
  });
});
