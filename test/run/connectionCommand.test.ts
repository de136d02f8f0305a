import assert from 'node:assert/strict';
import { readCommand } from '../../src/run/connectionCommand';

const run = (changes: object = {}) => ({
  kind: 'run',
  request: { dryRun: false, fullRead: false, ...changes },
});

describe('commands of a connection', () => {
  it('anything but a text runs, and so does an empty one', () => {
    for (const value of [undefined, null, 0, 1_700_000_000_000, true, { stop: true }, ['stop'], '', '  ']) {
      assert.deepEqual(readCommand(value), run());
    }
    assert.deepEqual(readCommand('run'), run());
  });

  it('words are read without regard to case and space', () => {
    for (const kind of ['stop', 'on', 'off', 'history']) {
      assert.deepEqual(readCommand(kind), { kind });
      assert.deepEqual(readCommand(`  ${kind.toUpperCase()} `), { kind });
    }
    assert.deepEqual(readCommand(' Dry  Run '), run({ dryRun: true }));
    assert.deepEqual(readCommand('full read'), run({ fullRead: true }));
  });

  it('goals are named as they are written', () => {
    assert.deepEqual(readCommand('run goal Import of goals'), run({ goal: 'Import of goals' }));
    assert.deepEqual(readCommand('dry run goal Export'), run({ dryRun: true, goal: 'Export' }));
    assert.deepEqual(readCommand('FULL READ GOAL Zoë'), run({ fullRead: true, goal: 'Zoë' }));
  });

  it('any other text is unknown, above all one that nearly means "stop"', () => {
    for (const text of ['stpo', 'stop!', 'stop now', 'run goal', 'run goal ', 'go', 'dry', 'on off', '{}']) {
      assert.deepEqual(readCommand(text), { kind: 'unknown' });
    }
  });
});
