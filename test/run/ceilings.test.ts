import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { ProfileUpdate } from '../../src/mapping/profileUpdate';
import type { SinkTarget, Verdict } from '../../src/run/sinkTarget';
import { type SentGoalOptions, sendThrough, sumOfOutcomes } from './pieces';

/** What the target does with each of its requests, again and again from the start. */
interface Behaviour {
  /** Points of each row. */
  prices: number[];
  outcomes: Verdict['outcome'][];
  /** Tries that reach the target without an answer, before the last one. */
  lostTries: number[];
  delays: number[];
  width: number;
}

/** A target that charges for everything that reaches it, answered or not. */
function chargingTarget({ prices, outcomes, lostTries, delays, width }: Behaviour) {
  const charged = { points: 0, sent: 0 };
  const priceOf = (row: number) => prices[row % prices.length]!;
  const target: SinkTarget<number> = {
    name: 'charging',
    objectsPerRequest: 7,
    bytesPerRequest: 1_000_000,
    requestsInFlight: width,
    prepare: (update: ProfileUpdate) => {
      const row = Number(update.changes[0]?.values[0]);
      return {
        item: row,
        objects: 1,
        bytes: 10,
        repeatable: true,
        refused: [],
        dataPoints: priceOf(row),
      };
    },
    pricesOf: (row) => [[`attribute ${row % 3}`, priceOf(row)]],
    send: async (rows, _repeatable, { work, mayRepeat }) => {
      const request = charged.sent++;
      work.requests++;
      for (let lost = lostTries[request % lostTries.length]!; lost > 0; lost--) {
        for (const row of rows) charged.points += priceOf(row);
        await sleep(delays[(request + lost) % delays.length]!);
        if (mayRepeat?.() === false) return rows.map(() => ({ outcome: 'unknown', reason: 'no answer' }));
      }
      const verdicts = rows.map((row): Verdict => ({ outcome: outcomes[row % outcomes.length]! }));
      for (const [at, row] of rows.entries()) {
        const { outcome } = verdicts[at]!;
        if (outcome === 'accepted' || outcome === 'unknown') charged.points += priceOf(row);
        if (outcome === 'accepted') work.dataPoints += priceOf(row);
      }
      await sleep(delays[request % delays.length]!);
      return verdicts;
    },
  };
  return Object.assign(charged, {
    target,
    total: (rows: number) => rowsUpTo(rows).reduce((sum, row) => sum + priceOf(row), 0),
  });
}

function rowsUpTo(rows: number): number[] {
  return Array.from({ length: rows }, (_, at) => at + 1);
}

const plain: Behaviour = {
  prices: [3],
  outcomes: ['accepted'],
  lostTries: [0],
  delays: [0],
  width: 4,
};

function ceiling(dataPoints: number): NonNullable<SentGoalOptions['lanes']> {
  return { ceilings: { dataPoints, emptyStoreDataPoints: undefined, removalShare: undefined } };
}

describe('ceiling of a run', () => {
  it('what reaches the target never costs more, whatever the prices, answers, order and width', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          prices: fc.array(fc.nat(9), { minLength: 1, maxLength: 5 }),
          outcomes: fc.array(fc.constantFrom('accepted', 'accepted', 'rejected', 'unknown', 'unsent'), {
            minLength: 1,
            maxLength: 4,
          }),
          lostTries: fc.array(fc.nat(2), { minLength: 1, maxLength: 4 }),
          delays: fc.array(fc.nat(3), { minLength: 1, maxLength: 4 }),
          width: fc.integer({ min: 1, max: 6 }),
        }),
        fc.integer({ min: 1, max: 90 }),
        fc.nat(400),
        async (behaviour, rows, limit) => {
          const charged = chargingTarget(behaviour as Behaviour);
          const { ended } = sendThrough(charged.target, rows, { lanes: ceiling(limit) });
          const { ledger, error, price } = await ended;
          assert.ok(charged.points <= limit, `${charged.points} > ${limit}`);
          // What the account says is what came: between what was surely and what was perhaps charged.
          const { dataPoints, dataPointsUncertain } = ledger.work;
          assert.equal(charged.points, dataPoints + dataPointsUncertain);
          assert.ok(ledger.balanced);
          assert.equal(sumOfOutcomes(ledger), rows);
          if (error?.code === 'COST_CEILING_REACHED') {
            assert.equal(price?.rows, ledger.reasons.unsent?.['beyond the ceiling: priced, not sent']);
            assert.ok(charged.points + price!.dataPoints > limit);
          } else assert.equal(price, undefined);
        },
      ),
      { numRuns: 150 },
    )).timeout(120_000);

  it('stops before the first request beyond, and says what all would have cost', async () => {
    const charged = chargingTarget(plain);
    const { ended } = sendThrough(charged.target, 100, { lanes: ceiling(70) });
    const { ledger, error, price, complete, result } = await ended;
    // 7 rows of 3 points a request: three requests fit.
    assert.deepEqual([charged.sent, charged.points], [3, 63]);
    assert.deepEqual([ledger.accepted, ledger.unsent], [21, 79]);
    assert.deepEqual([result, complete, error?.code], ['failed', false, 'COST_CEILING_REACHED']);
    assert.deepEqual([price?.rows, price?.requests, price?.dataPoints], [79, 12, 237]);
    assert.match(
      error!.message,
      /ceiling of 70 data points\. Spent: 63\. The rest would cost 237 more, in 12 requests for 79 records; 300 in all\./,
    );
    assert.deepEqual(price?.byAttribute[0], { name: 'attribute 1', dataPoints: 81 });
  });

  it('a run that just fits is not stopped', async () => {
    const charged = chargingTarget(plain);
    const { ended } = sendThrough(charged.target, 100, { lanes: ceiling(300) });
    const { result, price } = await ended;
    assert.deepEqual([charged.points, result, price], [300, 'succeeded', undefined]);
  });

  it('a run that goes on after an interruption counts what it spent before', async () => {
    const charged = chargingTarget(plain);
    const { run, ended } = sendThrough(charged.target, 100, {
      lanes: ceiling(300),
      run: {
        resume: {
          ...{ run: 'r', goal: { id: 'source', name: 'goal', direction: 'import' }, configHash: '' },
          ...{ startedAt: '2031-05-04T10:00:00.000Z', savedAt: '2031-05-04T10:00:00.000Z', paused: false },
          ...{ addedRows: 0, unitCount: 1, source: undefined, open: [], done: [] },
          ledger: {
            ...{ read: 0, added: 0, created: 0, updated: 0, counts: {}, reasons: {}, samples: {} },
            refusedAttributes: {},
            work: { ...emptyWork, dataPoints: 200, dataPointsUncertain: 50 },
          },
        },
      },
    });
    await ended;
    assert.equal(charged.points, 42, 'two requests of 21 points fit into what was left of 300');
    assert.equal(run.ledger.work.dataPoints, 242);
  });

  it('in a dry run nothing is sent, and the price names the ceiling that would be passed', async () => {
    const charged = chargingTarget(plain);
    const { ended } = sendThrough(charged.target, 100, { lanes: ceiling(70), run: { dryRun: true } });
    const { result, price, ledger } = await ended;
    assert.deepEqual([charged.sent, charged.points, result], [0, 0, 'succeeded']);
    assert.deepEqual([price?.dataPoints, price?.requests, ledger.work.dataPoints], [300, 15, 300]);
    assert.deepEqual(price?.over, { kind: 'run', limit: 70 });
  });
});

const emptyWork = {
  requests: 0,
  attempts: 0,
  objects: 0,
  dataPoints: 0,
  dataPointsUncertain: 0,
  dataPointsSaved: 0,
  attributesSaved: 0,
  refreshed: 0,
  bytesSent: 0,
};
