import { asSyncError } from '../errors/syncError';
import type { Heard } from '../pace/rateReport';
import type { Delivery } from '../run/delivery';
import type { Attempt } from '../run/retry';
import type { RefusedAttribute, SendContext, Verdict } from '../run/sinkTarget';
import type { BlueConicClient } from './blueconicClient';
import type { BulkAnswer, BulkResult } from './bulkAnswer';
import { entryColumn } from './entryStates';
import type { ProfileItem } from './profilesTarget';
import { SumRuleName } from './sumRule';

/** What BlueConic said of each item, where it said something of it. */
export interface SentItems {
  verdicts: Verdict[];
  results: (BulkResult | undefined)[];
}

type Refused = Extract<BulkAnswer, { kind: 'refused' }>;

/** Items that go out in one request, by their places among those to be sent. */
interface Part {
  places: readonly number[];
  /** A request that held them before may have been applied. */
  maybeApplied: boolean;
}

/** Requests at most that one refused request is taken apart into: two bad entries among a thousand are found with them. */
const partsOfOne = 40;

/**
 * Sends items in one request, and where BlueConic, or something before it, refuses that as a whole, in smaller ones, until
 * those to blame are alone: a refusal proves that nothing was done (contracts: blueconic 3.3). Entries that a 400 names
 * are left out, any other refusal halves the request. The parts go one after the other, so that rows keep their order.
 *
 * Where nothing of a request gets through, the fault is not with single entries: later ones are not taken apart any more
 * until one is taken.
 */
export class BulkSending {
  readonly #client: Pick<BlueConicClient, 'putProfiles'>;
  readonly #delivery: Delivery;
  readonly #objectiveIds: readonly string[];
  readonly #sumRule = new SumRuleName();
  #hopeless = false;

  constructor(
    client: Pick<BlueConicClient, 'putProfiles'>,
    delivery: Delivery,
    objectiveIds: readonly string[],
  ) {
    this.#client = client;
    this.#delivery = delivery;
    this.#objectiveIds = objectiveIds;
  }

  /** @throws SyncError where a setting is wrong, and nothing was sent yet. */
  async send(items: readonly ProfileItem[], repeatable: boolean, context: SendContext): Promise<SentItems> {
    const sent: SentItems = {
      verdicts: new Array<Verdict>(items.length),
      results: new Array<BulkResult | undefined>(items.length).fill(undefined),
    };
    const waiting: Part[] = [{ places: [...items.keys()], maybeApplied: false }];
    let requests = 0;
    let through = false;
    for (let part = waiting.pop(); part; part = waiting.pop()) {
      if (requests > 0 && context.stopped.aborted) {
        decide(sent, part, notSent(part));
        continue;
      }
      requests++;
      const end = await this.#request(part, items, repeatable, context, sent, requests === 1);
      through ||= end === undefined;
      if (end === undefined) continue;
      const { refused, maybeApplied } = end;
      const parts = requests <= partsOfOne && !this.#hopeless ? takenApart(part, refused, sent) : undefined;
      if (refused.reason === 'too-large' && part.places.length > 1) {
        context.limits.objects = Math.min(context.limits.objects, part.places.length >> 1);
      }
      if (!parts) decide(sent, part, refusedVerdict(refused, maybeApplied));
      else for (const places of parts.reverse()) waiting.push({ places, maybeApplied });
    }
    if (through) this.#hopeless = false;
    else if (requests > 1) this.#hopeless = true;
    return sent;
  }

  /** Gives the part's items their verdicts; returns a refusal of it as a whole. */
  async #request(
    part: Part,
    items: readonly ProfileItem[],
    repeatable: boolean,
    context: SendContext,
    sent: SentItems,
    isFirst: boolean,
  ): Promise<{ refused: Refused; maybeApplied: boolean } | undefined> {
    const own = part.places.map((place) => items[place]!);
    const options = {
      identifiers: own.map(({ identifier }) => identifier),
      objectiveIds: this.#objectiveIds,
    };
    let { maybeApplied } = part;
    let refused: Refused | undefined;
    let judged = false;
    const put = (entries: Buffer) => this.#client.putProfiles(entries, options, context.abandoned);
    const body = bodyOf(own);
    let verdicts: Verdict[];
    try {
      verdicts = await this.#delivery.send<BulkAnswer>(
        {
          rows: own.length,
          objects: own.length,
          body,
          repeatable,
          call: async (bytes) => {
            try {
              // Sums are what makes a request not repeatable: no other one needs a name for them.
              if (repeatable) return await put(bytes);
              return await this.#sumRule.put((rename) => put(rename ? bodyOf(own, rename) : bytes));
            } catch (thrown) {
              maybeApplied ||= asSyncError(thrown, 'sending to BlueConic').maybeApplied;
              throw thrown;
            }
          },
          heard: heardOf,
          judge: (answer) => {
            if (answer.kind === 'unavailable') maybeApplied = true;
            if (answer.kind === 'refused') {
              refused = answer;
              return { done: [] };
            }
            if (answer.kind === 'done' || answer.kind === 'too-many')
              for (const [at, place] of part.places.entries()) sent.results[place] = answer.results[at];
            const attempt = verdictsOf(answer, own, repeatable);
            judged = 'done' in attempt;
            return attempt;
          },
        },
        context,
      );
    } catch (thrown) {
      if (isFirst) throw thrown;
      // Others of the request have their outcome already.
      const error = asSyncError(thrown, 'sending to BlueConic');
      context.fail(error);
      decide(sent, part, notSent({ ...part, maybeApplied: maybeApplied || error.maybeApplied }));
      return undefined;
    }
    if (refused) return { refused, maybeApplied };
    for (const [at, place] of part.places.entries()) {
      const verdict = verdicts[at]!;
      // Given up without an answer: what a try before the last did is not known.
      sent.verdicts[place] = !judged && part.maybeApplied ? notSent(part) : verdict;
    }
    return undefined;
  }
}

/** The parts that go out again, in order; undefined where the part is to be refused as it is. */
function takenApart(
  { places, maybeApplied }: Part,
  refused: Refused,
  sent: SentItems,
): number[][] | undefined {
  if (places.length === 1 || refused.reason === 'other') return undefined;
  const named = entriesAtFault(refused, places.length);
  if (named.size > 0 && named.size < places.length) {
    const verdict = refusedVerdict(refused, maybeApplied);
    for (const at of named) sent.verdicts[places[at]!] = verdict;
    return [places.filter((_place, at) => !named.has(at))];
  }
  const middle = places.length >> 1;
  return [places.slice(0, middle), places.slice(middle)];
}

/** A place such as `[3].properties` is that of an entry in the request. */
function entriesAtFault({ fields }: Refused, entries: number): Set<number> {
  const named = new Set<number>();
  for (const field of fields) {
    const at = /^\[(\d+)\]/.exec(field)?.[1];
    if (at !== undefined && Number(at) < entries) named.add(Number(at));
  }
  return named;
}

function decide(sent: SentItems, { places }: Part, verdict: Verdict): void {
  for (const place of places) sent.verdicts[place] = verdict;
}

/** If an earlier try may have been applied, nobody can tell. */
function refusedVerdict({ status, reason }: Refused, maybeApplied: boolean): Verdict {
  const text = `BlueConic refused the request (${status}, ${reason})`;
  if (maybeApplied) return { outcome: 'unknown', reason: text, repeatable: true };
  return { outcome: 'rejected', reason: text };
}

function notSent({ maybeApplied }: Part): Verdict {
  if (!maybeApplied) return { outcome: 'unsent' };
  return { outcome: 'unknown', reason: 'the run was stopped', repeatable: true };
}

const openingBracket = Buffer.from('[');
const comma = Buffer.from(',');
const closingBracket = Buffer.from(']');

function bodyOf(items: readonly ProfileItem[], rename?: (json: string) => string): Buffer {
  const parts: Buffer[] = [openingBracket];
  for (const { json } of items) {
    if (parts.length > 1) parts.push(comma);
    parts.push(rename ? Buffer.from(rename(json.toString())) : json);
  }
  parts.push(closingBracket);
  return Buffer.concat(parts);
}

function heardOf(answer: BulkAnswer): Heard {
  if (answer.kind === 'unavailable') return { how: 'overloaded' };
  if (answer.kind !== 'throttled') return { how: 'taken' };
  return { how: 'throttled', rate: answer.waitMs === undefined ? {} : { retryInMs: answer.waitMs } };
}

/** From an answer to a verdict per profile, or to another try. */
function verdictsOf(
  answer: Exclude<BulkAnswer, Refused>,
  items: readonly ProfileItem[],
  repeatable: boolean,
): Attempt<Verdict[]> {
  switch (answer.kind) {
    case 'done':
    case 'too-many':
      return { done: items.map((item, at) => verdictOf(answer.results[at], item.rules, repeatable)) };
    case 'throttled':
      return { again: 'BlueConic has too many requests at once', maybeApplied: false, ...wait(answer) };
    case 'unavailable': {
      const reason = `BlueConic answered ${answer.status}`;
      if (!repeatable) return { done: items.map(() => ({ outcome: 'unknown', reason })) };
      return { again: reason, maybeApplied: true, ...wait(answer) };
    }
    case 'configuration':
      throw answer.error;
    case 'unreadable': {
      const reason = `unreadable answer (${answer.status})`;
      return { done: items.map(() => ({ outcome: 'unknown', reason, repeatable })) };
    }
  }
}

function verdictOf(result: BulkResult | undefined, rules: number, repeatable: boolean): Verdict {
  if (!result) return { outcome: 'unknown', reason: 'no result for this entry', repeatable };
  const place = entryColumn(result, rules);
  const refused = refusedIn(result);
  if (place.column === 'accepted' || place.column === 'unchanged') {
    return {
      outcome: place.column,
      ...(place.column === 'accepted' && { how: place.how }),
      ...(refused.length > 0 && { refused }),
    };
  }
  const verdict: Verdict = { outcome: place.column, reason: place.reason };
  if (result.state === 'NOTFOUND') verdict.absent = true;
  if (result.state === 'UNCHANGED') {
    verdict.onlyAttributes = true;
    verdict.refused = refused;
  }
  return verdict;
}

function refusedIn({ invalidProperties }: BulkResult): RefusedAttribute[] {
  return invalidProperties.map((field) => ({ field, reason: 'invalid-value' }));
}

function wait({ waitMs }: { waitMs?: number }): { waitMs?: number } {
  return waitMs === undefined ? {} : { waitMs };
}
