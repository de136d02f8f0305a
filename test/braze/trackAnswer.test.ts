import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type TrackAnswer, trackAnswer } from '../../src/braze/trackAnswer';
import { httpAnswer, type ScriptedAnswer } from './scriptedHttp';

const html = { headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<html>sign in</html>' };
const allInvalid = "Valid data must be provided in the 'attributes', 'events', or 'purchases' fields.";

function read(answer: ScriptedAnswer, sent?: { attributes: number; events: number; purchases: number }) {
  return trackAnswer(httpAnswer(answer), { host: 'rest.example.org', ...(sent && { sent }) });
}

function ofKind<K extends TrackAnswer['kind']>(
  kind: K,
  answer: ScriptedAnswer,
): Extract<TrackAnswer, { kind: K }> {
  const outcome = read(answer);
  assert.equal(outcome.kind, kind);
  return outcome as Extract<TrackAnswer, { kind: K }>;
}

function configurationCode(answer: ScriptedAnswer): string {
  return ofKind('configuration', answer).error.code;
}

describe('track answer', () => {
  it('reads success with any 2xx', () => {
    for (const status of [200, 201, 202]) {
      const body = { message: 'success', attributes_processed: 2 };
      const { errors, unreadableErrors } = ofKind('queued', { status, body });
      assert.deepEqual({ errors, unreadableErrors }, { errors: [], unreadableErrors: 0 });
    }
    assert.deepEqual(
      ofKind('queued', { status: 201, body: { message: 'success', errors: null } }).errors,
      [],
    );
  });

  it('reads partial failure, several errors of one object included', () => {
    const body = {
      message: 'success',
      errors: [
        { index: 1, input_array: 'attributes', type: 'EMAIL_BAD_FORMAT' },
        { index: 1, input_array: 'attributes', type: "'quantity' is not valid" },
        { index: 0, input_array: 'purchases', type: "'Quantity' is not valid" },
      ],
    };
    const { errors } = ofKind('queued', { status: 201, body });
    assert.deepEqual(
      errors.map(({ array, index, code }) => [array, index, code]),
      [
        ['attributes', 1, 'EMAIL_BAD_FORMAT'],
        ['attributes', 1, 'QUANTITY_INVALID'],
        ['purchases', 0, 'QUANTITY_INVALID'],
      ],
    );
  });

  it('keeps texts that are not documented to itself', () => {
    const type = "'email' mira.k@example.org belongs to 'mira' already";
    const body = { message: 'success', errors: [{ index: 0, input_array: 'attributes', type }] };
    const outcome = ofKind('queued', { status: 201, body });
    assert.equal(outcome.errors[0]?.code, 'UNLISTED');
    assert.match(outcome.errors[0]?.text ?? '', /'email'/);
    assert.ok(!JSON.stringify(outcome).includes('mira'));
  });

  it('counts errors that name no object of the request', () => {
    const good = { index: 0, input_array: 'events', type: 'x' };
    const bad = [
      null,
      'oops',
      { index: 0, type: 'x' },
      { input_array: 'events', type: 'x' },
      { index: -1, input_array: 'events', type: 'x' },
      { index: '0', input_array: 'events', type: 'x' },
      { index: 0, input_array: '__proto__', type: 'x' },
      { index: 2, input_array: 'events', type: 'x' },
    ];
    const outcome = read(
      { status: 201, body: { message: 'success', errors: [good, ...bad] } },
      { attributes: 5, events: 2, purchases: 0 },
    );
    assert.equal(outcome.kind, 'queued');
    assert.deepEqual([outcome.errors.length, outcome.unreadableErrors], [1, bad.length]);
    const notAList = ofKind('queued', { status: 201, body: { message: 'success', errors: { index: 0 } } });
    assert.equal(notAList.unreadableErrors, 1);
  });

  it('takes a 2xx that does not say success for an unknown outcome', () => {
    const bodies = [
      '',
      '{"message":"succ',
      '[]',
      'null',
      '"success"',
      { message: 'queued' },
      { errors: [] },
      { message: 1 },
    ];
    for (const body of bodies) ofKind('unreadable', { status: 201, body });
    ofKind('unreadable', { status: 200, ...html });
    ofKind('unreadable', { status: 150 });
  });

  it('tells "no object was valid" from other 400s', () => {
    const errors = [{ index: 0, input_array: 'attributes', type: 'EMAIL_BAD_FORMAT' }];
    const all = ofKind('refused', { status: 400, body: { message: allInvalid, errors } });
    assert.deepEqual([all.reason, all.errors.length, all.unreadableErrors], ['nothing-valid', 1, 0]);
    const bare = ofKind('refused', { status: 400, body: { message: allInvalid } });
    assert.deepEqual([bare.reason, bare.errors.length], ['nothing-valid', 0]);
    const other = ofKind('refused', { status: 400, body: { message: 'Bad Request', errors } });
    assert.deepEqual([other.reason, other.errors.length], ['malformed', 1]);
    const reasons: [string | object, string][] = [
      [{ message: 'Max Input Length Exceeded' }, 'too-many-objects'],
      [{ message: 'Request entity too large' }, 'too-large'],
      [{ message: 'Bad Request for mira.k@example.org' }, 'malformed'],
      ['<html>', 'malformed'],
      ['', 'malformed'],
    ];
    for (const [body, reason] of reasons) {
      const outcome = ofKind('refused', { status: 400, body });
      assert.equal(outcome.reason, reason);
      assert.ok(!outcome.text.includes('mira'));
    }
  });

  it('reads other refusals of the whole request', () => {
    assert.equal(ofKind('refused', { status: 413 }).reason, 'too-large');
    assert.equal(ofKind('refused', { status: 422 }).reason, 'other');
  });

  it('reads wrong key, missing permission and wrong host as settings to change', () => {
    const key = ofKind('configuration', { status: 401, body: { message: 'Invalid API Key' } }).error;
    assert.equal(key.code, 'BRAZE_KEY_REJECTED');
    assert.match(key.message, /another Braze instance/);
    const permission = ofKind('configuration', { status: 403, body: { message: 'Access Denied' } }).error;
    assert.equal(permission.code, 'BRAZE_PERMISSION_MISSING');
    assert.match(permission.message, /users\.track/);
    assert.match(permission.advice, /new API key/);
    assert.equal(configurationCode({ status: 415 }), 'BRAZE_REQUEST_REFUSED');
    for (const status of [301, 302, 307, 404, 405, 407])
      assert.equal(configurationCode({ status }), 'BRAZE_URL_WRONG');
    for (const status of [401, 403]) assert.equal(configurationCode({ status, ...html }), 'BRAZE_URL_WRONG');
  });

  it('reads how long to wait', () => {
    const throttled = { status: 429, headers: { 'x-ratelimit-retry-after': '3' } };
    assert.equal(ofKind('throttled', throttled).waitMs, 3000);
    assert.equal(ofKind('throttled', { status: 429 }).waitMs, undefined);
    // The end of the hourly window says nothing about when a broken server is back.
    const broken = { status: 503, headers: { 'x-ratelimit-reset': '3000', 'x-ratelimit-remaining': '41' } };
    const outcome = ofKind('unavailable', broken);
    assert.equal(outcome.waitMs, undefined);
    assert.equal(outcome.rate.remaining, 41);
    assert.equal(ofKind('unavailable', { status: 503, headers: { 'retry-after': '2' } }).waitMs, 2000);
    for (const status of [408, 500, 502, 504, 599])
      assert.equal(ofKind('unavailable', { status, ...html }).status, status);
  });

  it('brings every error back to the object it is about', () => {
    const arrays = ['attributes', 'events', 'purchases'] as const;
    const counts = fc.record({ attributes: fc.nat(75), events: fc.nat(75), purchases: fc.nat(75) });
    const wire = fc.array(fc.record({ array: fc.constantFrom(...arrays), index: fc.nat(90) }), {
      maxLength: 100,
    });
    fc.assert(
      fc.property(counts, wire, (sent, listed) => {
        const errors = listed.map(({ array, index }) => ({
          input_array: array,
          index,
          type: 'BAD_DEVICE_ID',
        }));
        const outcome = read({ status: 201, body: { message: 'success', errors } }, sent);
        assert.equal(outcome.kind, 'queued');
        const inside = listed.filter(({ array, index }) => index < sent[array]);
        assert.deepEqual(
          outcome.errors.map(({ array, index }) => ({ array, index })),
          inside.map(({ array, index }) => ({ array, index })),
        );
        assert.equal(outcome.unreadableErrors, listed.length - inside.length);
      }),
    );
  });

  it('never throws, whatever comes back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), fc.oneof(fc.string(), fc.json()), (status, body) => {
        assert.equal(typeof read({ status, body }).kind, 'string');
      }),
    );
  });
});
