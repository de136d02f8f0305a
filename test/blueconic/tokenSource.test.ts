import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createTokenSource } from '../../src/blueconic/tokenSource';
import { SyncError } from '../../src/errors/syncError';
import { type Answering, type FakeAnswer, FakeTenant, granted, inTurn } from './fakeTenant';

const clientId = 'app 1';
const clientSecret = 's&cret/ä';
const { signal } = new AbortController();
const invalidClient = { status: 401, body: { error: 'invalid_client' } };
const noApi: Answering = () => assert.fail('only tokens are asked for');

function source(token: Answering) {
  const clock = { now: 1_000_000 };
  const http = new FakeTenant(noApi, token);
  const tokens = createTokenSource({
    url: 'https://acme.blueconic.net',
    clientId,
    clientSecret,
    http,
    now: () => clock.now,
  });
  return { tokens, http, clock };
}

async function failure(promise: Promise<unknown>): Promise<SyncError> {
  try {
    await promise;
  } catch (thrown) {
    assert.ok(thrown instanceof SyncError, String(thrown));
    assert.ok(!`${thrown.message}${thrown.advice}`.includes(clientSecret));
    return thrown;
  }
  return assert.fail('nothing was thrown');
}

describe('BlueConic tokens', () => {
  it('sends the credentials in the body, and no scope', async () => {
    const { tokens, http } = source(() => granted('t'));
    assert.equal(await tokens.token(signal), 't');
    const [call] = http.tokenCalls;
    assert.deepEqual(Object.fromEntries(new URLSearchParams(String(call?.body))), {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    });
    assert.equal(call?.headers?.['content-type'], 'application/x-www-form-urlencoded');
    assert.equal(call?.headers?.authorization, undefined);
  });

  it('keeps a token for nine tenths of its life', async () => {
    const { tokens, clock } = source((_, at) => granted(`t${at}`, 100));
    assert.equal(await tokens.token(signal), 't0');
    clock.now += 89_999;
    assert.equal(await tokens.token(signal), 't0');
    clock.now += 1;
    assert.equal(await tokens.token(signal), 't1');
  });

  it('takes an hour where no life, or nonsense, is given', async () => {
    for (const expires_in of [undefined, 'soon', -5, null]) {
      const body = { access_token: 't', token_type: 'bearer', expires_in };
      const { tokens, clock, http } = source(() => ({ status: 200, body }));
      await tokens.token(signal);
      clock.now += 3_239_999;
      await tokens.token(signal);
      assert.equal(http.tokenCalls.length, 1);
      clock.now += 1;
      await tokens.token(signal);
      assert.equal(http.tokenCalls.length, 2);
    }
  });

  it('asks once for any number of callers, also after they all found the token stale', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 3 }),
        async (callers, rounds) => {
          const { tokens, http } = source(async (_, at) => {
            await new Promise((resolve) => setImmediate(resolve));
            return granted(`t${at}`);
          });
          for (let round = 0; round < rounds; round++) {
            const given = await Promise.all(Array.from({ length: callers }, () => tokens.token(signal)));
            assert.deepEqual(new Set(given), new Set([`t${round}`]));
            for (const token of given) tokens.invalidate(token);
          }
          assert.equal(http.tokenCalls.length, rounds);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('forgets only the token that was refused', async () => {
    const { tokens } = source((_, at) => granted(`t${at}`));
    assert.equal(await tokens.token(signal), 't0');
    tokens.invalidate('an older one');
    assert.equal(await tokens.token(signal), 't0');
    tokens.invalidate('t0');
    assert.equal(await tokens.token(signal), 't1');
  });

  it('tries HTTP Basic once where the body is refused, and stays with what worked', async () => {
    for (const refused of [invalidClient, { status: 400, body: { error: 'invalid_request' } }]) {
      const isBasic = (call: Parameters<Answering>[0]) => call.headers?.authorization !== undefined;
      const { tokens, http } = source((call) => (isBasic(call) ? granted('t') : refused));
      assert.equal(await tokens.token(signal), 't');
      tokens.invalidate('t');
      assert.equal(await tokens.token(signal), 't');
      assert.deepEqual(http.tokenCalls.map(isBasic), [false, true, true]);
      const header = http.tokenCalls[1]?.headers?.authorization ?? '';
      const pair = Buffer.from(header.replace('Basic ', ''), 'base64').toString();
      assert.deepEqual(pair.split(':').map(decodeURIComponent), [clientId, clientSecret]);
      assert.ok(!String(http.tokenCalls[1]?.body).includes('client_secret'));
    }
  });

  it('says what is wrong', async () => {
    const html = { headers: { 'content-type': 'text/html' }, body: '<html>' };
    const scope = { status: 400, body: { error: 'invalid_scope' } };
    const cases: [FakeAnswer[], string][] = [
      [[invalidClient, invalidClient], 'BLUECONIC_CLIENT_REJECTED'],
      [[{ status: 400 }, { status: 401, body: 'no' }], 'BLUECONIC_CLIENT_REJECTED'],
      [[{ status: 403 }], 'BLUECONIC_CLIENT_REJECTED'],
      [[scope, invalidClient], 'BLUECONIC_SCOPE_MISSING'],
      [[invalidClient, scope], 'BLUECONIC_SCOPE_MISSING'],
      [
        [
          { status: 401, ...html },
          { status: 401, ...html },
        ],
        'BLUECONIC_URL_WRONG',
      ],
      [[{ status: 404 }], 'BLUECONIC_URL_WRONG'],
      [[{ status: 302 }], 'BLUECONIC_URL_WRONG'],
      [[{ status: 200, ...html }], 'BLUECONIC_URL_WRONG'],
      [[{ status: 200, body: '{"access_tok' }], 'BLUECONIC_ANSWER_UNREADABLE'],
      [[{ status: 200, body: { access_token: 'two\nlines' } }], 'BLUECONIC_ANSWER_UNREADABLE'],
      [[{ status: 200, body: { access_token: 't', token_type: 'mac' } }], 'BLUECONIC_ANSWER_UNREADABLE'],
      [[{ status: 429 }], 'BLUECONIC_THROTTLED'],
      [[{ status: 503, ...html }], 'BLUECONIC_UNAVAILABLE'],
    ];
    for (const [answers, code] of cases) {
      const { tokens } = source(inTurn(...answers));
      const error = await failure(tokens.token(signal));
      assert.equal(error.code, code, JSON.stringify(answers));
      assert.equal(error.maybeApplied, false);
    }
  });

  it('leaves nothing open where the answer of the token endpoint gets lost', async () => {
    const { tokens } = source(() => {
      throw new SyncError({
        code: 'NET_RESET',
        message: 'Lost.',
        advice: 'Wait.',
        retry: 'later',
        maybeApplied: true,
      });
    });
    const error = await failure(tokens.token(signal));
    assert.deepEqual(
      [error.code, error.message, error.advice, error.retry, error.maybeApplied],
      ['NET_RESET', 'Lost. Wait.', 'Wait.', 'later', false],
    );
  });

  it('asks anew after a failure', async () => {
    const { tokens } = source(inTurn({ status: 503 }, granted('t')));
    await failure(tokens.token(signal));
    assert.equal(await tokens.token(signal), 't');
  });

  it('keeps asking for the others when one caller stops, and gives up when all do', async () => {
    let stopped: AbortSignal | undefined;
    let answer: (given: FakeAnswer) => void = () => {};
    const answered = new Promise<FakeAnswer>((resolve) => {
      answer = resolve;
    });
    const { tokens, http } = source((call) => {
      stopped = call.signal;
      return answered;
    });
    const first = new AbortController();
    const second = new AbortController();
    const one = tokens.token(first.signal);
    const other = tokens.token(second.signal);
    first.abort(new Error('stopped'));
    await assert.rejects(one, /stopped/);
    assert.equal(stopped?.aborted, false);
    second.abort(new Error('stopped too'));
    await assert.rejects(other, /stopped too/);
    assert.equal(stopped?.aborted, true);
    const third = tokens.token(signal);
    answer(granted('t'));
    assert.equal(await third, 't');
    assert.equal(http.tokenCalls.length, 2);
  });
});
