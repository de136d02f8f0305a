import assert from 'node:assert/strict';
import { reportSubject, reportText } from '../../src/run/reportText';
import { catalogueWords } from './catalogueWords';
import { exportGoal, importGoal } from './connectionPieces';
import { failedExportSummary, report } from './reportPieces';

const english = catalogueWords('en-US');
const german = catalogueWords('de');

describe('run report as a text', () => {
  it('reads well in English', () => {
    assert.equal(
      reportText(report(), english),
      `Customers: 1 of 2 goals failed
Run r0, 2031-05-04 10:00:05 UTC to 2031-05-04 11:02:17 UTC (1 h 2 min 12 s)

1. Import (import): succeeded
   Goal run r1, 2031-05-04 10:00:05 UTC, 4 min 10 s
   1,250 read = 30 filtered + 1,200 accepted (200 created, 1,000 updated) + 20 rejected
   filtered: 30 × CONSENT_MISMATCH
   rejected: 15 × email: not ‹an› address (r1/1/101, r1/1/102, r1/1/103)
   rejected: 5 × UNAUTHORIZED (r1/2/1, r1/2/2, r1/2/3)
   Requests: 3, retries: 1
   Properties created: 2 (braze_tier, braze_points)
   Next run: exports the whole segment again, as always.

2. Export (export): failed
   Goal run r2, 2031-05-04 10:04:16 UTC, 1 s
   BRAZE_KEY_REJECTED: Braze does not accept the API key.
   What to do: Choose a key of this instance.
   75 read = 50 accepted + 25 not sent
   Accepted means queued by Braze; what Braze cannot apply later, it does not report.
   Requests: 2, retries: 0
   Data points: 1,500 spent, 800 saved (attributes that had not changed: 640)
   Watermark: stays at 2031-05-04 09:00:00 UTC
   Next run: reads everything since 2031-05-04 09:00:00 UTC again.
`,
    );
  });

  it('reads well in German', () => {
    assert.equal(
      reportText(report(), german),
      `Customers: 1 von 2 Zielen fehlgeschlagen
Lauf r0, 2031-05-04 10:00:05 UTC bis 2031-05-04 11:02:17 UTC (1 h 2 min 12 s)

1. Import (Import): gelungen
   Ziellauf r1, 2031-05-04 10:00:05 UTC, 4 min 10 s
   1.250 gelesen = 30 ausgefiltert + 1.200 angenommen (200 angelegt, 1.000 geändert) + 20 abgewiesen
   ausgefiltert: 30 × CONSENT_MISMATCH
   abgewiesen: 15 × email: not ‹an› address (r1/1/101, r1/1/102, r1/1/103)
   abgewiesen: 5 × UNAUTHORIZED (r1/2/1, r1/2/2, r1/2/3)
   Anfragen: 3, Wiederholungen: 1
   Angelegte Eigenschaften: 2 (braze_tier, braze_points)
   Nächster Lauf: exportiert wie immer das ganze Segment.

2. Export (Export): fehlgeschlagen
   Ziellauf r2, 2031-05-04 10:04:16 UTC, 1 s
   BRAZE_KEY_REJECTED: Braze does not accept the API key.
   Was zu tun ist: Choose a key of this instance.
   75 gelesen = 50 angenommen + 25 nicht gesendet
   Angenommen heißt, dass Braze es in die Warteschlange gestellt hat; was Braze danach nicht anwenden kann, meldet es nicht.
   Anfragen: 2, Wiederholungen: 0
   Datenpunkte: 1.500 verbraucht, 800 gespart (unveränderte Attribute: 640)
   Marke: bleibt bei 2031-05-04 09:00:00 UTC
   Nächster Lauf: liest alles seit 2031-05-04 09:00:00 UTC noch einmal.
`,
    );
  });

  it('says in its subject how it went', () => {
    assert.equal(reportSubject(report(), english), 'Customers: 1 of 2 goals failed');
    assert.equal(reportSubject(report({ goals: [] }), english), 'Customers: succeeded');
    assert.equal(
      reportSubject(report({ goals: [], dryRun: true }), german),
      'Customers: gelungen (Probelauf)',
    );
    assert.equal(reportSubject(report({ goals: [], abandoned: true }), english), 'Customers: interrupted');
  });

  it('says what kind of run it was, and that it was interrupted', () => {
    const goals = [{ goal: exportGoal, output: 3, result: 'notRun' as const }];
    const text = reportText(
      report({ goals, dryRun: true, fullRead: true, interruptions: 2, abandoned: true }),
      english,
    );
    for (const line of [
      'Dry run: everything was read, mapped and priced, nothing was sent.',
      'Full read: everything was read, whatever earlier runs had read.',
      'Node-RED ended during this run; it went on after that. Times: 2',
      'Node-RED ended during this run, and it was not taken up again.',
      '1. Export (export): not run',
      '   Next run: reads everything of this one again.',
    ]) {
      assert.ok(text.includes(`${line}\n`), line);
    }
  });

  for (const [language, words] of Object.entries({ english, german })) {
    it(`says how many users are unconfirmed, what Braze took less of, and what was left lying (${language})`, () => {
      const summary = failedExportSummary();
      summary.ledger = { ...summary.ledger, unconfirmed: 1_234 };
      const left = { place: 'exports/a/', reason: 'It was refused.' };
      summary.notices = [
        { code: 'fewerObjects', values: { objects: 50 } },
        { code: 'fewerUsers', values: { read: 3, estimate: 10 } },
        { code: 'filesLeft', values: left },
        { code: 'filesNotRenamed', values: { reason: 'It was refused.' } },
        { code: 'filesYoung', values: { files: 3, minutes: 5 } },
        { code: 'filesUnmarked', values: { files: 2 } },
      ];
      const goals = [{ goal: exportGoal, output: 3, result: 'failed' as const, summary }];
      const lines = reportText(report({ goals }), words).split('\n');
      const unconfirmed = { users: (1_234).toLocaleString(words('locale')) };
      for (const line of [
        words('acceptance.unconfirmed', unconfirmed),
        words('notice.fewerObjects', { objects: 50 }),
        words('notice.fewerUsers', { read: 3, estimate: 10 }),
        words('notice.filesLeft', left),
        words('notice.filesNotRenamed', { reason: 'It was refused.' }),
        words('notice.filesYoung', { files: 3, minutes: 5 }),
        words('notice.filesUnmarked', { files: 2 }),
      ]) {
        assert.ok(lines.includes(`   ${line}`), line);
      }
    });
  }

  it('says where the watermark stands and which units are read again', () => {
    const summary = {
      ...failedExportSummary(),
      result: 'succeeded' as const,
      complete: true,
      watermark: { to: '2031-05-04T09:54:16.000Z' },
      repeat: ['page 1', 'page 2', 'page 3', 'page 4', 'page 5', 'page 6'],
    };
    const text = reportText(
      report({ goals: [{ goal: exportGoal, output: 3, result: 'succeeded', summary }] }),
      english,
    );
    assert.ok(text.includes('Watermark: from the beginning to 2031-05-04 09:54:16 UTC\n'));
    assert.ok(text.includes('cause: page 1, page 2, page 3, page 4, page 5 …\n'));
  });

  it('names ten reasons of a column and counts the others', () => {
    const summary = failedExportSummary();
    const reasons = Object.fromEntries(Array.from({ length: 13 }, (_, at) => [`reason ${at}`, 20 - at]));
    summary.ledger = { ...summary.ledger, rejected: 182, reasons: { rejected: reasons } };
    const text = reportText(
      report({ goals: [{ goal: exportGoal, output: 3, result: 'failed', summary }] }),
      english,
    );
    assert.equal(text.match(/rejected: \d+ × reason/g)?.length, 10);
    assert.ok(text.includes('   … and 3 more reasons\n'));
  });

  it('holds nothing that an e-mail node would take for HTML', () => {
    const goals = [{ goal: { ...importGoal, name: '<b>Import</b>' }, output: 2, result: 'notRun' as const }];
    const made = report({ goals, connection: { id: 'c', name: '<script>' } });
    assert.doesNotMatch(reportText(made, english) + reportSubject(made, english), /[<>]/);
  });

  it('every outcome and every kind of next run has words in both languages', () => {
    for (const look of [english, german]) {
      for (const next of ['segment', 'changes', 'everything']) assert.ok(look(`nextRun.${next}`));
      for (const result of ['succeeded', 'failed', 'stopped', 'interrupted', 'notRun'])
        assert.ok(look(`result.${result}`));
      for (const column of ['unmapped', 'unchanged', 'unknown', 'handedOver', 'added'])
        assert.ok(look(`column.${column}`));
    }
  });
});
