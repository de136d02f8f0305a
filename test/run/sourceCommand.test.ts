import assert from 'node:assert/strict';
import { readSourceCommand } from '../../src/run/sourceCommand';

const run = { kind: 'run', dryRun: false, fullRead: false };

describe('command of a source', () => {
  it('reads texts, in any spelling of case and spaces', () => {
    assert.deepEqual(readSourceCommand('stop'), { kind: 'stop' });
    assert.deepEqual(readSourceCommand(' Stop '), { kind: 'stop' });
    for (const text of ['dry run', 'Dry  Run', 'DRY RUN ']) {
      assert.deepEqual(readSourceCommand(text), { ...run, dryRun: true });
    }
    assert.deepEqual(readSourceCommand('full read'), { ...run, fullRead: true });
  });

  it('reads objects, where true is true and nothing else', () => {
    assert.deepEqual(readSourceCommand({ dryRun: true }), { ...run, dryRun: true });
    assert.deepEqual(readSourceCommand({ dryRun: true, fullRead: true }), {
      kind: 'run',
      dryRun: true,
      fullRead: true,
    });
    assert.deepEqual(readSourceCommand({ dryRun: 'yes', fullRead: 1 }), run);
  });

  it('takes everything else for a run', () => {
    for (const payload of [1234567890, '', 'dry', 'stop it', true, null, undefined, [], {}]) {
      assert.deepEqual(readSourceCommand(payload), run, JSON.stringify(payload));
    }
  });
});
