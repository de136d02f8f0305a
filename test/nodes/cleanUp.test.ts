import assert from 'node:assert/strict';
import { platform } from '../../nodes/shell/platform';
import { readHistory } from '../../src/run/history';
import type { Outcome } from '../../src/run/ledger';
import type { RunNotice } from '../../src/run/notices';
import { pump } from '../../src/run/pump';
import { parseRef } from '../../src/run/ref';
import type { RunSummary } from '../../src/run/runSummary';
import type { SourceRow } from '../../src/run/source';
import { MemoryStore } from '../../src/store/memoryStore';
import { goal, records, sourceOf } from '../run/pieces';

const left: RunNotice = { code: 'filesLeft', values: { place: 'exports/a/', reason: 'It was refused.' } };

describe('cleaning up after a run', () => {
  let store: MemoryStore;
  let cleanedUp: number;
  beforeEach(() => {
    store = new MemoryStore();
    cleanedUp = 0;
  });

  interface Circumstances {
    rows?: SourceRow[][];
    outcome?: Outcome;
    repeatable?: boolean;
    partial?: boolean;
    dryRun?: boolean;
    notice?: RunNotice;
    how?: Parameters<typeof platform.settle>[3];
  }

  /** A run of three rows that is settled as every source's run is; what it finds durable when it cleans up is looked at. */
  async function settled(circumstances: Circumstances = {}): Promise<RunSummary> {
    const { rows = records(3), outcome = 'accepted', repeatable = false, how } = circumstances;
    const { notice, partial = false, dryRun = false } = circumstances;
    const source = {
      ...sourceOf({ file: rows }),
      remember: () => [{ space: 'file' as const, key: 'learned', value: 'yes' }],
      cleanUp: async () => {
        cleanedUp++;
        const [durable] = await readHistory(store, 1);
        assert.equal(durable?.ledger.accepted, 3, 'every row is settled');
        assert.ok((await store.getMany('file', ['learned']))[0], 'what the run has learned is durable');
        return notice;
      },
    };
    const run = platform.runs.start({
      goal,
      path: { sink: 'sink', single: true, between: [] },
      partial,
      dryRun,
      settle: (ended) => platform.settle(store, ended, source, how),
    });
    const ended = new Promise<RunSummary>((finished) => run.listen({ finished }));
    await pump(run, source, {
      batchRows: 10,
      emit: ({ records: list }) => {
        for (const { _ref } of list) {
          const { unit, row } = parseRef(_ref)!;
          run.decide(unit, row, outcome, undefined, { repeatable });
        }
      },
    });
    return ended;
  }

  it('happens once, when every row is settled and all of it is durable', async () => {
    const summary = await settled();
    assert.deepEqual([summary.complete, summary.notices, cleanedUp], [true, undefined, 1]);
  });

  for (const [why, circumstances] of Object.entries<Circumstances>({
    'rows were rejected beyond what a run may': { outcome: 'rejected' },
    'a row is to be read again': { outcome: 'unknown', repeatable: true },
    'a row is to be read again of a run that succeeded': { repeatable: true },
    'only the first records were read': { partial: true },
    'nothing was sent': { dryRun: true, outcome: 'unsent', how: 'aside' },
    'it was handed to a flow without a sink': { outcome: 'handedOver' },
    'it goes on later': { how: 'cut off' },
    'it is paused': { how: 'paused' },
  })) {
    it(`does not happen where ${why}`, async () => {
      await settled(circumstances);
      assert.equal(cleanedUp, 0);
    });
  }

  it('warns of what it had to leave, in the report and the history, and the run is a success', async () => {
    const summary = await settled({ notice: left });
    assert.deepEqual([summary.result, summary.complete, summary.notices], ['succeeded', true, [left]]);
    assert.deepEqual(
      (await readHistory(store, 10)).map(({ notices }) => notices),
      [[left]],
    );
  });

  it('warns also where the history cannot be written any more', async () => {
    const commit = store.commit.bind(store);
    let commits = 0;
    store.commit = async (writes) => {
      if (++commits > 1) throw new Error('disk full');
      await commit(writes);
    };
    const summary = await settled({ notice: left });
    assert.deepEqual([summary.result, summary.notices], ['succeeded', [left]]);
  });
});
