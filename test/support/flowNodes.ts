import type { FlowNode } from './flowProbe';

/** The tab that the nodes of this file are on. */
export const flowTab = 't';

type Changes = Record<string, unknown>;

/** The three config nodes as a person drags them in: still without addresses. `connectFlow` fills them in. */
export function configNodes(): FlowNode[] {
  return [
    { id: 'braze', type: 'braze-config', name: 'Braze', objectsPerRequest: 75, requestsInFlight: 8 },
    { id: 's3', type: 'profile-sync-s3-config', name: 'S3', checksums: 'supported', rootPath: '' },
    { id: 'blueconic', type: 'blueconic-config', name: 'BlueConic' },
  ];
}

const sourceSettings = { firstRows: '', batchRows: 100, idleSeconds: 60, onSilence: 'fail' };

export function deltaFiles(id: string, wires: string[], changes: Changes = {}): FlowNode {
  const files = { origin: 'files', s3: 's3', prefix: 'delta/', minAgeMinutes: 0 };
  const own = { ...files, blueconic: '', properties: [], pageRows: 1000 };
  return onTab(id, 'blueconic-delta', [wires], { ...sourceSettings, ...own, ...changes });
}

export function blueconicSegment(id: string, wires: string[], changes: Changes = {}): FlowNode {
  return deltaFiles(id, wires, { origin: 'segment', s3: '', blueconic: 'blueconic', ...changes });
}

/** Looks at the bucket every second and takes two quiet seconds for the end of the export. */
export function segmentExport(id: string, wires: string[], changes: Changes = {}): FlowNode {
  const asked = { fields: ['external_id', 'email', 'custom_attributes'], customAttributes: [] };
  const pace = { pollSeconds: 1, quietSeconds: 2, giveUpMinutes: 1 };
  return onTab(id, 'braze-segment-export', [wires], {
    ...sourceSettings,
    ...asked,
    ...pace,
    braze: 'braze',
    s3: 's3',
    ...changes,
  });
}

/** Finds users by `customer_id` and gives them `loyalty_points` as `bc_points`. */
export function exportMapper(id: string, wires: string[], changes: Changes = {}): FlowNode {
  const mapping = {
    version: 1,
    direction: 'export',
    identifiers: [[{ source: field('properties.customer_id'), target: 'external_id' }]],
    allowCreate: false,
    rows: [row('properties.loyalty_points', 'bc_points', 'integer')],
  };
  return onTab(id, 'profile-field-mapper', [wires], { direction: 'export', mapping, ...changes });
}

/** Finds profiles by `customer_id`, creates those that are missing, and gives them the e-mail address Braze holds. */
export function importMapper(id: string, wires: string[], changes: Changes = {}): FlowNode {
  const mapping = {
    version: 1,
    direction: 'import',
    identifiers: [[{ source: field('external_id'), target: 'customer_id' }]],
    allowCreate: true,
    rows: [row('email', 'braze_email', 'text')],
  };
  return onTab(id, 'profile-field-mapper', [wires], { direction: 'import', mapping, ...changes });
}

export function usersTrack(id: string, wires: string[][] = [[], []], changes: Changes = {}): FlowNode {
  return onTab(id, 'braze-users-track', wires, { braze: 'braze', ...changes });
}

export function blueconicProfiles(id: string, wires: string[][] = [[], []], changes: Changes = {}): FlowNode {
  const pace = { entriesPerRequest: 500, requestsInFlight: 4 };
  return onTab(id, 'blueconic-profiles', wires, { blueconic: 'blueconic', ...pace, ...changes });
}

/**
 * A connection with an output for its reports and one for each goal.
 * @param goals name of each goal and the nodes that its output leads to; an import where the name says so.
 */
export function connection(
  id: string,
  reports: string[],
  goals: Record<string, string[]>,
  changes: Changes = {},
): FlowNode {
  const named = Object.keys(goals).map((name) => ({
    id: name,
    name,
    direction: name.startsWith('Import') ? 'import' : 'export',
    active: true,
  }));
  const settings = {
    labels: [],
    description: '',
    favourite: false,
    goals: named,
    onFailure: 'continue',
    overlap: 'queue',
    afterRestart: 'resume',
    command: 'payload',
    notify: 'always',
    addresses: '',
    keepRuns: 200,
    keepDays: 400,
    store: '',
    outputs: named.length + 1,
  };
  return {
    ...onTab(id, 'profile-sync-connection', [reports, ...Object.values(goals)], settings),
    ...changes,
  };
}

/** A core function node. @param code may use `msg` and `node`. */
export function functionNode(id: string, code: string, wires: string[]): FlowNode {
  const own = { func: code, outputs: 1, timeout: 0, noerr: 0, initialize: '', finalize: '', libs: [] };
  return onTab(id, 'function', [wires], own);
}

/** Any other core node. */
export function coreNode(id: string, type: string, wires: string[], settings: Changes = {}): FlowNode {
  return onTab(id, type, [wires], settings);
}

function onTab(id: string, type: string, wires: string[][], settings: Changes): FlowNode {
  return { id, type, z: flowTab, name: id, x: 200, y: 200, wires, ...settings };
}

function field(path: string): object {
  return { kind: 'field', path };
}

function row(path: string, target: string, type: string): object {
  return { source: field(path), target, type, as: 'one', strategy: 'set' };
}
