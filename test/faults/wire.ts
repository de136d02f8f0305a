import type { HttpAnswer, HttpCall, HttpClient } from '../../src/http/httpClient';

/** What one try told of one user, judged from the raw answer and nothing else. */
export type Sign =
  /** Braze says that it took something. */
  | 'taken'
  /** Braze names every object of the user as refused. */
  | 'refused'
  /** Nothing was done. */
  | 'nothing'
  /** It may have been done. */
  | 'open';

/** What all tries together tell of a user. */
export type Told = 'none' | 'accepted' | 'rejected' | 'nothing' | 'unknown';

/** Plain changes, and what must not be repeated, go in requests of their own. */
export type Part = 'plain' | 'once';

interface SentObject {
  array: string;
  index: number;
}

const arrays = ['attributes', 'events', 'purchases'] as const;

/** Listens between client and network, and keeps what every try told of every user. */
export class Wire implements HttpClient {
  readonly #http: HttpClient;
  readonly #onRequest: (request: number) => void;
  readonly #signs = new Map<string, Sign[]>();
  requests = 0;

  constructor(http: HttpClient, onRequest: (request: number) => void) {
    this.#http = http;
    this.#onRequest = onRequest;
  }

  async send(call: HttpCall): Promise<HttpAnswer> {
    const users = usersIn(JSON.parse(String(call.body)) as Record<string, Record<string, unknown>[]>);
    this.#onRequest(++this.requests);
    const places = [...users.keys()].map((key) => {
      const signs = this.#signs.get(key) ?? [];
      this.#signs.set(key, signs);
      // Until an answer comes, and if none comes.
      return { key, signs, at: signs.push('open') - 1 };
    });
    const note = (sign: (objects: SentObject[]) => Sign) => {
      for (const { key, signs, at } of places) signs[at] = sign(users.get(key)!);
    };
    try {
      const answer = await this.#http.send(call);
      note((objects) => signOf(answer, objects));
      return answer;
    } catch (thrown) {
      if ((thrown as { maybeApplied?: unknown }).maybeApplied === false) note(() => 'nothing');
      throw thrown;
    }
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  signs(user: string, part: Part): readonly Sign[] {
    return this.#signs.get(`${part} ${user}`) ?? [];
  }

  told(user: string, part: Part): Told {
    const signs = this.signs(user, part);
    const last = signs.at(-1);
    if (last === undefined) return 'none';
    if (last === 'taken') return 'accepted';
    if (last === 'refused') return 'rejected';
    return signs.includes('open') ? 'unknown' : 'nothing';
  }
}

function usersIn(body: Record<string, Record<string, unknown>[]>): Map<string, SentObject[]> {
  const users = new Map<string, SentObject[]>();
  for (const array of arrays) {
    for (const [index, object] of (body[array] ?? []).entries()) {
      const once = array !== 'attributes' || typeof object.balance === 'object';
      const key = `${once ? 'once' : 'plain'} ${object.external_id}`;
      users.set(key, [...(users.get(key) ?? []), { array, index }]);
    }
  }
  return users;
}

function signOf({ status, body }: HttpAnswer, objects: SentObject[]): Sign {
  const json = parsed(body);
  const listed: unknown = json?.errors ?? [];
  const errors = Array.isArray(listed) ? (listed as (Record<string, unknown> | null)[]) : [undefined];
  const isRefused = objects.every(({ array, index }) =>
    errors.some((error) => error?.input_array === array && error.index === index),
  );
  if (status >= 500 || status === 408) return 'open';
  if (status >= 300) return isRefused && status !== 429 ? 'refused' : 'nothing';
  if (json?.message !== 'success') return 'open';
  if (isRefused) return 'refused';
  return errors.every((error) => typeof error?.index === 'number') ? 'taken' : 'open';
}

function parsed(body: Buffer): Record<string, unknown> | undefined {
  try {
    return JSON.parse(String(body)) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
