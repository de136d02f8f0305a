import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { createDispatcher } from '../../src/http/proxy';
import { FaultRules } from '../../src/sandbox/faults';
import { type S3Sandbox, startS3Sandbox } from '../../src/sandbox/s3/s3Sandbox';
import { describeWith } from '../support/systemParts';
import type { ProxiedOutcome, ProxiedWork } from './support/proxiedCalls';
import { type RunningProxy, startOwn, startTinyproxy } from './support/proxies';

const support = join(__dirname, 'support');
const authority = join(support, 'testAuthority.pem');

/** Ends TLS with the test certificate and hands everything on as it is. */
async function tlsInFrontOf(port: number): Promise<TlsServer> {
  const server = createTlsServer(
    {
      cert: readFileSync(join(support, 'testServer.pem')),
      key: readFileSync(join(support, 'testServerKey.pem')),
    },
    (socket) => {
      const onward = connect(port, '127.0.0.1');
      socket.on('error', () => onward.destroy());
      onward.on('error', () => socket.destroy());
      socket.pipe(onward).pipe(socket);
    },
  );
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** What people set so that some other node reaches a host with a certificate of its own. */
const uncheckedElsewhere = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };

const portOf = (server: Server | TlsServer): number => (server.address() as AddressInfo).port;

async function run(work: ProxiedWork, env: Record<string, string>): Promise<ProxiedOutcome> {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--no-warnings', join(support, 'proxiedCalls.ts'), JSON.stringify(work)],
    { env, timeout: 15_000 },
  );
  assert.equal(stderr, '');
  return JSON.parse(stdout) as ProxiedOutcome;
}

describe('behind a proxy', () => {
  let target: Server;
  let targetTls: TlsServer;
  let s3: S3Sandbox;
  let s3Tls: TlsServer;
  let work: ProxiedWork;
  let http: string;
  let https: string;
  let s3Https: string;

  before(async () => {
    target = createServer((request, response) => request.pipe(response));
    target.listen(0, '127.0.0.1');
    await once(target, 'listening');
    targetTls = await tlsInFrontOf(portOf(target));
    s3 = await startS3Sandbox({ faults: new FaultRules(), buckets: ['exports'] });
    s3.put('exports', 'a/1.gz', 'content');
    s3Tls = await tlsInFrontOf(Number(new URL(s3.url).port));
    http = `http://127.0.0.1:${portOf(target)}`;
    https = `https://127.0.0.1:${portOf(targetTls)}`;
    s3Https = `https://127.0.0.1:${portOf(s3Tls)}`;
    const settings = {
      auth: { kind: 'keys' as const, accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
      region: s3.region,
      checksums: 'required' as const,
      bucket: 'exports',
    };
    work = {
      urls: [`${http}/track`, `${https}/track`],
      buckets: [
        { ...settings, endpoint: s3.url },
        { ...settings, endpoint: s3Https },
      ],
    };
  });
  after(async () => {
    target.close();
    targetTls.close();
    s3Tls.close();
    await s3.close();
  });

  const everything = ['200 {"a":1}', '200 {"a":1}', 'a/1.gz', 'a/1.gz'];

  const through = (name: string, start: () => Promise<RunningProxy>) =>
    describe(name, () => {
      let proxy: RunningProxy;
      before(async () => {
        proxy = await start();
      });
      after(() => proxy.close());

      it('carries http as it is and https in tunnels, for Braze, BlueConic and S3 alike', async () => {
        const env = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: authority };
        assert.deepEqual(await run(work, env), everything);
        const requests = await proxy.requests();
        assert.ok(requests.includes(`POST ${http}/track`));
        assert.ok(requests.includes(`CONNECT ${https.slice('https://'.length)}`));
        assert.ok(requests.some((request) => request.startsWith(`GET ${s3.url}/exports`)));
        assert.ok(requests.includes(`CONNECT ${s3Https.slice('https://'.length)}`));
      });

      it('is left aside for the hosts in NO_PROXY', async () => {
        const env = {
          http_proxy: proxy.url,
          https_proxy: proxy.url,
          no_proxy: 'example.org,127.0.0.1',
          NODE_EXTRA_CA_CERTS: authority,
        };
        const before = await proxy.requests();
        assert.deepEqual(await run(work, env), everything);
        assert.deepEqual(await proxy.requests(), before);
      });

      it('says what is wrong: the login, the certificate', async () => {
        const anonymous = `http://127.0.0.1:${proxy.port}`;
        const [refused, untrusting] = await Promise.all([
          run(work, { HTTP_PROXY: anonymous, NODE_EXTRA_CA_CERTS: authority }),
          run(work, { HTTP_PROXY: proxy.url }),
        ]);
        assert.equal(refused.length, 4);
        for (const message of refused) assert.match(message, /proxy .* asks for a login/);
        assert.deepEqual([untrusting[0], untrusting[2]], [everything[0], everything[2]]);
        assert.match(untrusting[1]!, /No trusted TLS .* NODE_EXTRA_CA_CERTS/);
        assert.match(untrusting[3]!, /bucket "exports".* No trusted TLS/);
      });

      it('checks certificates whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
        const [, braze, , bucket] = await run(work, { HTTP_PROXY: proxy.url, ...uncheckedElsewhere });
        assert.match(braze!, /No trusted TLS/);
        assert.match(bucket!, /No trusted TLS/);
      });
    });

  it('certificates are checked without a proxy too, whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
    const [, braze, , bucket] = await run(work, uncheckedElsewhere);
    assert.match(braze!, /No trusted TLS/);
    assert.match(bucket!, /No trusted TLS/);
  });

  through('a small forward proxy', startOwn);
  describeWith('tinyproxy', 'the HTTP clients through tinyproxy', (at) => {
    through('tinyproxy', () => startTinyproxy(at));
  });

  it('a proxy variable without a usable URL is refused by name, its value never shown', () => {
    for (const value of [
      'http://user:hidden@',
      'socks5://user:hidden@proxy:1080',
      'user:hidden@proxy example',
    ]) {
      for (const name of ['HTTP_PROXY', 'https_proxy']) {
        assert.throws(
          () => createDispatcher({ connections: 1, connectTimeoutMs: 1000 }, { [name]: value }),
          (thrown: Error & { code: string }) =>
            thrown.code === 'NET_PROXY_INVALID' &&
            thrown.message.includes(name.toUpperCase()) &&
            !thrown.message.includes('hidden'),
        );
      }
    }
  });

  it('a proxy may be named without its scheme', async () => {
    const proxy = await startOwn();
    const dispatcher = createDispatcher(
      { connections: 1, connectTimeoutMs: 1000 },
      { HTTP_PROXY: proxy.url.replace('http://', '') },
    );
    const answer = await dispatcher.request({ origin: http, path: '/', method: 'PUT', body: 'content' });
    assert.equal(await answer.body.text(), 'content');
    assert.deepEqual(await proxy.requests(), [`PUT ${http}/`]);
    await dispatcher.close();
    await proxy.close();
  });
});
