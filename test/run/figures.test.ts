import assert from 'node:assert/strict';
import { FiguresOverTime } from '../../src/run/figures';
import { failedExportSummary, importSummary } from './reportPieces';

const time = (text: string) => Date.parse(`2031-05-04T${text}Z`);

describe('figures over time', () => {
  it('adds up runs by the stretch of time in which they began', () => {
    const figures = new FiguresOverTime([
      time('09:00:00'),
      time('10:00:05'),
      time('10:04:16'),
      time('11:00:00'),
    ]);
    figures.add(importSummary());
    figures.add(importSummary());
    figures.add(failedExportSummary());
    const none = { runs: 0, accepted: 0, unchanged: 0, failed: 0, dataPoints: 0, dataPointsSaved: 0 };
    assert.deepEqual(figures.buckets, [
      { ...none, requests: 0, retries: 0 },
      { ...none, runs: 2, accepted: 2_400, failed: 40, requests: 6, retries: 2 },
      { ...none, runs: 1, accepted: 50, dataPoints: 1_500, dataPointsSaved: 800, requests: 2, retries: 0 },
    ]);
  });

  it('leaves out what began before and after, and dry runs', () => {
    const figures = new FiguresOverTime([time('10:00:05.001'), time('10:04:16')]);
    figures.add(importSummary());
    figures.add(failedExportSummary());
    figures.add({ ...importSummary(), startedAt: '2031-05-04T10:01:00Z', dryRun: true });
    assert.deepEqual(
      figures.buckets.map(({ runs }) => runs),
      [0],
    );
  });
});
