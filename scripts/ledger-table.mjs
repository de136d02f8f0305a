/** A goal run's account as text, and whether it adds up; added up here, not taken from the run's own word. */

const outcomes = [
  'unmapped',
  'filtered',
  'unchanged',
  'accepted',
  'rejected',
  'unknown',
  'handedOver',
  'unsent',
];
const number = new Intl.NumberFormat('en');

/** @returns whether every record read or added has exactly one outcome. */
export function addsUp(ledger) {
  const decided = outcomes.reduce((sum, outcome) => sum + ledger[outcome], 0);
  return ledger.undecided === 0 && ledger.read + ledger.added === decided;
}

/** @param summary one entry of the history of `GET profile-sync/runs`. */
export function ledgerTable({ goal, result, error, startedAt, endedAt, ledger }) {
  const seconds = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  const rows = [
    ['read', ledger.read],
    ...(ledger.added > 0 ? [['added', ledger.added]] : []),
    ...outcomes.flatMap((outcome) => outcomeRows(ledger, outcome)),
    ...Object.entries(ledger.refusedAttributes).map(([reason, count]) => [
      `attributes left out: ${reason}`,
      count,
    ]),
    ...(ledger.fieldsCreated?.length > 0 ? [['fields created', ledger.fieldsCreated.length]] : []),
    ['requests', ledger.work.requests],
    ['data points', ledger.work.dataPoints],
    ...(ledger.work.attributesSaved > 0
      ? [
          ['data points saved', ledger.work.dataPointsSaved],
          ['  attributes that had not changed', ledger.work.attributesSaved],
        ]
      : []),
  ];
  const names = Math.max(...rows.map(([name]) => name.length));
  const counts = Math.max(...rows.map(([, count]) => number.format(count).length));
  return [
    `${goal.name} (${goal.direction}): ${result} in ${seconds.toFixed(1)} s`,
    ...(error ? [`  ${error.code}: ${error.message}`] : []),
    ...rows.map(([name, count]) => `  ${name.padEnd(names)}  ${number.format(count).padStart(counts)}`),
    addsUp(ledger) ? '  adds up' : '  DOES NOT ADD UP',
  ].join('\n');
}

/** One line for the outcome, and one for each reason; outcomes that never came about say nothing. */
function outcomeRows(ledger, outcome) {
  if (ledger[outcome] === 0) return [];
  const details =
    outcome === 'accepted'
      ? { created: ledger.created, updated: ledger.updated }
      : (ledger.reasons[outcome] ?? {});
  return [
    [outcome, ledger[outcome]],
    ...Object.entries(details)
      .filter(([, count]) => count > 0)
      .map(([reason, count]) => [`  ${reason}`, count]),
  ];
}

/** One line about a run that is under way. */
export function progressLine({ goal, phase, detail, ledger }) {
  const said = [phase, detail].filter((text) => text).join(', ');
  const counts = ['accepted', 'rejected', 'unknown']
    .filter((outcome) => ledger[outcome] > 0 || outcome === 'accepted')
    .map((outcome) => `${number.format(ledger[outcome])} ${outcome}`);
  return `${goal.name}: ${said}; ${number.format(ledger.read)} read, ${counts.join(', ')}`;
}
