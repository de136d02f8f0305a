import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type BulkAnswer, bulkAnswer } from '../../src/blueconic/bulkAnswer';
import { type FakeAnswer, httpAnswer } from './fakeTenant';

const place = { host: 'acme.blueconic.net', call: 'PUT /profiles', scope: 'write:profiles' };

function read(answer: FakeAnswer, identifiers: string[]): BulkAnswer {
  return bulkAnswer(httpAnswer(answer), identifiers, place);
}

function ofKind<K extends BulkAnswer['kind']>(
  kind: K,
  answer: FakeAnswer,
  identifiers: string[] = ['0'],
): Extract<BulkAnswer, { kind: K }> {
  const outcome = read(answer, identifiers);
  assert.equal(outcome.kind, kind, JSON.stringify(outcome));
  return outcome as Extract<BulkAnswer, { kind: K }>;
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, at) => String(at));
}

describe('bulk answer', () => {
  it('reads states, profile ids and refused properties, and no texts about values', () => {
    const body = [
      { identifier: '0', profileId: 'p0', state: 'CREATED' },
      { identifier: '1', state: 'MODIFIED', validationErrors: { email: ['mira is not an e-mail address'] } },
      { identifier: '2', state: 'FROZEN' },
    ];
    const { results, missing, strays } = ofKind('done', { status: 200, body }, names(3));
    assert.deepEqual(results, [
      { state: 'CREATED', profileId: 'p0', invalidProperties: [] },
      { state: 'MODIFIED', invalidProperties: ['email'] },
      { state: 'UNLISTED', invalidProperties: [] },
    ]);
    assert.deepEqual([missing, strays], [[], 0]);
  });

  it('brings every result back to its entry, in whatever order and with whatever missing', () => {
    const results = fc.nat(60).chain((count) =>
      fc.tuple(
        fc.constant(count),
        fc.shuffledSubarray(Array.from({ length: count }, (_, at) => at)),
        // Names that mean something to JavaScript, and names in an order of their own.
        fc.constantFrom<(at: number) => string>(
          String,
          (at) => `row-${count - at}`,
          (at) => ['__proto__', 'constructor', 'toString'][at] ?? `r${at}`,
        ),
      ),
    );
    fc.assert(
      fc.property(results, ([count, answered, name]) => {
        const identifiers = Array.from({ length: count }, (_, at) => name(at));
        const body = answered.map((at) => ({ identifier: name(at), profileId: `p${at}`, state: 'MODIFIED' }));
        const outcome = read({ status: 200, body }, identifiers);
        assert.equal(outcome.kind, 'done');
        const has = new Set(answered);
        assert.deepEqual(
          outcome.results.map((result) => result?.profileId),
          identifiers.map((_, at) => (has.has(at) ? `p${at}` : undefined)),
        );
        assert.deepEqual(
          outcome.missing,
          identifiers.map((_, at) => at).filter((at) => !has.has(at)),
        );
      }),
    );
  });

  it('trusts the order only where there is nothing else and the lengths agree', () => {
    const body = [
      { profileId: 'a', state: 'MODIFIED' },
      { profileId: 'b', state: 'UNCHANGED' },
    ];
    const inOrder = ofKind('done', { status: 200, body }, ['x', 'y']);
    assert.deepEqual(
      inOrder.results.map((result) => result?.profileId),
      ['a', 'b'],
    );
    const tooFew = ofKind('done', { status: 200, body }, ['x', 'y', 'z']);
    assert.deepEqual([tooFew.missing, tooFew.strays], [[0, 1, 2], 2]);
    const mixed = ofKind('done', { status: 200, body: [{ identifier: 'y', state: 'MODIFIED' }, body[0]] }, [
      'x',
      'y',
    ]);
    assert.deepEqual([mixed.missing, mixed.strays, mixed.results[1]?.state], [[0], 1, 'MODIFIED']);
  });

  it('keeps the first of two results for one entry, and takes nothing unreadable for one', () => {
    const body = [
      { identifier: '0', profileId: 'a', state: 'MODIFIED' },
      { identifier: '0', profileId: 'b', state: 'CREATED' },
      { identifier: '1' },
      { identifier: '9', state: 'CREATED' },
      null,
      'text',
    ];
    const { results, missing, strays } = ofKind('done', { status: 200, body }, names(2));
    assert.deepEqual([results[0]?.profileId, missing, strays], ['a', [1], 5]);
    assert.deepEqual(ofKind('done', { status: 200, body: [null] }, ['0']).missing, [0]);
  });

  it('reads the first 1000 results of a request that was too long', () => {
    const identifiers = names(1003);
    const body = identifiers.slice(0, 1000).map((identifier) => ({ identifier, state: 'MODIFIED' }));
    const outcome = ofKind('too-many', { status: 413, body: [...body].reverse() }, identifiers);
    assert.deepEqual([outcome.missing, outcome.notDone], [[], [1000, 1001, 1002]]);
    assert.equal(outcome.results.length, 1003);
    const gap = ofKind('too-many', { status: 413, body: body.slice(1) }, identifiers);
    assert.deepEqual([gap.missing, gap.notDone.length], [[0], 3]);
    const noNames = identifiers.slice(0, 1000).map((_, at) => ({ state: 'MODIFIED', profileId: `p${at}` }));
    const inOrder = ofKind('too-many', { status: 413, body: noNames }, identifiers);
    assert.equal(inOrder.results[999]?.profileId, 'p999');
  });

  it('tells a request that was too large from one whose results got lost', () => {
    assert.equal(ofKind('refused', { status: 413, body: '<html>' }, names(1000)).reason, 'too-large');
    ofKind('unreadable', { status: 413, body: '<html>' }, names(1001));
  });

  it('takes a success without a list for an unknown outcome', () => {
    for (const body of ['', '[{"identifier":"0","sta', '<html>', '{}', 'null']) {
      ofKind('unreadable', { status: 200, body });
    }
    ofKind('unreadable', { status: 100 });
  });

  it('names the fields at fault of a 400, and nothing that could be a value', () => {
    const errors = [
      { field: '[3].properties', message: 'mira' },
      { field: 'mira k@example.org' },
      null,
      { field: 7 },
    ];
    const refused = ofKind('refused', { status: 400, body: { code: 400, message: 'bad mira', errors } });
    assert.deepEqual(refused, {
      kind: 'refused',
      status: 400,
      reason: 'malformed',
      fields: ['[3].properties'],
    });
    for (const body of ['', 'null', '<html>', '{"errors":7}']) {
      assert.deepEqual(ofKind('refused', { status: 400, body }).fields, []);
    }
    assert.equal(ofKind('refused', { status: 422 }).reason, 'other');
  });

  it('reads waits', () => {
    assert.equal(ofKind('throttled', { status: 429 }).waitMs, undefined);
    assert.equal(ofKind('throttled', { status: 429, headers: { 'retry-after': '2' } }).waitMs, 2000);
    const past = { status: 429, headers: { 'retry-after': 'Thu, 01 Jan 2026 00:00:00 GMT' } };
    assert.equal(ofKind('throttled', past).waitMs, 0);
    assert.equal(ofKind('throttled', { status: 429, headers: { 'retry-after': 'soon' } }).waitMs, undefined);
    assert.equal(
      ofKind('unavailable', { status: 503, headers: { 'retry-after': '99999' } }).waitMs,
      3_600_000,
    );
    for (const status of [408, 500, 504]) assert.equal(ofKind('unavailable', { status }).status, status);
  });

  it('reads missing scopes, spent tokens and wrong hosts as settings to change', () => {
    const scope = ofKind('configuration', { status: 403 }).error;
    assert.equal(scope.code, 'BLUECONIC_SCOPE_MISSING');
    assert.match(scope.message, /write:profiles/);
    assert.equal(ofKind('configuration', { status: 401 }).error.code, 'BLUECONIC_TOKEN_REJECTED');
    for (const status of [301, 404, 405]) {
      assert.equal(ofKind('configuration', { status }).error.code, 'BLUECONIC_URL_WRONG');
    }
    assert.equal(ofKind('configuration', { status: 403, body: '<html>' }).error.code, 'BLUECONIC_URL_WRONG');
  });

  it('never throws, whatever comes back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), fc.oneof(fc.string(), fc.json()), (status, body) => {
        assert.equal(typeof read({ status, body }, names(3)).kind, 'string');
      }),
    );
  });
});
