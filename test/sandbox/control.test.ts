import assert from 'node:assert/strict';
import { request } from 'node:http';
import { z } from 'zod';
import { ControlServer } from '../../src/sandbox/control';
import type { ControlRoute } from '../../src/sandbox/part';

const routes: ControlRoute[] = [
  {
    method: 'GET',
    path: '/thing',
    about: '',
    handle: ({ query }) => ({ status: 200, body: { q: query.get('q') } }),
  },
  {
    method: 'PUT',
    path: '/thing',
    about: '',
    handle: async (asked) => {
      const { size } = z.strictObject({ size: z.number() }).parse(JSON.parse(String(await asked.body())));
      return { status: 201, body: { size } };
    },
  },
  {
    method: 'GET',
    path: '/lines',
    about: '',
    handle: () => ({
      status: 200,
      headers: { 'content-type': 'application/x-ndjson' },
      body: (async function* () {
        yield '1\n';
        yield '2\n';
      })(),
    }),
  },
  {
    method: 'GET',
    path: '/broken',
    about: '',
    handle: () => {
      throw new Error('a fault of its own');
    },
  },
];

interface Asked {
  method?: string;
  body?: string;
  headers?: Record<string, string>;
}

/** Not `fetch`, which does not let a caller choose the Host header. */
function ask(url: string, { method = 'GET', body, headers = {} }: Asked = {}) {
  return new Promise<{
    status: number | undefined;
    type: string | undefined;
    allow: string | undefined;
    text: string;
  }>((resolve, reject) => {
    const sent = request(url, { method, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece) => {
        text += piece;
      });
      answer.on('end', () => {
        const { 'content-type': type, allow } = answer.headers;
        resolve({ status: answer.statusCode, type, allow, text });
      });
    });
    sent.on('error', reject).end(body);
  });
}

describe('sandbox control server', () => {
  let server: ControlServer;
  let url: string;
  before(async () => {
    server = new ControlServer(routes);
    url = await server.listen();
  });
  after(() => server.close());

  it('finds routes by method and path, and hands over query and body', async () => {
    assert.equal((await ask(`${url}/thing?q=a%20b`)).text, '{"q":"a b"}');
    const put = await ask(`${url}/thing`, { method: 'PUT', body: '{"size": 3}' });
    assert.deepEqual([put.status, put.type, put.text], [201, 'application/json', '{"size":3}']);
  });

  it('streams', async () => {
    const { type, text } = await ask(`${url}/lines`);
    assert.deepEqual([type, text], ['application/x-ndjson', '1\n2\n']);
  });

  it('tells what is wrong: path, method, JSON, shape, or itself', async () => {
    assert.equal((await ask(`${url}/nothing`)).status, 404);
    const wrongMethod = await ask(`${url}/thing`, { method: 'DELETE' });
    assert.deepEqual([wrongMethod.status, wrongMethod.allow], [405, 'GET, PUT']);
    assert.equal((await ask(`${url}/thing`, { method: 'PUT', body: '{' })).status, 400);
    const wrongShape = await ask(`${url}/thing`, { method: 'PUT', body: '{"size": "big"}' });
    assert.equal(wrongShape.status, 400);
    assert.match(wrongShape.text, /size/);
    const broken = await ask(`${url}/broken`);
    assert.equal(broken.status, 500);
    assert.match(broken.text, /a fault of its own/);
  });

  for (const host of ['rebound.example', 'rebound.example:80', '127.0.0.1.rebound.example', '192.0.2.1']) {
    it(`refuses the Host "${host}"`, async () => {
      assert.equal((await ask(`${url}/thing`, { headers: { host } })).status, 403);
    });
  }

  for (const host of ['127.0.0.1', 'localhost:1234', 'LOCALHOST', '[::1]:80']) {
    it(`answers the Host "${host}"`, async () => {
      assert.equal((await ask(`${url}/thing`, { headers: { host } })).status, 200);
    });
  }

  for (const origin of ['https://example.org', 'http://127.0.0.1:1880', 'null']) {
    it(`refuses the Origin "${origin}"`, async () => {
      assert.equal((await ask(`${url}/thing`, { headers: { origin } })).status, 403);
    });
  }

  it('does not let one route hide another', () => {
    const twice = [...routes, { ...routes[0]!, about: 'the same again' }];
    assert.throws(() => new ControlServer(twice), /GET \/thing/);
  });
});
