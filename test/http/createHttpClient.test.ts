import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import type { SyncError } from '../../src/errors/syncError';
import { createHttpClient, type HttpClientOptions } from '../../src/http/createHttpClient';
import type { HttpClient } from '../../src/http/httpClient';

const secret = 'Bearer a-key-that-must-never-show';
const support = join(__dirname, 'support');

describe('the HTTP client', () => {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  const client = (options: HttpClientOptions = {}): HttpClient => {
    const made = createHttpClient(options);
    closers.push(() => made.close());
    return made;
  };
  const listen = async (server: Server | ReturnType<typeof createTcpServer>, scheme = 'http') => {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const serve = (listener: RequestListener) => listen(createServer(listener));
  /** A server that answers whatever bytes it gets, once it got any. */
  const serveRaw = (answer: (socket: Socket) => void) =>
    listen(createTcpServer((socket) => socket.once('data', () => answer(socket))));
  /** What the call was refused with, after the check that no part of it shows a secret. */
  const refusal = async (work: Promise<unknown>): Promise<SyncError> => {
    const thrown = await work.then(
      () => assert.fail('nothing was refused'),
      (reason: unknown) => reason as SyncError,
    );
    const shown = inspect(thrown, { depth: 20, showHidden: true });
    for (const hidden of [secret, 'private=1', 'personal data']) assert.ok(!shown.includes(hidden), shown);
    return thrown;
  };
  const post = (url: string) => ({
    method: 'POST' as const,
    url: `${url}/track?private=1`,
    headers: { authorization: secret },
    body: 'personal data',
  });

  describe('an answer', () => {
    it('comes whole for every status, with lower-case header names', async () => {
      const url = await serve((request, response) => {
        response.writeHead(Number(request.url?.slice(1)), { 'X-Rate': '7', 'Set-Cookie': ['a=1', 'b=2'] });
        response.end('täxt');
      });
      for (const status of [200, 201, 400, 401, 404, 429, 500, 503]) {
        const answer = await client().send({ method: 'GET', url: `${url}/${status}` });
        assert.equal(answer.status, status);
        assert.equal(answer.headers['x-rate'], '7');
        assert.equal(answer.headers['set-cookie'], 'a=1, b=2');
        assert.equal(answer.body.toString(), 'täxt');
      }
    });

    it('may be empty, or a redirect, which is not followed', async () => {
      let calls = 0;
      const url = await serve((_request, response) => {
        calls++;
        response.writeHead(302, { location: '/elsewhere', 'content-encoding': 'gzip' }).end();
      });
      const answer = await client().send({ method: 'GET', url });
      assert.deepEqual([answer.status, answer.headers.location, answer.body.length], [302, '/elsewhere', 0]);
      assert.equal(calls, 1);
    });

    it('is decompressed', async () => {
      const text = 'profile '.repeat(1000);
      const bodies: Record<string, Buffer> = {
        gzip: gzipSync(text),
        deflate: deflateSync(text),
        'x-raw': deflateRawSync(text),
        br: brotliCompressSync(text),
      };
      const url = await serve((request, response) => {
        const name = request.url!.slice(1);
        response.writeHead(200, {
          'content-encoding': name === 'x-raw' ? 'deflate' : name,
          asked: request.headers['accept-encoding'],
        });
        response.end(bodies[name]);
      });
      for (const name of Object.keys(bodies)) {
        const answer = await client().send({ method: 'GET', url: `${url}/${name}` });
        assert.equal(answer.body.toString(), text, name);
        assert.match(answer.headers.asked!, /\bgzip\b/);
      }
    });

    it('is refused once it is too large, compressed or not', async () => {
      const bodies: Record<string, Buffer> = {
        plain: Buffer.alloc(100_001),
        gzip: gzipSync(Buffer.alloc(100_001)),
      };
      const url = await serve((request, response) => {
        const [, name, framing] = request.url!.split('/');
        const body = bodies[name!]!;
        if (name === 'gzip') response.setHeader('content-encoding', 'gzip');
        if (framing === 'length') response.setHeader('content-length', body.length);
        response.write(body);
        response.end();
      });
      for (const path of ['plain/length', 'plain/chunked', 'gzip/length', 'gzip/chunked']) {
        const call = { method: 'GET', url: `${url}/${path}` } as const;
        const thrown = await refusal(client({ maxAnswerBytes: 100_000 }).send(call));
        assert.equal(thrown.code, 'NET_ANSWER_TOO_LARGE', path);
        assert.equal((await client({ maxAnswerBytes: 100_001 }).send(call)).body.length, 100_001);
      }
    });

    it('is refused where its compression is damaged, cut or unknown', async () => {
      const zipped = gzipSync('profile '.repeat(1000));
      const url = await serve((request, response) => {
        const kind = request.url!.slice(1);
        response.writeHead(200, { 'content-encoding': kind === 'unknown' ? 'lzma' : 'gzip' });
        response.end(kind === 'cut' ? zipped.subarray(0, -20) : Buffer.from('no gzip'));
      });
      const codeOf = async (kind: string) =>
        (await refusal(client().send({ method: 'GET', url: `${url}/${kind}` }))).code;
      assert.equal(await codeOf('damaged'), 'NET_ANSWER_UNREADABLE');
      assert.equal(await codeOf('unknown'), 'NET_ANSWER_UNREADABLE');
      assert.equal(await codeOf('cut'), 'NET_TRUNCATED');
    });
  });

  describe('a call', () => {
    it('sends what it was given and adds nothing of its own to the body', async () => {
      const seen: { method?: string; url?: string; headers: object; body: string }[] = [];
      const url = await serve(async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const { method, url: path, headers } = request;
        seen.push({ method: method!, url: path!, headers, body: Buffer.concat(chunks).toString() });
        response.end();
      });
      const caller = client({ userAgent: 'profile-bridge/1' });
      const headers = { authorization: secret, 'content-type': 'application/json' };
      await caller.send({ method: 'POST', url: `${url}/a?b=c%20d`, headers, body: '{"name":"Zoë"}' });
      await caller.send({ method: 'PUT', url: `${url}/bytes`, headers, body: Buffer.from('[1]') });
      await caller.send({ method: 'POST', url: `${url}/nothing` });
      await caller.send({ method: 'DELETE', url: `${url}/gone` });
      assert.deepEqual(
        seen.map(({ method, url: path, body }) => [method, path, body]),
        [
          ['POST', '/a?b=c%20d', '{"name":"Zoë"}'],
          ['PUT', '/bytes', '[1]'],
          ['POST', '/nothing', ''],
          ['DELETE', '/gone', ''],
        ],
      );
      const names = seen.map(({ headers: sent }) => Object.keys(sent).toSorted());
      assert.deepEqual(names[0], [
        'accept-encoding',
        'authorization',
        'connection',
        'content-length',
        'content-type',
        'host',
        'user-agent',
      ]);
      assert.ok(!names[2]!.includes('content-type'));
      assert.equal((seen[0]!.headers as Record<string, string>).authorization, secret);
    });

    it('keeps to the number of connections and uses them again', async () => {
      const connections = new Set<Socket>();
      let waiting: (() => void)[] = [];
      const url = await serve((request, response) => {
        connections.add(request.socket);
        waiting.push(() => response.end());
        if (waiting.length < 3) return;
        for (const answer of waiting) answer();
        waiting = [];
      });
      const caller = client({ connections: 3 });
      await Promise.all(Array.from({ length: 30 }, () => caller.send({ method: 'GET', url })));
      assert.equal(connections.size, 3);
    });

    it('is refused without a word about the key where a header or the URL cannot be sent', async () => {
      const url = await serve((_request, response) => response.end());
      const call = { method: 'GET', url, headers: { authorization: `${secret}\u0100` } } as const;
      assert.equal((await refusal(client().send(call))).code, 'NET_CALL_INVALID');
      for (const bad of ['rest.example.org/private=1', 'file:///private=1', '']) {
        assert.equal((await refusal(client().send({ method: 'GET', url: bad }))).code, 'NET_CALL_INVALID');
      }
    });
  });

  describe('no answer', () => {
    it('within the time is NET_TIMEOUT, and was perhaps applied only if it was sent', async () => {
      const url = await serve(() => undefined);
      const sent = await refusal(client({ timeoutMs: 50 }).send(post(url)));
      assert.deepEqual([sent.code, sent.retry, sent.maybeApplied], ['NET_TIMEOUT', 'later', true]);
      assert.match(sent.message, /0\.05 s.*127\.0\.0\.1/);

      const caller = client({ connections: 1 });
      const first = caller.send({ ...post(url), timeoutMs: 200 });
      const second = caller.send({ ...post(url), timeoutMs: 50 });
      assert.equal((await refusal(second)).maybeApplied, false);
      assert.equal((await refusal(first)).maybeApplied, true);
    });

    it('counts the body of an answer into the time', async () => {
      const url = await serve((_request, response) => void response.write('some'));
      assert.equal((await refusal(client({ timeoutMs: 50 }).send(post(url)))).code, 'NET_TIMEOUT');
    });

    it('after an abort rejects with its reason, and a call not yet sent stays unsent', async () => {
      const paths: string[] = [];
      const url = await serve((request, response) => {
        paths.push(request.url!);
        if (request.url === '/after') response.end();
      });
      const caller = client({ connections: 1 });
      const reason = new Error('run stopped');
      const stop = new AbortController();
      const running = caller.send({ method: 'GET', url: `${url}/running`, signal: stop.signal });
      const queued = caller.send({ method: 'GET', url: `${url}/queued`, signal: stop.signal });
      setTimeout(() => stop.abort(reason), 30);
      await assert.rejects(running, reason);
      await assert.rejects(queued, reason);
      await assert.rejects(caller.send({ method: 'GET', url, signal: stop.signal }), reason);
      await caller.send({ method: 'GET', url: `${url}/after` });
      assert.deepEqual(paths, ['/running', '/after']);
    });

    it('from a name that does not exist is NET_HOST_UNKNOWN', async () => {
      const thrown = await refusal(client().send(post('https://nothing.invalid')));
      assert.equal(thrown.code, 'NET_HOST_UNKNOWN');
      assert.equal(thrown.maybeApplied, false);
      assert.match(thrown.message, /nothing\.invalid.*settings/);
    });

    it('from a closed port is NET_REFUSED', async () => {
      const server = createServer();
      const url = await listen(server);
      server.close();
      const thrown = await refusal(client().send(post(url)));
      assert.deepEqual([thrown.code, thrown.retry, thrown.maybeApplied], ['NET_REFUSED', 'later', false]);
    });

    it('from an untrusted certificate, or from no TLS at all, is NET_TLS', async () => {
      const certificate = {
        cert: readFileSync(join(support, 'testServer.pem')),
        key: readFileSync(join(support, 'testServerKey.pem')),
      };
      const untrusted = await listen(createTlsServer(certificate), 'https');
      const thrown = await refusal(client().send(post(untrusted)));
      assert.deepEqual([thrown.code, thrown.retry, thrown.maybeApplied], ['NET_TLS', 'never', false]);
      assert.match(thrown.message, /NODE_EXTRA_CA_CERTS/);
      const plain = (await serve((_request, response) => response.end())).replace('http:', 'https:');
      assert.match((await refusal(client().send(post(plain)))).message, /should begin with https/);
    });

    it('from a connection that breaks is NET_RESET, perhaps applied', async () => {
      for (const breaking of ['destroy', 'end', 'resetAndDestroy'] as const) {
        const url = await serveRaw((socket) => socket[breaking]());
        const thrown = await refusal(client().send(post(url)));
        assert.deepEqual(
          [thrown.code, thrown.retry, thrown.maybeApplied],
          ['NET_RESET', 'later', true],
          breaking,
        );
      }
    });

    it('whole is NET_TRUNCATED', async () => {
      const heads = [
        'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome',
        'HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nsome',
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n',
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n4\r\nsome\r\n',
      ];
      for (const head of heads) {
        const url = await serveRaw((socket) => socket.end(head));
        const thrown = await refusal(client().send(post(url)));
        assert.deepEqual([thrown.code, thrown.maybeApplied], ['NET_TRUNCATED', true], head);
      }
    });

    it('in HTTP is NET_NOT_HTTP', async () => {
      const url = await serveRaw((socket) => socket.end('220 mail.example.org ready\r\n'));
      assert.equal((await refusal(client().send(post(url)))).code, 'NET_NOT_HTTP');
    });

    it('because the client was closed is NET_CLOSED', async () => {
      const url = await serve(() => undefined);
      const caller = client();
      const open = refusal(caller.send(post(url)));
      setTimeout(() => void caller.close(), 30);
      assert.equal((await open).code, 'NET_CLOSED');
      assert.equal((await refusal(caller.send(post(url)))).code, 'NET_CLOSED');
    });
  });
});
