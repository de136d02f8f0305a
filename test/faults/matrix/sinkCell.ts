import { createBlueConicClient } from '../../../src/blueconic/blueconicClient';
import { ProfilesTarget } from '../../../src/blueconic/profilesTarget';
import { createBrazeClient } from '../../../src/braze/brazeClient';
import { TrackTarget } from '../../../src/braze/trackTarget';
import type { HttpClient } from '../../../src/http/httpClient';
import type { ProfileUpdate } from '../../../src/mapping/profileUpdate';
import type { Outcome } from '../../../src/run/ledger';
import { type SentGoal, type SentGoalOptions, sendThrough, sumOfOutcomes } from '../../run/pieces';
import { impatientHttp } from './cell';
import type { FaultKind } from './faults';
import { startFaultyServer } from './faultyServer';
import { callSecrets, type OutsideCall } from './outsideCalls';

/** What became of the two rows of a run, all of whose requests go wrong in one way. */
export interface SinkCellEnd {
  /** Of the row whose changes may be sent twice. */
  plain: Outcome;
  /** Of the row that may not: an event for Braze, a sum for BlueConic. */
  once: Outcome;
  /** Code of the error that ended the run. */
  error?: string;
  /** Whether any request went out a second time. */
  again: boolean;
  wrongs: string[];
}

/** Long enough for a second try, wherever one is made; where nobody is there, the tries are counted. */
const retryOf = ({ address }: FaultKind) => ({
  baseWaitMs: 1,
  maxWaitMs: 5,
  deadlineMs: address ? patienceMs : 120,
});
const deadlineMs = 600;
const patienceMs = 20_000;

const updates: Pick<ProfileUpdate, 'changes' | 'events'>[] = [
  { changes: [{ field: 'points', strategy: 'set', as: 'one', values: [1] }] },
  { changes: [{ field: 'points', strategy: 'sum', as: 'one', values: [1] }] },
];

/** Two rows are sent in two requests. */
export async function runSinkCell(
  call: OutsideCall,
  fault: FaultKind,
  elsewhere: string,
): Promise<SinkCellEnd> {
  const server = await startFaultyServer(call, fault, { elsewhere });
  const http = impatientHttp(fault.waits ? deadlineMs : patienceMs);
  try {
    const sent = (call.system === 'braze' ? toBraze : toBlueConic)(server.url, http, retryOf(fault));
    const { ledger, error } = await sent.ended;
    const outcomes = new Map(sent.told.settled.map((row) => [row.ref.split('/')[2], row.outcome]));
    const wrongs: string[] = [];
    if (!ledger.balanced || ledger.undecided !== 0 || sumOfOutcomes(ledger) !== 2) {
      wrongs.push(`the ledger does not add up: ${JSON.stringify(ledger)}`);
    }
    return {
      plain: outcomes.get('1')!,
      once: outcomes.get('2')!,
      ...(error && { error: error.code }),
      again: ledger.work.attempts > ledger.work.requests,
      wrongs,
    };
  } finally {
    await http.close();
    await server.close();
  }
}

const options: SentGoalOptions = {
  change: (update) => ({ ...update, ...updateOf(update) }),
  // What is in flight when another request ends the run has its answer soon, but not on a busy machine.
  run: { stopGraceMs: patienceMs },
};

function toBraze(endpoint: string, http: HttpClient, retry: ReturnType<typeof retryOf>): SentGoal {
  const client = createBrazeClient({ endpoint, apiKey: callSecrets.apiKey, http });
  const target = new TrackTarget(client, { objectsPerRequest: 10, requestsInFlight: 2, retry });
  return sendThrough(target, 2, options);
}

function toBlueConic(url: string, http: HttpClient, retry: ReturnType<typeof retryOf>): SentGoal {
  const { clientSecret } = callSecrets;
  const client = createBlueConicClient({ url, clientId: 'matrix-client', clientSecret, http });
  const target = new ProfilesTarget(client, { entriesPerRequest: 10, requestsInFlight: 2, retry });
  return sendThrough(target, 2, options);
}

function updateOf({ ref }: ProfileUpdate): (typeof updates)[number] {
  return updates[Number(ref!.split('/')[2]) - 1]!;
}
