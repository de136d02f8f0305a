import { createBrazeClient } from '../../src/braze/brazeClient';
import { TrackTarget } from '../../src/braze/trackTarget';
import { Sums } from '../../src/delta/sums';
import { UserGate } from '../../src/delta/userGate';
import { createHttpClient } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';
import { noAnswerReason } from '../../src/run/goalRun';
import type { Outcome } from '../../src/run/ledger';
import { partlySentReason } from '../../src/run/rowReasons';
import type { SettledRow } from '../../src/run/sinkEvents';
import { type BrazeSandbox, startBrazeSandbox } from '../../src/sandbox/braze/brazeSandbox';
import { FaultRules } from '../../src/sandbox/faults';
import { MemoryStore } from '../../src/store/memoryStore';
import { type SentGoal, sendThrough, sumOfOutcomes } from '../run/pieces';
import { type FaultScript, type ScriptRow, updateOf } from './script';
import { type Told, Wire } from './wire';

/** How one script went. */
export interface ScriptEnd {
  seed: number;
  /** What is not as it must be; empty: all is well. */
  wrongs: string[];
  requests: number;
  outcomes: Partial<Record<Outcome, number>>;
}

/** Long enough that a busy machine is not taken for a server that hangs. */
const timeoutMs = 1_000;
const retry = { baseWaitMs: 1, maxWaitMs: 6, deadlineMs: 400 };
const graceMs = 80;

/** Runs scripts one after the other on a sandbox of its own. */
export class FaultDrive {
  readonly #faults = new FaultRules();
  #braze!: BrazeSandbox;
  #http!: HttpClient;
  /** For runs without faults, on machines that are busy. */
  #patientHttp!: HttpClient;

  static async start(): Promise<FaultDrive> {
    const drive = new FaultDrive();
    drive.#braze = await startBrazeSandbox({ faults: drive.#faults });
    drive.#http = createHttpClient({ timeoutMs });
    drive.#patientHttp = createHttpClient({ timeoutMs: 30_000 });
    return drive;
  }

  async stop(): Promise<void> {
    await this.#http.close();
    await this.#patientHttp.close();
    await this.#braze.close();
  }

  async run(script: FaultScript): Promise<ScriptEnd> {
    this.#braze.reset();
    this.#braze.configure({
      apply: { delayMs: 0 },
      disallowedExternalIds: script.refused,
      trackLimit: { objects: script.trackLimit },
    });
    this.#faults.clear();
    for (const rule of script.rules) this.#faults.add(rule);
    const store = new MemoryStore();
    const first = await this.#send(script, script.rows, store);
    const wrongs = [...first.wrongs];
    // A run without faults mends what is known not to have arrived, and nothing else.
    this.#faults.clear();
    this.#braze.configure({ disallowedExternalIds: [], trackLimit: { objects: 75 } });
    const sums = script.rows.filter(({ kind }) => kind === 'sum');
    if (sums.length > 0) wrongs.push(...(await this.#mend(script, sums, store, first.byRow)));
    return { seed: script.seed, wrongs, requests: first.requests, outcomes: first.outcomes };
  }

  async #send(script: FaultScript, rows: readonly ScriptRow[], store: MemoryStore) {
    let sent: SentGoal | undefined;
    const wire = new Wire(this.#http, (request) => {
      if (request === script.stopAtRequest) sent?.run.stop();
    });
    sent = this.#goal(script, rows, wire, store);
    const { ledger, error } = await sent.ended;
    const wrongs: string[] = [];
    const byRow = new Map(sent.told.settled.map((row) => [Number(row.ref.split('/')[2]), row]));
    const { read, undecided, balanced } = ledger;
    if (!balanced || undecided !== 0 || sumOfOutcomes(ledger) !== read)
      wrongs.push(`the ledger does not add up: ${JSON.stringify(ledger)}`);
    if (byRow.size !== sent.told.settled.length) wrongs.push('a row was settled twice');
    if (error === undefined && script.stopAtRequest === undefined && read !== rows.length)
      wrongs.push(`${read} rows of ${rows.length} were read`);
    if (sent.told.rejected.length !== ledger.rejected) wrongs.push('a rejected update did not come out');
    const counted = countOutcomes(byRow.values());
    for (const [outcome, number] of Object.entries(counted)) {
      // Rows that were on their way to the sink when the run ended are unsent without having come there.
      if (outcome === 'unsent' && ledger.unsent > number) continue;
      if (ledger[outcome as Outcome] !== number)
        wrongs.push(`${outcome}: ${number} settled, ledger ${ledger[outcome as Outcome]}`);
    }
    for (const row of rows) {
      const wrong = this.#wrongWith(row, byRow.get(row.n), wire);
      if (wrong) wrongs.push(`row ${row.n} (${row.kind}): ${wrong}`);
    }
    return { wrongs, byRow, requests: wire.requests, outcomes: counted };
  }

  #goal(script: FaultScript, rows: readonly ScriptRow[], http: HttpClient, store: MemoryStore): SentGoal {
    const { url: endpoint, apiKey } = this.#braze;
    const { objectsPerRequest, perArray, requestsInFlight } = script;
    const target = new TrackTarget(createBrazeClient({ endpoint, apiKey, http }), {
      objectsPerRequest,
      perArray,
      requestsInFlight,
      retry,
      ...(script.detects && { workspace: { apiKey } }),
    });
    const gate = new UserGate();
    const sums = { store, secret: Buffer.alloc(32, 7), goalId: 'goal', meaning: 'total' as const };
    return sendThrough(target, rows.length, {
      change: ({ ref, match }) => {
        const at = Number(match[0]![0]!.value.slice(2)) - 1;
        return { ...updateOf(rows[at]!), ...(ref !== undefined && { ref }) };
      },
      batchRows: script.batchRows,
      lanes: { quietMs: 8, firstTotal: 'add', settleMs: 0 },
      run: {
        window: script.window,
        stopGraceMs: graceMs,
        sums: (name, firstTotal) => new Sums({ ...sums, target: name, firstTotal }),
        detection: {
          place: async () => ({ store, secret: Buffer.alloc(32, 7), forgetTypes: false }),
          gate: () => gate,
        },
        settle: async (run) => {
          const { writes, durable } = run.takeKept();
          await store.commit(writes);
          durable();
        },
      },
    });
  }

  /** Is the outcome the one that the wire told, and is it true of what Braze now holds? */
  #wrongWith(row: ScriptRow, settled: SettledRow | undefined, wire: Wire): string | undefined {
    const plain = wire.told(row.user, 'plain');
    const once = wire.told(row.user, 'once');
    const signs = wire.signs(row.user, 'once');
    if (signs.slice(0, -1).includes('open')) return 'what must not be repeated was sent again';
    if (!settled) return plain === 'none' && once === 'none' ? undefined : 'was sent and has no outcome';
    const { outcome, reason } = settled;
    const said = `${outcome}${reason === undefined ? '' : ` (${reason})`}, told ${plain}/${once}`;
    // Given up in the middle: what was under way then is unknown, whatever the wire told of a part of it.
    if (reason !== noAnswerReason && !mayEnd(row, plain, once).includes(outcome)) return said;
    const holds = this.#holds(row);
    const most = { points: 1, balance: 1, events: row.kind === 'purchase' ? 0 : 1, purchases: 1 };
    for (const what of ['balance', 'events', 'purchases'] as const) {
      if (holds[what] > most[what]) return `${said}, but ${what} arrived ${holds[what]} times`;
    }
    const arrived = (part: 'plain' | 'once') =>
      part === 'plain' ? holds.points : Math.max(holds.balance, holds.events, holds.purchases);
    if (plain === 'accepted' && row.kind !== 'stranger' && !holds.points)
      return `${said}, but it is not there`;
    if (once === 'accepted' && !arrivedWhole(row, holds)) return `${said}, but something of it is not there`;
    if (['none', 'nothing', 'rejected'].includes(plain) && arrived('plain'))
      return `${said}, but it is there`;
    if (['none', 'nothing', 'rejected'].includes(once) && arrived('once')) return `${said}, but it is there`;
    const isPartlySent = outcome === 'unsent' && arrived('plain') > 0;
    if (isPartlySent && reason !== partlySentReason) return `${said}, though a part was sent`;
    return undefined;
  }

  /** How often each thing of a row is in the sandbox; a value that is not the row's own counts as many times too often. */
  #holds({ user, n }: ScriptRow) {
    const held = this.#braze.user(user) as { custom_attributes?: Record<string, unknown> } | undefined;
    const { points, balance } = held?.custom_attributes ?? {};
    const { events, purchases } = this.#braze.events();
    const times = (value: unknown) => (value === undefined ? 0 : Number(value) / n);
    return {
      points: times(points),
      balance: times(balance),
      events: events.filter((event) => event.external_id === user).length,
      purchases: purchases.filter((purchase) => purchase.external_id === user).length,
    };
  }

  async #mend(
    script: FaultScript,
    rows: readonly ScriptRow[],
    store: MemoryStore,
    before: ReadonlyMap<number, SettledRow>,
  ): Promise<string[]> {
    const calm = { ...script, stopAtRequest: undefined };
    const wire = new Wire(this.#patientHttp, () => undefined);
    const { ledger } = await this.#goal(calm, rows, wire, store).ended;
    if (ledger.unchanged + ledger.accepted !== rows.length)
      return [`the mending run ended with ${JSON.stringify(ledger.reasons)}`];
    return rows.flatMap((row) => {
      const outcome = before.get(row.n)?.outcome;
      const isUnknown = outcome === 'unknown';
      const now = this.#holds(row).balance;
      const isSentAgain = wire.told(row.user, 'once') !== 'none';
      // What is unknown may still be on its way into the sandbox; it must not be sent once more.
      if ((isUnknown ? now <= 1 : now === 1) && !(isUnknown && isSentAgain)) return [];
      return [`row ${row.n}: ${outcome}, ${isSentAgain ? 'sent again' : 'left'}, then there ${now} times`];
    });
  }
}

function arrivedWhole(
  row: ScriptRow,
  holds: { balance: number; events: number; purchases: number },
): boolean {
  const { kind } = row;
  if ((kind === 'sum' || kind === 'mixed') && holds.balance !== 1) return false;
  if ((kind === 'event' || kind === 'half' || kind === 'mixed') && holds.events !== 1) return false;
  return kind !== 'purchase' || holds.purchases === 1;
}

/** The outcomes that a row may have by what the wire told of its parts. */
function mayEnd(row: ScriptRow, plain: Told, once: Told): Outcome[] {
  if (row.kind === 'nobody') return ['rejected', 'unsent'];
  if (row.kind !== 'mixed') return may[plain === 'none' ? once : plain];
  if (plain !== 'accepted') return may[plain];
  // Increments and events that were refused do not undo an attribute that was taken.
  if (once === 'none' || once === 'nothing') return ['accepted', 'unsent'];
  return once === 'rejected' ? ['accepted'] : may[once];
}

const may: Record<Told, Outcome[]> = {
  none: ['unsent', 'rejected'],
  nothing: ['unsent', 'rejected'],
  accepted: ['accepted'],
  rejected: ['rejected'],
  unknown: ['unknown'],
};

function countOutcomes(rows: Iterable<SettledRow>): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of rows) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
