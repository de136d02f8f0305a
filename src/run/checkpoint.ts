import type { z } from 'zod';
import { lazySchema } from '../schema/lazySchema';
import type { StateStore, StoreWrite } from '../store/store';
import type { LedgerState } from './ledger';
import type { GoalIdentity } from './runSummary';

/** Rows whose states are stored together: small enough to write often, large enough to be few. */
export const chunkRows = 4096;

/** A unit that was open when the checkpoint was taken, with the outcomes of its rows. */
export interface OpenUnit {
  number: number;
  name: string;
  /** Rows that failed for a passing cause. */
  repeatable: number;
  /** Ids of the rows in order, where the source names them itself; else rows are known by their place. */
  ids?: string[];
  /** Chunk number to a byte per row; 0: no outcome yet. */
  chunks: Map<number, Uint8Array>;
}

/** A unit of which every row has a durable outcome. */
export interface DoneUnit {
  number: number;
  name: string;
  /** Rows that failed for a passing cause. */
  repeatable: number;
}

/** All that a goal run needs to go on after its process has died (R7, R8). */
export interface Checkpoint {
  run: string;
  goal: GoalIdentity;
  /** The connection run that it is part of, if it is. */
  connection?: { connection: string; connectionRun: string; goal: string };
  /** Of everything that decides what the run does; a run goes on only under the same. */
  configHash: string;
  startedAt: string;
  savedAt: string;
  ledger: LedgerState;
  addedRows: number;
  unitCount: number;
  /** The source's own state; plain JSON. */
  source: unknown;
  open: OpenUnit[];
  done: DoneUnit[];
  /** A person stopped the run: it goes on when it is triggered, not by itself. */
  paused: boolean;
}

/** The part of a checkpoint that is written anew each time; units have entries of their own. */
const headSchema = lazySchema((z) =>
  z.object({
    version: z.literal(1),
    run: z.string(),
    goal: z.object({ id: z.string(), name: z.string(), direction: z.enum(['import', 'export', 'other']) }),
    connection: z.object({ connection: z.string(), connectionRun: z.string(), goal: z.string() }).optional(),
    configHash: z.string(),
    startedAt: z.string(),
    savedAt: z.string(),
    ledger: z.custom<LedgerState>((value) => typeof value === 'object' && value !== null),
    addedRows: z.number(),
    unitCount: z.number(),
    source: z.unknown().optional(),
    openUnits: z.array(z.object({ number: z.number(), name: z.string(), repeatable: z.number() })),
  }),
);

type Head = z.infer<ReturnType<typeof headSchema>>;

const headKey = (goalId: string) => `goal/${goalId}/head`;
const pausedKey = (goalId: string) => `goal/${goalId}/paused`;
const idsKey = (goalId: string, unit: number) => `goal/${goalId}/ids/${unit}`;
const doneKey = (goalId: string, unit: number) => `goal/${goalId}/done/${unit}`;
const chunkKey = (goalId: string, unit: number, chunk: number) => `goal/${goalId}/rows/${unit}/${chunk}`;

export function headWrite(head: Omit<Head, 'version'>): StoreWrite {
  return { space: 'checkpoint', key: headKey(head.goal.id), value: JSON.stringify({ version: 1, ...head }) };
}

/** Says that a person stopped the run, or that it goes on. */
export function pausedWrite(goalId: string, paused: boolean): StoreWrite {
  const value = paused ? new Date().toISOString() : undefined;
  return { space: 'checkpoint', key: pausedKey(goalId), value };
}

export function idsWrite(goalId: string, unit: number, ids: readonly string[]): StoreWrite {
  return { space: 'checkpoint', key: idsKey(goalId, unit), value: JSON.stringify(ids) };
}

export function chunkWrite(goalId: string, unit: number, chunk: number, states: Uint8Array): StoreWrite {
  return { space: 'checkpoint', key: chunkKey(goalId, unit, chunk), value: states };
}

/** A finished unit keeps only its name and counts; what was stored of its rows goes. */
export function doneWrites(goalId: string, unit: DoneUnit, chunks: number): StoreWrite[] {
  const writes: StoreWrite[] = [
    {
      space: 'checkpoint',
      key: doneKey(goalId, unit.number),
      value: JSON.stringify({ name: unit.name, repeatable: unit.repeatable }),
    },
    { space: 'checkpoint', key: idsKey(goalId, unit.number), value: undefined },
  ];
  for (let chunk = 0; chunk < chunks; chunk++) {
    writes.push({ space: 'checkpoint', key: chunkKey(goalId, unit.number, chunk), value: undefined });
  }
  return writes;
}

/** The checkpoint of a goal; undefined where there is none, or none that this version can read. */
export async function loadCheckpoint(store: StateStore, goalId: string): Promise<Checkpoint | undefined> {
  const [stored, paused] = await store.getMany('checkpoint', [headKey(goalId), pausedKey(goalId)]);
  const head = stored && headSchema().safeParse(parsed(stored)).data;
  if (!head) return undefined;
  const { openUnits, version: _, connection, ...rest } = head;
  const open = new Map<number, OpenUnit>(
    openUnits.map((unit) => [unit.number, { ...unit, chunks: new Map() }]),
  );
  for await (const { key, value } of store.list('checkpoint', `goal/${goalId}/rows/`)) {
    const [unit, chunk] = key.split('/').slice(-2).map(Number);
    open.get(unit!)?.chunks.set(chunk!, Uint8Array.from(value));
  }
  for await (const { key, value } of store.list('checkpoint', `goal/${goalId}/ids/`)) {
    const unit = open.get(Number(key.split('/').at(-1)));
    if (unit) unit.ids = parsed(value) as string[];
  }
  const done: DoneUnit[] = [];
  for await (const { key, value } of store.list('checkpoint', `goal/${goalId}/done/`)) {
    const number = Number(key.split('/').at(-1));
    // A row that turned up late opened its unit again.
    if (!open.has(number)) done.push({ number, ...(parsed(value) as { name: string; repeatable: number }) });
  }
  return {
    ...rest,
    ...(connection && { connection }),
    source: head.source,
    open: [...open.values()],
    done,
    paused: paused !== undefined,
  };
}

/** Deletes of everything that a goal's checkpoint consists of. */
export async function checkpointDeletes(store: StateStore, goalId: string): Promise<StoreWrite[]> {
  const deletes: StoreWrite[] = [];
  for await (const { key } of store.list('checkpoint', `goal/${goalId}/`)) {
    deletes.push({ space: 'checkpoint', key, value: undefined });
  }
  return deletes;
}

function parsed(stored: Buffer): unknown {
  try {
    return JSON.parse(stored.toString());
  } catch {
    return undefined;
  }
}
