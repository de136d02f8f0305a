import assert from 'node:assert/strict';
import { withBraze } from './brazeCaller';

const body = JSON.stringify({ attributes: [{ external_id: 'a', x: 1 }] });
const json = { 'content-type': 'application/json' };

describe('sandbox Braze: before any endpoint', () => {
  for (const authorization of ['Bearer wrong', 'Basic abc', '', 'Bearer ']) {
    it(`answers 401 to the header "${authorization}"`, () =>
      withBraze({}, async (braze) => {
        const answer = await braze.call('GET', '/segments/list', undefined, { authorization });
        assert.deepEqual([answer.status, answer.body], [401, { message: 'Invalid API Key' }]);
        assert.equal(answer.headers.get('x-ratelimit-limit'), null);
      }));
  }

  it('does not accept the key in the query', () =>
    withBraze({}, async (braze) => {
      const path = `/segments/list?api_key=${braze.sandbox.apiKey}`;
      assert.equal((await braze.call('GET', path, undefined, { authorization: '' })).status, 401);
    }));

  it('lets a key do what it may and nothing else', () =>
    withBraze({ settings: { keys: [{ key: 'narrow', permissions: ['segments.list'] }] } }, async (braze) => {
      const authorization = 'Bearer narrow';
      const get = (path: string) => braze.call('GET', path, undefined, { authorization });
      assert.equal((await get('/segments/list')).status, 200);
      const denied = await get('/segments/details?segment_id=x');
      assert.deepEqual([denied.status, denied.body], [403, { message: 'Access Denied' }]);
      const track = await braze.call('POST', '/users/track', body, { authorization });
      assert.equal(track.status, 403);
      // Cancelling an export needs the permission to list segments, as odd as it sounds.
      const cancel = await braze.call('POST', '/export/segment/cancel', '{}', { authorization });
      assert.equal(cancel.status, 400);
    }));

  it('knows a second key that may do everything', () =>
    withBraze({ settings: { keys: [{ key: 'second', permissions: 'all' }] } }, async (braze) => {
      const answer = await braze.call('POST', '/users/track', body, { authorization: 'Bearer second' });
      assert.equal(answer.status, 201);
    }));

  for (const [method, path] of [
    ['GET', '/users/track'],
    ['POST', '/segments/list'],
    ['POST', '/users/merge'],
    ['GET', '/nowhere'],
  ] as const) {
    it(`answers 404 to ${method} ${path}`, () =>
      withBraze({}, async (braze) => {
        const answer = await braze.call(method, path, method === 'POST' ? body : undefined);
        assert.deepEqual([answer.status, answer.body], [404, { message: 'Invalid URL' }]);
      }));
  }

  it('answers 403 to a trailing slash', () =>
    withBraze({}, async (braze) => {
      const answer = await braze.call('POST', '/users/track/', body);
      assert.deepEqual([answer.status, answer.body], [403, { message: 'Access Denied' }]);
    }));

  it('answers 415 without the JSON content type', () =>
    withBraze({}, async (braze) => {
      const post = (type: string) => braze.call('POST', '/users/track', body, { 'content-type': type });
      assert.equal((await post('text/plain')).status, 415);
      assert.equal((await post('application/jsonp')).status, 415);
      assert.equal((await post('application/json; charset=utf-8')).status, 201);
    }));

  it('answers 413 past 4 MB, on a connection that stays usable', () =>
    withBraze({}, async (braze) => {
      const padded = (bytes: number) => body + ' '.repeat(bytes - body.length);
      const limit = 4 * 1024 * 1024;
      assert.equal((await braze.call('POST', '/users/track', padded(limit + 1), json)).status, 413);
      assert.equal((await braze.call('POST', '/users/track', padded(limit), json)).status, 201);
    }));

  for (const wrong of ['', '{"attributes": [', '[]', 'null', '"text"']) {
    it(`answers 400 to the body ${JSON.stringify(wrong)}`, () =>
      withBraze({}, async (braze) => {
        assert.equal((await braze.call('POST', '/users/track', wrong, json)).status, 400);
      }));
  }
});
