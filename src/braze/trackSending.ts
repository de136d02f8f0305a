import { asSyncError, type SyncError } from '../errors/syncError';
import type { Delivery } from '../run/delivery';
import type { SendContext, Verdict } from '../run/sinkTarget';
import type { BrazeClient } from './brazeClient';
import type { RefusedInARow } from './refusedInARow';
import { fitTogether, lowerLimits, type TrackRefused, takeApart, withinLimits } from './takenApart';
import type { TrackAnswer } from './trackAnswer';
import { heardOf } from './trackPace';
import { type TrackItem, trackRequest } from './trackRequest';
import { trackVerdicts } from './trackVerdicts';

/** Users that go out in one request. */
interface Part {
  /** Where they stand among those to be sent. */
  places: readonly number[];
  /** A request that held them before may have been applied. */
  maybeApplied: boolean;
}

/** How one request ended. */
type PartEnd =
  | { verdicts: readonly Verdict[] }
  /** Braze refused it as a whole. `maybeApplied`: a try before that may have been applied. */
  | { refused: TrackRefused; maybeApplied: boolean };

/**
 * Sends some users in one request, and where Braze refuses that as a whole, in smaller ones until each user has an
 * outcome of its own. What must not be repeated is no exception: a refusal proves that nothing was done. The parts go
 * one after the other, so that updates of one user keep their order.
 */
export class TrackSending {
  readonly #items: readonly TrackItem[];
  readonly #repeatable: boolean;
  readonly #context: SendContext;
  readonly #client: Pick<BrazeClient, 'track'>;
  readonly #delivery: Delivery;
  readonly #inARow: RefusedInARow;
  readonly #verdicts: Verdict[];
  /** The next part is the last one here. */
  readonly #waiting: Part[] = [];

  constructor(
    items: readonly TrackItem[],
    repeatable: boolean,
    context: SendContext,
    parts: { client: Pick<BrazeClient, 'track'>; delivery: Delivery; inARow: RefusedInARow },
  ) {
    this.#items = items;
    this.#repeatable = repeatable;
    this.#context = context;
    this.#client = parts.client;
    this.#delivery = parts.delivery;
    this.#inARow = parts.inARow;
    this.#verdicts = new Array<Verdict>(items.length);
  }

  /** Resolves to a verdict per item, in order. */
  async run(): Promise<Verdict[]> {
    const all = { places: [...this.#items.keys()], maybeApplied: false };
    if (fitTogether(this.#items, this.#context.limits)) this.#waiting.push(all);
    // It was packed before the limits were lowered.
    else this.#cut(all);
    let isFirst = true;
    for (let part = this.#waiting.pop(); part; part = this.#waiting.pop()) {
      if (this.#context.stopped.aborted && !isFirst) this.#decide(part, notSent(part));
      else await this.#send(part);
      isFirst = false;
    }
    return this.#verdicts;
  }

  async #send(part: Part): Promise<void> {
    const items = part.places.map((place) => this.#items[place]!);
    const end = await this.#request(items, part);
    if ('verdicts' in end) {
      for (const [at, place] of part.places.entries()) this.#verdicts[place] = end.verdicts[at]!;
      return;
    }
    const { refused, maybeApplied } = end;
    const again = { places: part.places, maybeApplied };
    if (refused.reason === 'too-many-objects' && items.length > 1) this.#sendFewer(items, again);
    else this.#takeApart(items, again, refused);
  }

  #sendFewer(items: readonly TrackItem[], part: Part): void {
    const { limits } = this.#context;
    let objects = 0;
    for (const item of items) objects += item.objects;
    lowerLimits(limits, objects);
    this.#context.notice({ code: 'fewerObjects', values: { objects: limits.objects } });
    this.#cut(part);
  }

  #cut({ places, maybeApplied }: Part): void {
    const { parts, tooLarge } = withinLimits(this.#items, places, this.#context.limits);
    const reason = 'more objects than one request may hold';
    this.#decide({ places: tooLarge, maybeApplied }, notTaken(reason, maybeApplied));
    this.#wait(parts, maybeApplied);
  }

  #takeApart(items: readonly TrackItem[], { places, maybeApplied }: Part, refused: TrackRefused): void {
    const { named, parts, alone } = takeApart(items, places, refused);
    for (const [place, reason] of named) this.#verdicts[place] = { outcome: 'rejected', reason };
    this.#wait(parts, maybeApplied);
    if (!alone) return;
    this.#verdicts[alone.place] = notTaken(alone.reason, maybeApplied);
    const error = this.#inARow.refused(refused.status);
    if (error) this.#context.fail(error);
  }

  #wait(parts: number[][], maybeApplied: boolean): void {
    for (const places of parts.reverse()) this.#waiting.push({ places, maybeApplied });
  }

  #decide({ places }: Part, verdict: Verdict): void {
    for (const place of places) this.#verdicts[place] = verdict;
  }

  async #request(items: readonly TrackItem[], part: Part): Promise<PartEnd> {
    const { body, sent } = trackRequest(items);
    let { maybeApplied } = part;
    let refused: TrackRefused | undefined;
    let judged: Verdict[] | undefined;
    let fault: SyncError | undefined;
    const judge = (answer: TrackAnswer) => {
      if (answer.kind === 'unavailable') maybeApplied = true;
      if (answer.kind === 'configuration') fault = answer.error;
      if (answer.kind === 'refused') {
        refused = answer;
        return { done: [] };
      }
      const attempt = trackVerdicts(answer, items, this.#repeatable, this.#context.work);
      if ('done' in attempt) judged = attempt.done;
      return attempt;
    };
    const call = async (bytes: Buffer): Promise<TrackAnswer> => {
      try {
        return await this.#client.track(bytes, this.#context.abandoned, sent);
      } catch (thrown) {
        maybeApplied ||= asSyncError(thrown, 'sending to Braze').maybeApplied;
        throw thrown;
      }
    };
    const objects = sent.attributes + sent.events + sent.purchases;
    const request = {
      rows: items.length,
      objects,
      body,
      repeatable: this.#repeatable,
      call,
      heard: heardOf,
      judge,
    };
    let verdicts: Verdict[];
    try {
      verdicts = await this.#delivery.send<TrackAnswer>(request, this.#context);
    } catch (thrown) {
      const error = asSyncError(thrown, 'sending to Braze');
      this.#context.fail(error);
      const verdict = maybeApplied || error.maybeApplied ? this.#unknown(error.code) : notSent(part);
      return { verdicts: items.map(() => verdict) };
    }
    // A try before may have been applied, so the rows have an outcome; the setting is wrong all the same.
    if (fault) this.#context.fail(fault);
    if (refused) return { refused, maybeApplied };
    if (judged) {
      if (judged.some(({ outcome }) => outcome === 'accepted')) this.#inARow.reset();
      return { verdicts: judged };
    }
    const [gaveUp] = verdicts;
    if (part.maybeApplied && gaveUp && gaveUp.outcome !== 'unknown') {
      return { verdicts: items.map(() => this.#unknown(gaveUp.reason ?? 'the run was stopped')) };
    }
    return { verdicts };
  }

  #unknown(reason: string): Verdict {
    return { outcome: 'unknown', reason, repeatable: this.#repeatable };
  }
}

/** Refused, for no reason that names the user: if an earlier try may have been applied, nobody can tell. */
function notTaken(reason: string, maybeApplied: boolean): Verdict {
  return maybeApplied ? { outcome: 'unknown', reason, repeatable: true } : { outcome: 'rejected', reason };
}

function notSent({ maybeApplied }: Part): Verdict {
  if (!maybeApplied) return { outcome: 'unsent' };
  return { outcome: 'unknown', reason: 'the run was stopped', repeatable: true };
}
