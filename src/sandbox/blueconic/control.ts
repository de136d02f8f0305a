import type { ControlRoute } from '../part';
import type { SandboxHandler, SandboxReply, SandboxRequest } from '../server';
import { BadRequest, jsonBody } from './apiReply';
import type { BlueConicSandbox, SettingsInput } from './blueconicSandbox';
import type { PeopleRange } from './seed';
import type { SegmentInput } from './segments';
import type { ProfileInput, ProfileSnapshot, Touch } from './tenantActions';

/** The control routes of the sandbox's BlueConic: each hands its JSON body to the method of the same meaning. */
export function controlRoutes(sandbox: Omit<BlueConicSandbox, 'control'>): ControlRoute[] {
  const route = (
    method: ControlRoute['method'],
    path: string,
    about: string,
    answer: (request: SandboxRequest) => Promise<SandboxReply> | SandboxReply,
  ): ControlRoute => ({ method, path: `/blueconic/${path}`, about, handle: refusing(answer) });
  const ok = (body: object): SandboxReply => ({ status: 200, body });
  return [
    route('POST', 'seed', 'Seed people: {seed, from, to, modifiedAt?}', async (request) =>
      ok({ seeded: sandbox.seedPeople((await objectBody(request)) as unknown as PeopleRange) }),
    ),
    route('POST', 'profiles', 'Add profiles: [{properties: {id: [values]}, ...}]', async (request) => {
      const list = await jsonBody(request);
      if (!Array.isArray(list)) throw new BadRequest('must be a list of profiles', 'body');
      return ok({ profileIds: sandbox.addProfiles(list as ProfileInput[]) });
    }),
    route('GET', 'profile', 'One profile by ?property=&value=', ({ query }) => {
      const found = sandbox.profile(query.get('property') ?? '', query.get('value') ?? '');
      return found ? ok(found) : { status: 404 };
    }),
    route('GET', 'profiles', 'All active profiles as NDJSON, sorted by profileId', () => ({
      status: 200,
      headers: { 'content-type': 'application/x-ndjson' },
      body: ndjson(sandbox.profiles()),
    })),
    route('POST', 'touch', 'Modify profiles: {property, value | share, set?}', async (request) =>
      ok({ touched: sandbox.touch((await objectBody(request)) as unknown as Touch) }),
    ),
    route('POST', 'segments', 'Define a segment: {id, name, rule}', async (request) => {
      sandbox.defineSegment((await objectBody(request)) as unknown as SegmentInput);
      return ok({ defined: true });
    }),
    route('POST', 'merge', 'Merge two profiles: {profileIds: [a, b]}', async (request) => {
      const { profileIds } = await objectBody(request);
      if (!Array.isArray(profileIds) || profileIds.length !== 2)
        throw new BadRequest('must be two ids', 'profileIds');
      return ok({ profileId: sandbox.merge(String(profileIds[0]), String(profileIds[1])) });
    }),
    route('POST', 'settings', 'Change switches, objectives, applications', async (request) =>
      ok(sandbox.configure((await objectBody(request)) as SettingsInput)),
    ),
    route('POST', 'expire-tokens', 'Make all access tokens invalid', () => {
      sandbox.expireTokens();
      return ok({ expired: true });
    }),
    route('GET', 'calls', 'How often each call was made and how it was answered', () => ok(sandbox.calls)),
    route('GET', 'compact', 'Counts and checksums of compact mode', () => {
      const inspection = sandbox.compact();
      return inspection ? ok(inspection) : { status: 404 };
    }),
  ];
}

function refusing(answer: SandboxHandler): SandboxHandler {
  return async (request) => {
    try {
      return await answer(request);
    } catch (thrown) {
      if (thrown instanceof BadRequest) return thrown.reply();
      throw thrown;
    }
  };
}

async function objectBody(request: SandboxRequest): Promise<Record<string, unknown>> {
  const body = await jsonBody(request);
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new BadRequest('must be an object', 'body');
  return body as Record<string, unknown>;
}

async function* ndjson(profiles: Iterable<ProfileSnapshot>): AsyncGenerator<string> {
  let text = '';
  for (const profile of profiles) {
    text += `${JSON.stringify(profile)}\n`;
    if (text.length < 65_536) continue;
    yield text;
    text = '';
  }
  yield text;
}
