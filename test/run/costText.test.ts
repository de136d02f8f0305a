import assert from 'node:assert/strict';
import { costLines } from '../../src/run/costText';
import type { Price } from '../../src/run/price';
import type { GoalReport } from '../../src/run/report';
import { catalogueWords } from './catalogueWords';
import { report } from './reportPieces';

const english = catalogueWords('en-US');
const german = catalogueWords('de');

const price: Price = {
  rows: 4_000,
  dataPoints: 12_300,
  requests: 54,
  objects: 4_000,
  byAttribute: ['a', 'b', 'c', 'd', 'e', 'f'].map((name, at) => ({ name, dataPoints: 3_000 - 500 * at })),
  otherAttributes: 1_800,
};

function goal(changes: Partial<GoalReport>): GoalReport {
  return { ...report().goals[0]!, ...changes };
}

describe('cost in the run report', () => {
  it('a target that charges nothing has none', () => {
    assert.deepEqual(costLines(goal({}), false, english), []);
  });

  it('says what was spent, saved, and perhaps spent besides', () => {
    const spent = { dataPoints: 1_500, dataPointsSaved: 800, attributesSaved: 640, dataPointsUncertain: 75 };
    assert.deepEqual(costLines(goal(spent), false, english), [
      'Data points: 1,500 spent, 800 saved (attributes that had not changed: 640)',
      'Data points that requests without an answer may have cost besides: 75',
    ]);
  });

  it('a dry run says what a run would cost, by attribute, and which ceiling would stop it', () => {
    const dry = {
      price: { ...price, mayBeCreated: 12, over: { kind: 'run' as const, limit: 10_000 } },
      dataPoints: 12_300,
      dataPointsSaved: 800,
      attributesSaved: 640,
    };
    assert.deepEqual(costLines(goal(dry), true, english), [
      'Data points saved: 800 (attributes that had not changed: 640)',
      'A run would send 4,000 records in 54 requests, for 12,300 data points.',
      'Of these by attribute: a 3,000, b 2,500, c 2,000, d 1,500, e 1,000, others 2,300',
      'Users that may be created, since nothing is known of them: 12',
      "That is more than the run's ceiling of 10,000 data points: it would stop there.",
    ]);
  });

  it('a run that a ceiling ended says what the rest would cost', () => {
    const stopped = { price: { ...price, incomplete: true as const }, dataPoints: 9_975 };
    assert.deepEqual(costLines(goal(stopped), false, german), [
      'Datenpunkte: 9.975 verbraucht, 0 gespart (unveränderte Attribute: 0)',
      'Nicht gesendet: 4.000 Sätze in 54 Anfragen, für 12.300 Datenpunkte.',
      'Und mehr: Der Preis des Rests wurde nicht zusammengezählt.',
      'Davon je Attribut: a 3.000, b 2.500, c 2.000, d 1.500, e 1.000, übrige 2.300',
    ]);
  });

  it('the ceiling of an empty store has words of its own', () => {
    const over = { kind: 'emptyStore' as const, limit: 10_000 };
    const lines = costLines(goal({ price: { ...price, over } }), true, english);
    assert.match(lines.at(-1)!, /10,000 data points that may be spent before the store knows any user/);
  });
});
