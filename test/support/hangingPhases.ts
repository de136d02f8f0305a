import type { RunSnapshot } from '../../src/run/runSummary';
import {
  blueconicProfiles,
  blueconicSegment,
  deltaFiles,
  exportMapper,
  flowTab,
  importMapper,
  segmentExport,
  usersTrack,
} from './flowNodes';
import { type FlowNode, inject } from './flowProbe';
import type { Stage } from './stage';

/** Which requests are taken and never answered; `skip`: only after so many that are. */
interface Hang {
  system: 'braze' | 'blueconic' | 's3';
  method?: string;
  path?: string;
  skip?: number;
}

/** A run that is stuck at one place, because nobody answers there. */
export interface HangingPhase {
  name: string;
  nodes(source: string): FlowNode[];
  hang: Hang[];
  reached(run: RunSnapshot): boolean;
}

const fromFiles = (source: string) => [
  deltaFiles(source, ['mapper']),
  exportMapper('mapper', ['sink']),
  usersTrack('sink'),
];
const fromSegment = (source: string) => [
  blueconicSegment(source, ['mapper'], { pageRows: 50 }),
  exportMapper('mapper', ['sink']),
  usersTrack('sink'),
];
const fromBraze = (source: string) => [
  segmentExport(source, ['mapper'], { quietSeconds: 2 }),
  importMapper('mapper', ['sink']),
  blueconicProfiles('sink'),
];

export const hangingPhases: readonly HangingPhase[] = [
  {
    name: 'asking S3 for its files',
    nodes: fromFiles,
    hang: [{ system: 's3' }],
    reached: ({ phase }) => phase === 'asking',
  },
  {
    name: 'asking BlueConic for its time',
    nodes: fromSegment,
    hang: [{ system: 'blueconic' }],
    reached: ({ phase }) => phase === 'asking',
  },
  {
    name: 'asking Braze for an export',
    nodes: fromBraze,
    hang: [{ system: 'braze', path: '/users/export' }],
    reached: ({ phase }) => phase === 'asking',
  },
  {
    name: 'waiting for files',
    nodes: fromBraze,
    hang: [{ system: 's3', method: 'GET', skip: 1 }],
    reached: ({ phase }) => phase === 'waiting' || phase === 'asking',
  },
  {
    name: 'reading a page',
    nodes: fromSegment,
    hang: [{ system: 'blueconic', path: '/segments/', skip: 2 }],
    reached: ({ ledger }) => ledger.accepted > 0,
  },
  {
    name: 'sending',
    nodes: fromFiles,
    hang: [{ system: 'braze', path: '/users/track', skip: 2 }],
    reached: ({ ledger }) => ledger.accepted > 0,
  },
];

export function deployPhase(stage: Stage, { nodes }: HangingPhase, source: string): Promise<void> {
  const settings = { braze: { objectsPerRequest: 10, requestsInFlight: 2 } };
  return stage.deploy([inject('go', flowTab, [source]), ...nodes(source)], { settings });
}

/** Starts the run and waits until it is stuck. */
export async function beginAndHang(stage: Stage, phase: HangingPhase, source: string): Promise<void> {
  await deployPhase(stage, phase, source);
  const rules = phase.hang.map((where) => ({ ...where, fault: { kind: 'hang' } }));
  await stage.sandbox.control('POST', '/faults', rules);
  await stage.nodeRed.inject('go');
  await stage.liveRun(phase.reached);
}
