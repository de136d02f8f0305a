import { costLines } from './costText';
import type { LedgerSnapshot, Outcome } from './ledger';
import { outcomes } from './ledger';
import type { GoalReport, NextRun, RunReport } from './report';

/** A text of a catalogue by its key below `report`, with `__name__` replaced by values; `locale` names its language. */
export type ReportWords = (key: string, values?: Record<string, string | number>) => string;

/** Reasons and refs that a text shows; the machine-readable report has more. */
const shownReasons = 10;
const shownSamples = 3;
const shownUnits = 5;
const shownFields = 20;

/** One line that says how it went; good for the subject of an e-mail. */
export function reportSubject(report: RunReport, words: ReportWords): string {
  const failed = report.goals.filter(({ result }) => result === 'failed').length;
  const how =
    failed > 0
      ? words('subject.failed', { failed, goals: report.goals.length })
      : words(`result.${report.result}`);
  const kind = report.dryRun ? ` (${words('subject.dryRun')})` : '';
  return harmless(`${report.connection.name}: ${how}${kind}`);
}

/** The whole report for a person: plain text, a paragraph for the run and one for each goal. */
export function reportText(report: RunReport, words: ReportWords): string {
  const goals = report.goals.map((goal, at) => goalLines(goal, at + 1, report.dryRun, words).join('\n'));
  return `${harmless([runLines(report, words).join('\n'), ...goals].join('\n\n'))}\n`;
}

function runLines(report: RunReport, words: ReportWords): string[] {
  const { run, startedAt, endedAt, dryRun, fullRead, interruptions, result } = report;
  const lines = [
    reportSubject(report, words),
    words('run', { run, from: time(startedAt), to: time(endedAt), took: duration(startedAt, endedAt) }),
  ];
  if (dryRun) lines.push(words('dryRun'));
  if (fullRead) lines.push(words('fullRead'));
  if (interruptions > 0) lines.push(words('resumed', { times: interruptions }));
  if (result === 'interrupted') lines.push(words('interrupted'));
  return lines;
}

function goalLines(goal: GoalReport, number: number, dryRun: boolean, words: ReportWords): string[] {
  const title = `${number}. ${goal.name} (${words(`direction.${goal.direction}`)}): ${words(`result.${goal.result}`)}`;
  const lines: string[] = [];
  if (goal.startedAt && goal.endedAt && goal.run) {
    const took = duration(goal.startedAt, goal.endedAt);
    lines.push(words('goalRun', { run: goal.run, from: time(goal.startedAt), took }));
  }
  if (goal.error) lines.push(`${goal.error.code}: ${goal.error.message}`);
  for (const step of goal.nextSteps) lines.push(words('nextStep', { step }));
  if (goal.ledger) {
    lines.push(ledgerLine(goal.ledger, words), ...acceptanceLines(goal, goal.ledger, words));
    lines.push(...reasonLines(goal.ledger, words), ...workLines(goal, dryRun, words));
  }
  for (const { code, values } of goal.notices ?? []) lines.push(words(`notice.${code}`, { ...values }));
  lines.push(...watermarkLine(goal, words), nextRunLine(goal.nextRun, words));
  return [title, ...lines.map((line) => `   ${line}`)];
}

/** `12,000 read = 11,900 accepted (400 created, 11,500 updated) + 100 rejected`: columns that are empty are left out. */
function ledgerLine(ledger: LedgerSnapshot, words: ReportWords): string {
  const column = (name: string, rows: number) => `${count(rows, words)} ${words(`column.${name}`)}`;
  const taken = [column('read', ledger.read), ...(ledger.added > 0 ? [column('added', ledger.added)] : [])];
  const told = (['created', 'updated'] as const).filter((how) => ledger[how] > 0);
  const how = told.length > 0 ? ` (${told.map((name) => column(name, ledger[name])).join(', ')})` : '';
  const given = outcomes
    .filter((outcome) => ledger[outcome] > 0)
    .map((outcome) => column(outcome, ledger[outcome]) + (outcome === 'accepted' ? how : ''));
  return given.length > 0 ? `${taken.join(' + ')} = ${given.join(' + ')}` : taken.join(' + ');
}

/** What an export's `accepted` means: Braze queues, and does not say what it cannot apply (R10). */
function acceptanceLines(goal: GoalReport, ledger: LedgerSnapshot, words: ReportWords): string[] {
  if (goal.direction !== 'export' || ledger.accepted === 0) return [];
  // Reports of earlier versions have no such count.
  const { unconfirmed = 0 } = ledger as Partial<LedgerSnapshot>;
  const lines = [words('acceptance.queued')];
  if (unconfirmed > 0) lines.push(words('acceptance.unconfirmed', { users: count(unconfirmed, words) }));
  return lines;
}

function reasonLines(ledger: LedgerSnapshot, words: ReportWords): string[] {
  return Object.entries(ledger.reasons).flatMap(([outcome, reasons]) => {
    const sorted = Object.entries(reasons).sort((one, other) => other[1] - one[1]);
    const lines = sorted.slice(0, shownReasons).map(([reason, rows]) => {
      const refs = outcome === 'rejected' ? (ledger.samples[`${outcome}: ${reason}`] ?? []) : [];
      const samples = refs.length > 0 ? ` (${refs.slice(0, shownSamples).join(', ')})` : '';
      return `${words(`column.${outcome as Outcome}`)}: ${count(rows, words)} × ${reason}${samples}`;
    });
    const left = sorted.length - shownReasons;
    return left > 0 ? [...lines, words('moreReasons', { more: left })] : lines;
  });
}

function workLines(goal: GoalReport, dryRun: boolean, words: ReportWords): string[] {
  const { requests, retries } = goal;
  const work = [words('work', { requests: count(requests, words), retries: count(retries, words) })];
  // Summaries of an earlier release do not have it.
  const created = goal.ledger?.fieldsCreated ?? [];
  if (created.length > 0) {
    const more = created.length > shownFields ? ' …' : '';
    const fields = created.slice(0, shownFields).join(', ') + more;
    work.push(words('fieldsCreated', { fields: `${count(created.length, words)} (${fields})` }));
  }
  return [...work, ...costLines(goal, dryRun, words)];
}

function watermarkLine({ watermark, direction }: GoalReport, words: ReportWords): string[] {
  if (direction === 'import' || !watermark) return [];
  const from = watermark.from === undefined ? words('watermark.none') : time(watermark.from);
  if (watermark.to === undefined) return [words('watermark.stays', { from })];
  return [words('watermark.moved', { from, to: time(watermark.to) })];
}

function nextRunLine(next: NextRun, words: ReportWords): string {
  if (next.reads === 'everything' && next.since !== undefined) {
    return words('nextRun.since', { since: time(next.since) });
  }
  if (next.reads !== 'units') return words(`nextRun.${next.reads}`);
  const { units } = next;
  const more = units.length > shownUnits ? ' …' : '';
  return words('nextRun.units', { units: units.slice(0, shownUnits).join(', ') + more });
}

function count(number: number, words: ReportWords): string {
  return number.toLocaleString(words('locale'));
}

/** `2031-05-04 10:00:05 UTC`: the same in every language, and it sorts. */
function time(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

function duration(from: string, to: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000));
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([number]) => number > 0);
  return parts
    .slice(first < 0 ? 2 : first)
    .map(([number, unit]) => `${number} ${unit}`)
    .join(' ');
}

/** The core e-mail node sends a text that looks like HTML as HTML; what others wrote must not become that. */
function harmless(text: string): string {
  return text.replaceAll('<', '‹').replaceAll('>', '›');
}
