import assert from 'node:assert/strict';
import { progressLines } from '../../../nodes/profile-sync-sidebar/progressLines.editor';
import { duration, roughly } from '../../../nodes/profile-sync-sidebar/wording.editor';
import { english, liveRunOf, wordsIn } from './sidebarPieces';

describe('sidebar: progress', () => {
  it('says how far, how fast and how long, where that is known', () => {
    const run = liveRunOf({ detail: '3 / 7', rate: 248.6, expectedRows: 5_000, remainingMs: 15_100 });
    assert.deepEqual(progressLines(run, english), {
      head: 'Members · reading · 3 / 7',
      pace: '1,250 of about 5,000 rows · 249/s · about 15 s left',
      counts: '1,200 accepted',
      share: 0.25,
    });
  });

  it('leaves out what is not known', () => {
    const run = liveRunOf({ rate: 0, dryRun: true, phase: 'waiting', detail: '12 s' });
    assert.deepEqual(progressLines(run, english), {
      head: 'Members · dry run · waiting for files · 12 s',
      pace: '1,250 of 1,500 rows so far',
      counts: '1,200 accepted',
    });
  });

  it('names what was spent and saved', () => {
    const run = liveRunOf({ unchanged: 30, failed: 2, requests: 9, dataPoints: 75, dataPointsSaved: 1_000 });
    const { counts } = progressLines(run, wordsIn('de'));
    assert.equal(
      counts,
      '1.200 angenommen · 30 unverändert · 2 fehlgeschlagen · 9 Anfragen · 75 Datenpunkte · 1.000 gespart',
    );
  });

  it('promises no end to a run that is being stopped', () => {
    const run = liveRunOf({ phase: 'stopping', expectedRows: 5_000, remainingMs: 9_000 });
    assert.equal(progressLines(run, english).pace, '1,250 of 1,500 rows so far');
  });

  it('tells a duration by its two largest units', () => {
    const told = (seconds: number) => duration(seconds * 1000, english.text);
    assert.deepEqual([0, 0.4, 1, 59.6, 61, 3_599, 3_600, 90_061, 200_000].map(told), [
      'less than 1 s',
      'less than 1 s',
      '1 s',
      '1 min 0 s',
      '1 min 1 s',
      '59 min 59 s',
      '1 h 0 min',
      '25 h 1 min',
      '2 d 7 h',
    ]);
  });

  it('estimates never in finer steps than they are good for, and never zero', () => {
    assert.deepEqual(
      [1, 7_300, 21_000, 130_000, 4_000_000].map(roughly),
      [1_000, 7_000, 25_000, 180_000, 4_200_000],
    );
  });
});
