import type { Objective } from './consent';

/** A named thing of the tenant that the API only lists. */
export interface Listed {
  id: string;
  name: string;
  [field: string]: unknown;
}

/** One run of a connection in the machine form of the API (contracts: blueconic 2.4). */
export interface ConnectionRun {
  runId: string;
  runCount: number;
  startDate: string;
  endDate?: string;
  state: 'STARTING' | 'RUNNING' | 'FINISHED' | 'FAILED' | 'STOPPING' | 'STOPPED';
  lane: string;
  goalStatistics: { id: 'SUCCESS' | 'FAILED' | 'TOTAL'; values: string[] }[];
  message: string;
}

/** Consent objectives of a new tenant: one that needs consent under GDPR and CCPA, one that never does. */
export const standardObjectives: readonly Objective[] = [
  {
    id: 'newsletter',
    name: 'Newsletter',
    title: 'Send me the newsletter',
    needsConsent: true,
    legislations: ['GDPR', 'UK_GDPR', 'CCPA'],
    references: [],
  },
  {
    id: 'service_messages',
    name: 'Service messages',
    title: 'Messages about my orders',
    needsConsent: false,
    legislations: [],
    references: [],
  },
];

const connectionId = '0f0a4c52-7c1e-4f52-9a55-2f6f3f6b7d10';

export const connections: readonly Listed[] = [
  {
    id: connectionId,
    name: 'Nightly customer file',
    description: 'Imports customers from a file.',
    tags: [],
    roles: [],
    isEnabled: true,
    scheduleMode: 'SCHEDULED',
    lastRun: '2026-01-02T02:00:00.000Z',
  },
];

/** Runs by connection id, newest first. */
export const connectionRuns: ReadonlyMap<string, readonly ConnectionRun[]> = new Map([
  [connectionId, [connectionRun(2, '02'), connectionRun(1, '01')]],
]);

function connectionRun(runCount: number, dayOfMonth: string): ConnectionRun {
  return {
    runId: `202601${dayOfMonth}020000_${connectionId}`,
    runCount,
    startDate: `2026-01-${dayOfMonth}T02:00:00.000Z`,
    endDate: `2026-01-${dayOfMonth}T02:04:31.000Z`,
    state: 'FINISHED',
    lane: 'REGULAR',
    goalStatistics: [
      { id: 'SUCCESS', values: ['1'] },
      { id: 'FAILED', values: ['0'] },
      { id: 'TOTAL', values: ['1'] },
    ],
    message: '<h3>Import profiles</h3><ul><li>1,204 profiles checked</li></ul>',
  };
}

function eventType(id: string, name: string, priority: 'HIGH' | 'LOW', fields: [string, string][]): Listed {
  return {
    id,
    name,
    priority,
    ...(priority === 'LOW' && { retentionPeriod: 30 }),
    fieldTypes: fields.map(([key, value]) => ({ key, value, dataSensitivity: 'NON_PII' })),
  };
}

export const timelineEventTypes: readonly Listed[] = [
  eventType('email_delivered', 'E-mail delivered', 'LOW', [['campaign', 'TEXT']]),
  eventType('email_opened', 'E-mail opened', 'LOW', [['campaign', 'TEXT']]),
  eventType('email_link_clicked', 'E-mail link clicked', 'LOW', [['link', 'TEXT']]),
  eventType('order', 'Order', 'HIGH', [
    ['order_id', 'TEXT'],
    ['total', 'DECIMAL'],
    ['placed_at', 'DATETIME'],
  ]),
  eventType('order_refund', 'Order refund', 'HIGH', [['order_id', 'TEXT']]),
  eventType('abandoned_basket', 'Abandoned basket', 'LOW', [['items', 'NUMBER']]),
];

export const groupTypes: readonly Listed[] = [
  { id: 'household', name: 'Household', description: 'People at one address.' },
];

export const dialogues: readonly Listed[] = [
  { id: 'welcome_dialogue', name: 'Welcome', isEnabled: true },
  { id: 'spring_offer', name: 'Spring offer', isEnabled: false },
];

export const lifecycles: readonly Listed[] = [
  {
    id: 'customer_lifecycle',
    name: 'Customer lifecycle',
    stages: [
      { id: 'prospect', name: 'Prospect' },
      { id: 'customer', name: 'Customer' },
    ],
  },
];
