import {
  type BlueConicSandbox,
  type BlueConicSandboxOptions,
  startBlueConicSandbox,
} from '../../../src/sandbox/blueconic/blueconicSandbox';
import type { BulkEntry } from '../../../src/sandbox/blueconic/bulkEntry';
import type { BulkResult } from '../../../src/sandbox/blueconic/bulkResult';

/** One answer as a test looks at it. `json` is undefined where the body is empty. */
export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of any shape
  json: any;
}

/** A sandbox with a client that holds a token for it. */
export class RestClient {
  readonly sandbox: BlueConicSandbox;
  token = '';

  private constructor(sandbox: BlueConicSandbox) {
    this.sandbox = sandbox;
  }

  static async start(options: BlueConicSandboxOptions = {}): Promise<RestClient> {
    const client = new RestClient(await startBlueConicSandbox(options));
    await client.signIn();
    return client;
  }

  /** Takes a new token, as the application of the start unless told otherwise. */
  async signIn(clientId = this.sandbox.clientId, clientSecret = this.sandbox.clientSecret): Promise<void> {
    const { json } = await this.form('/oauth/token', {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    });
    this.token = json.access_token;
  }

  form(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#fetch(path, { method: 'POST', body: new URLSearchParams(fields), headers });
  }

  /** GET with the token; a list as a query value repeats the parameter. */
  get(path: string, query: Record<string, string | string[]> = {}): Promise<Answer> {
    const search = new URLSearchParams();
    for (const [name, values] of Object.entries(query))
      for (const value of [values].flat()) search.append(name, value);
    const text = search.size > 0 ? `?${search}` : '';
    return this.send('GET', `${path}${text}`);
  }

  put(path: string, body: unknown): Promise<Answer> {
    return this.send('PUT', path, JSON.stringify(body));
  }

  send(method: string, path: string, body?: string): Promise<Answer> {
    return this.#fetch(path, {
      method,
      headers: { authorization: `Bearer ${this.token}` },
      ...(body !== undefined && { body }),
    });
  }

  /** `PUT /profiles` that must succeed. */
  async bulk(...entries: BulkEntry[]): Promise<BulkResult[]> {
    const { status, json } = await this.put('/profiles', entries);
    if (status !== 200) throw new Error(`bulk answered ${status}: ${JSON.stringify(json)}`);
    return json;
  }

  async #fetch(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(`${this.sandbox.url}/rest/v2${path}`, init);
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      json: text === '' ? undefined : JSON.parse(text),
    };
  }

  close(): Promise<void> {
    return this.sandbox.close();
  }
}

/** An upsert by `customer_id` that also writes it, which BlueConic does not do by itself. */
export function upsert(customer: string, rules: BulkEntry['properties'] = []): BulkEntry {
  return {
    strategy: 'UPSERT',
    matching: [[{ id: 'customer_id', value: customer }]],
    properties: [{ id: 'customer_id', values: [customer], strategy: 'SET' }, ...rules],
  };
}

/** An update by `customer_id`. */
export function update(customer: string, rules: BulkEntry['properties'] = []): BulkEntry {
  return { matching: [[{ id: 'customer_id', value: customer }]], properties: rules };
}
