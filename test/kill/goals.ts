import { person } from '../../src/sandbox/people';
import { gzipLines, range, seed } from '../support/customers';
import {
  blueconicProfiles,
  blueconicSegment,
  deltaFiles,
  exportMapper,
  functionNode,
  importMapper,
  segmentExport,
  usersTrack,
} from '../support/flowNodes';
import type { FlowNode } from '../support/flowProbe';
import type { BothSides, Stage } from '../support/stage';

/** How the customers stand at the end, against what an undisturbed run would have made of them. */
export interface Finding {
  /** Customers whose change is not there, each as often as it is missing. */
  lost: string[];
  /** Of those, what could have been repeated freely: nothing excuses its loss. */
  plainLost: string[];
  /** Rows whose change is there more than once, and profiles that nobody asked for. */
  doubled: number;
}

/** One goal whose runs are killed, and how to tell from the seed alone what it must come to. */
export interface KilledGoal {
  name: string;
  direction: 'import' | 'export';
  /** Something must be done once only: it may be lost, if its row is listed as `unknown`. */
  sums: boolean;
  /** The run's rows, and the requests that carry them if nothing comes between. */
  rows: number;
  requests: number;
  /** Rows of one unit: a file, a page. */
  unitRows: number;
  /** @param source id of the source node; what is remembered is remembered under it. */
  nodes(source: string): FlowNode[];
  /** Brings the sandbox to where the run begins. `runOnce` runs the goal undisturbed. */
  prepare(stage: Stage, runOnce: () => Promise<void>): Promise<void>;
  check(sides: BothSides): Finding;
}

export const people = 200;
export const objectsPerRequest = 10;
const requestsInFlight = 2;
const pageRows = 50;
const filesOfADelta = 4;
/** The sandbox's BlueConic knows the first three quarters of the customers. */
const known = range(0, (people * 3) / 4);
const everybody = range(0, people);

export const settings = {
  braze: { objectsPerRequest, requestsInFlight },
};

const customer = (index: number) => person(seed, index).externalId;
/** What each customer's total grows by; never nothing. */
const growth = (index: number) => 1 + (index % 9);

/** Tells which customer a ref stands for, in every life; it is on the disk before the sink has the row. */
const refs = functionNode(
  'refs',
  `const rows = msg.payload.map((update) => [update.ref, update.match[0][0].value]);
global.get('observe')('refs', { rows });
return null;`,
  [],
);

/** Two amounts whose sums tell which of them were added, and whether one was added twice. */
const amounts = [1, 10] as const;

function sinkTo(system: 'braze' | 'blueconic'): FlowNode {
  return system === 'braze'
    ? usersTrack('sink')
    : blueconicProfiles('sink', [[], []], { entriesPerRequest: objectsPerRequest, requestsInFlight });
}

/** The mapper of the direction, with a row more where sums are wanted. */
function mapper(direction: 'import' | 'export', sums: boolean): FlowNode {
  const wires = [refs.id, 'sink'];
  const node = direction === 'import' ? importMapper('mapper', wires) : exportMapper('mapper', wires);
  if (!sums) return node;
  const mapping = node.mapping as { rows: object[] };
  const sum = (path: string, target: string) => ({
    source: { kind: 'field', path },
    target,
    type: 'integer',
    as: 'one',
    strategy: 'sum',
  });
  const rows =
    direction === 'import'
      ? [...mapping.rows, sum('custom_attributes.loyalty_points', 'braze_points')]
      : [plainTier, sum('properties.loyalty_points', 'bc_points')];
  return { ...node, mapping: { ...mapping, rows } };
}

const plainTier = {
  source: { kind: 'field', path: 'properties.country' },
  target: 'bc_country',
  type: 'text',
  as: 'one',
  strategy: 'set',
};

function importGoal(sums: boolean): KilledGoal {
  return {
    name: sums ? 'import with sums' : 'import',
    direction: 'import',
    sums,
    rows: people,
    requests: (people / objectsPerRequest) * (sums ? 2 : 1),
    unitRows: 50,
    nodes: (source) => [
      segmentExport(source, ['mapper'], { batchRows: 20, quietSeconds: 1 }),
      mapper('import', sums),
      refs,
      sinkTo('blueconic'),
    ],
    async prepare({ sandbox }, runOnce) {
      await sandbox.control('POST', '/braze/settings', { exports: { rowsPerFile: 50, fileDelayMs: 50 } });
      if (!sums) return;
      await runOnce();
      const grown = everybody.map((index) => ({
        external_id: customer(index),
        custom_attributes: { loyalty_points: person(seed, index).points + growth(index) },
      }));
      await sandbox.control('POST', '/braze/users', grown);
    },
    check({ profiles }) {
      const finding = nothingWrong(profiles.size - people);
      for (const index of everybody) {
        const held = profiles.get(customer(index))?.properties ?? {};
        expect(finding, index, held.braze_email?.[0], person(seed, index).email);
        if (sums) count(finding, index, Number(held.braze_points?.[0] ?? 0) / growth(index));
      }
      return finding;
    },
  };
}

function segmentGoal(sums: boolean): KilledGoal {
  return {
    name: sums ? 'export of a segment with sums' : 'export of a segment',
    direction: 'export',
    sums,
    rows: known.length,
    requests: Math.ceil(known.length / objectsPerRequest) * (sums ? 2 : 1),
    unitRows: pageRows,
    nodes: (source) => [
      blueconicSegment(source, ['mapper'], { batchRows: 20, pageRows }),
      mapper('export', sums),
      refs,
      sinkTo('braze'),
    ],
    async prepare({ sandbox }, runOnce) {
      if (!sums) return;
      await runOnce();
      for (const index of known) {
        await sandbox.control('POST', '/blueconic/touch', {
          property: 'customer_id',
          value: customer(index),
          set: { loyalty_points: [String(person(seed, index).points + growth(index))] },
        });
      }
    },
    check({ users }) {
      const finding = nothingWrong(users.size - people);
      for (const index of everybody) {
        const held = users.get(customer(index))?.custom_attributes ?? {};
        const touched = held.bc_points !== undefined || held.bc_country !== undefined;
        if (index >= known.length) finding.doubled += Number(touched);
        else if (!sums) expect(finding, index, held.bc_points, person(seed, index).points);
        else {
          expect(finding, index, held.bc_country, person(seed, index).country);
          count(finding, index, Number(held.bc_points ?? 0) / growth(index));
        }
      }
      return finding;
    },
  };
}

/** With sums every customer is in two files, each time with an amount of its own. */
function filesGoal(sums: boolean): KilledGoal {
  const rows = sums ? people * amounts.length : people;
  const unitRows = rows / filesOfADelta;
  return {
    name: sums ? 'export of delta files with sums' : 'export of delta files',
    direction: 'export',
    sums,
    rows,
    requests: (rows / objectsPerRequest) * (sums ? 2 : 1),
    unitRows,
    nodes: (source) => [
      deltaFiles(source, ['mapper'], { batchRows: 20 }),
      mapper('export', sums),
      refs,
      sinkTo('braze'),
    ],
    async prepare({ sandbox }) {
      const line = (index: number, points: number) => ({
        properties: {
          customer_id: [customer(index)],
          country: [person(seed, index).country],
          loyalty_points: [String(points)],
        },
      });
      const lines = sums
        ? amounts.flatMap((amount) => everybody.map((index) => line(index, amount)))
        : everybody.map((index) => line(index, person(seed, index).points));
      for (let file = 0; file < filesOfADelta; file++) {
        const part = lines.slice(file * unitRows, (file + 1) * unitRows);
        await sandbox.putObject(`delta/${file}.ndjson.gz`, gzipLines(part));
      }
    },
    check({ users }) {
      const finding = nothingWrong(users.size - people);
      for (const index of everybody) {
        const held = users.get(customer(index))?.custom_attributes ?? {};
        if (!sums) {
          expect(finding, index, held.bc_points, person(seed, index).points);
          continue;
        }
        const [one, ten] = amounts;
        const sum = Number(held.bc_points ?? 0);
        expect(finding, index, held.bc_country, person(seed, index).country);
        count(finding, index, (sum % ten) / one);
        count(finding, index, Math.floor(sum / ten));
      }
      return finding;
    },
  };
}

function nothingWrong(profilesTooMany: number): Finding {
  return { lost: [], plainLost: [], doubled: profilesTooMany };
}

function expect(finding: Finding, index: number, held: unknown, wanted: unknown): void {
  if (held !== wanted) finding.plainLost.push(customer(index));
}

/** An increment that must have been applied once was applied so often. */
function count(finding: Finding, index: number, times: number): void {
  if (times === 0) finding.lost.push(customer(index));
  else if (times !== 1) finding.doubled += Math.abs(times - 1);
}

export const goals: readonly KilledGoal[] = [
  importGoal(false),
  segmentGoal(false),
  filesGoal(false),
  importGoal(true),
  segmentGoal(true),
  filesGoal(true),
];
