import { randomBytes } from 'node:crypto';
import type { SandboxReply, SandboxRequest } from '../server';

/** Every scope the served endpoints ask for (contracts: blueconic 3.2). */
export const allScopes = [
  'read:profiles',
  'write:profiles',
  'read:profile-properties',
  'write:profile-properties',
  'read:segments',
  'read:connections',
  'read:objectives',
  'read:timeline-event-types',
  'read:groups',
  'write:groups',
  'read:group-types',
  'read:dialogues',
  'read:lifecycles',
] as const;

/** An application registered with the tenant: who may ask for tokens, and what those allow. */
export interface Application {
  clientId: string;
  clientSecret: string;
  scopes: readonly string[];
  /** False: it has no sight of personal data. */
  pii: boolean;
}

interface Token {
  application: Application;
  scopes: ReadonlySet<string>;
  /** Epoch milliseconds of the machine's clock. */
  expiresAt: number;
}

/**
 * The OAuth 2.0 side with the client credentials flow (contracts: blueconic 3.2). Both ways of giving the
 * credentials work, and `scope` is optional, since the documents disagree (8, trap 2). The other grant types answer
 * `unsupported_grant_type`: they need a browser.
 */
export class OAuth {
  readonly #applications = new Map<string, Application>();
  readonly #tokens = new Map<string, Token>();

  /** Adds an application, or replaces the one with this id; tokens given out before stay as they were. */
  register(application: Application): void {
    this.#applications.set(application.clientId, application);
  }

  /** Back to the one application given, without any token. */
  reset(application: Application): void {
    this.#applications.clear();
    this.#tokens.clear();
    this.register(application);
  }

  /** Makes every token invalid, as if all had expired. */
  expireTokens(): void {
    this.#tokens.clear();
  }

  /** `POST /oauth/token` */
  async token(request: SandboxRequest, lifeSeconds: number): Promise<SandboxReply> {
    const form = await formBody(request);
    if (!form) return refusal(400, 'invalid_request', 'The body must be a form.');
    const application = this.#authenticated(request, form);
    if (!application) return refusal(401, 'invalid_client', 'Unknown client id or wrong client secret.');
    if (form.get('grant_type') !== 'client_credentials')
      return refusal(400, 'unsupported_grant_type', 'Only client_credentials is supported.');
    const asked = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
    if (asked.some((scope) => !application.scopes.includes(scope)))
      return refusal(400, 'invalid_scope', 'A requested scope was not granted to the application.');
    const token = randomBytes(24).toString('base64url');
    this.#tokens.set(token, {
      application,
      scopes: new Set(asked.length > 0 ? asked : application.scopes),
      expiresAt: Date.now() + lifeSeconds * 1000,
    });
    return {
      status: 200,
      headers: { 'cache-control': 'no-store' },
      body: { access_token: token, token_type: 'Bearer', expires_in: lifeSeconds },
    };
  }

  /** `POST /oauth/revoke`. Revoking what is unknown, or another application's, succeeds and changes nothing. */
  async revoke(request: SandboxRequest): Promise<SandboxReply> {
    const form = await formBody(request);
    if (!form) return refusal(400, 'invalid_request', 'The body must be a form.');
    const application = this.#authenticated(request, form);
    if (!application) return refusal(401, 'invalid_client', 'Unknown client id or wrong client secret.');
    const token = form.get('token') ?? '';
    if (this.#tokens.get(token)?.application.clientId === application.clientId) this.#tokens.delete(token);
    return { status: 200 };
  }

  /** The live token a request carries: what it allows and for whom. `undefined`: answer 401. */
  bearer(request: SandboxRequest): { application: Application; scopes: ReadonlySet<string> } | undefined {
    const [, name = ''] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    const token = this.#tokens.get(name);
    if (!token) return undefined;
    if (Date.now() < token.expiresAt) return token;
    this.#tokens.delete(name);
    return undefined;
  }

  #authenticated(request: SandboxRequest, form: URLSearchParams): Application | undefined {
    const [id, secret] = basicCredentials(request) ?? [form.get('client_id'), form.get('client_secret')];
    const application = this.#applications.get(id ?? '');
    return application && application.clientSecret === secret ? application : undefined;
  }
}

async function formBody(request: SandboxRequest): Promise<URLSearchParams | undefined> {
  const text = (await request.body()).toString('utf8');
  if (!request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return undefined;
  return new URLSearchParams(text);
}

function basicCredentials(request: SandboxRequest): [string, string] | undefined {
  const [, encoded] = /^Basic +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return [text.slice(0, colon), text.slice(colon + 1)];
}

function refusal(status: number, error: string, error_description: string): SandboxReply {
  return { status, body: { error, error_description } };
}
