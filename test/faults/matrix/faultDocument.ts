import { faultKinds } from './faults';
import { outsideCalls } from './outsideCalls';
import { statedOutcomes } from './statedOutcomes';

const systems = { braze: 'Braze', blueconic: 'BlueConic', s3: 'S3' } as const;

/** The text of docs/faults.md, made of the table that the test of the matrix runs. */
export function faultDocument(): string {
  return `${[intro, callsTable(), words, outcomesTable(), exceptions(), ending].join('\n\n')}\n`;
}

const intro = `# When calls go wrong

What becomes of every call to the outside, in every way in which it can go wrong. This page is made of the table that the
test \`test/faults/matrix\` runs, by \`npm run docs:faults\`; the test fails where page, table and product differ.`;

const words = `## How to read the outcomes

| outcome | meaning |
|---|---|
| fails \`CODE\` | ends with this error at once; until a setting is changed, the same call would fail again |
| later \`CODE\` | ends with this error; the same call may succeed later: the next run makes it again |
| ×3 | only after so many tries, with pauses between them |
| mends | had only the first try gone wrong, nobody would have noticed |
| done | counts as done: nothing of the answer's body is needed |
| a finding | the check in the dialog says what is missing |
| ends \`CODE\` | the run ends with this error; the rows of the request are \`unsent\` |
| again, then … | the request is sent again until the deadline of the sink, then its rows are counted so |
| rejected, unknown | the column of the ledger in which the rows of the request are counted |

Sums, events and purchases may be carried out once at most. A request that holds them is not sent again where it may have
been carried out: its rows are \`unknown\` at once. What is \`unknown\` and may be repeated, and what is \`rejected\` for a
cause that may pass, is read again by the next run. A page of a BlueConic segment that fails for such a cause is asked for
again within the run, smaller.

Every error says whether the call may have been carried out; no error shows a key, a secret, or what an answer quotes;
no call follows a redirect; every call has an end: a minute at Braze and BlueConic, half a minute of silence at S3. What
an answer holds has a limit, 64 MiB, but for files, which are read as a stream and have limits of their own.`;

const ending = `Codes are explained in [errors.md](errors.md), columns in [ARCHITECTURE.md](../ARCHITECTURE.md#the-ledger).`;

function callsTable(): string {
  const rows = outsideCalls.map(({ system, name, use }) => `| ${systems[system]} | \`${name}\` | ${use} |`);
  return ['## The calls', '', '| system | call | what for |', '|---|---|---|', ...rows].join('\n');
}

function outcomesTable(): string {
  const head = [
    '## The outcomes',
    '',
    '`/users/track` and `PUT /profiles` are the calls that send changes; the other columns hold for all other calls of the',
    'system, but for those in the last table.',
    '',
    '| what goes wrong | Braze | BlueConic | S3 | `/users/track` | `PUT /profiles` |',
    '|---|---|---|---|---|---|',
  ];
  const rows = faultKinds.map(({ name, about }) => {
    const stated = statedOutcomes[name]!;
    const { braze, blueconic, s3 } = stated;
    const cells = [braze, blueconic, s3, stated['POST /users/track'], stated['PUT /profiles']];
    return `| **${name}**: ${about} | ${cells.map(withCode).join(' | ')} |`;
  });
  return [...head, ...rows].join('\n');
}

function exceptions(): string {
  const rows = faultKinds.flatMap(({ name }) =>
    Object.entries(statedOutcomes[name]!.but ?? {}).map(
      ([call, stated]) => `| ${name} | \`${call}\` | ${withCode(stated)} |`,
    ),
  );
  return ['Calls that differ:', '', '| what goes wrong | call | outcome |', '|---|---|---|', ...rows].join(
    '\n',
  );
}

function withCode(stated: string): string {
  return stated.replace(/[A-Z][A-Z0-9]*_[A-Z_]+/, '`$&`');
}
