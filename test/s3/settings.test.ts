import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3Settings } from '../../src/s3/settings';
import { all, type Fixture, refusal, startFixture } from './bucketFixture';

const temporary = {
  accessKeyId: 'ASIATEMPORARY',
  secretAccessKey: 'some-secret',
  sessionToken: 'some-token',
};

describe('settings of S3', () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture({ region: 'eu-central-1', keys: [temporary] });
    fixture.s3.put('exports', 'deep/a', 'content');
  });
  after(() => fixture.close());

  const keysThere = async (changes: Partial<S3Settings>) =>
    (await all(fixture.open(changes).list(''))).map(({ key }) => key);

  describe('credentials', () => {
    const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
    const all = [...names, 'AWS_PROFILE', 'AWS_SHARED_CREDENTIALS_FILE', 'AWS_EC2_METADATA_DISABLED'];
    const before = Object.fromEntries(all.map((name) => [name, process.env[name]]));
    let folder: string;
    beforeEach(async () => {
      for (const name of all) delete process.env[name];
      process.env.AWS_EC2_METADATA_DISABLED = 'true';
      folder = await mkdtemp(join(tmpdir(), 'profile-sync-aws-'));
    });
    afterEach(async () => {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      await rm(folder, { recursive: true });
    });

    it('are a key with its secret and the token of temporary ones, spaces around them left out', async () => {
      const auth = { kind: 'keys', ...temporary, accessKeyId: ` ${temporary.accessKeyId}\n` } as const;
      assert.deepEqual(await keysThere({ auth }), ['deep/a']);
      const { sessionToken: _, ...incomplete } = temporary;
      const thrown = await refusal(keysThere({ auth: { kind: 'keys', ...incomplete } }), [
        incomplete.secretAccessKey,
      ]);
      assert.match(thrown.code, /^S3_(KEY_UNKNOWN|TOKEN_WRONG)$/);
    });

    it('are those that AWS’s own chain finds in the environment', async () => {
      process.env.AWS_ACCESS_KEY_ID = temporary.accessKeyId;
      process.env.AWS_SECRET_ACCESS_KEY = temporary.secretAccessKey;
      process.env.AWS_SESSION_TOKEN = temporary.sessionToken;
      assert.deepEqual(await keysThere({ auth: { kind: 'chain' } }), ['deep/a']);
    });

    it('are those that AWS’s own chain finds in a profile file', async () => {
      const file = join(folder, 'credentials');
      const { accessKeyId, secretAccessKey, sessionToken } = temporary;
      await writeFile(
        file,
        `[sync]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\naws_session_token = ${sessionToken}\n`,
      );
      process.env.AWS_SHARED_CREDENTIALS_FILE = file;
      process.env.AWS_PROFILE = 'sync';
      assert.deepEqual(await keysThere({ auth: { kind: 'chain' } }), ['deep/a']);
    });

    it('are missed by name where the chain finds none', async () => {
      process.env.AWS_SHARED_CREDENTIALS_FILE = join(folder, 'none');
      const thrown = await refusal(keysThere({ auth: { kind: 'chain' } }));
      assert.equal(thrown.code, 'S3_CREDENTIALS_MISSING');
    });
  });

  it('the root path is left out of every key, however its slashes stand', async () => {
    const auth = { kind: 'keys', ...temporary } as const;
    for (const rootPath of ['deep', '/deep/', 'deep/']) {
      assert.deepEqual(await keysThere({ auth, rootPath }), ['a']);
    }
  });

  it('path style decides whether the bucket is in the host name or in the path', async () => {
    const auth = { kind: 'keys', ...temporary } as const;
    const host = async (pathStyle?: boolean) => {
      const settings = {
        auth,
        endpoint: 'http://store.invalid',
        ...(pathStyle !== undefined && { pathStyle }),
      };
      return /\S*store\.invalid/.exec((await refusal(keysThere(settings))).message)?.[0];
    };
    assert.deepEqual(
      [await host(), await host(true), await host(false)].map((name) => name?.startsWith('exports.')),
      [false, false, true],
    );
  });

  describe('checksums', () => {
    let server: Server;
    let endpoint: string;
    let seen: { method: string; headers: IncomingHttpHeaders }[];
    before(async () => {
      server = createServer((request, response) => {
        seen.push({ method: request.method!, headers: request.headers });
        request
          .resume()
          .on('end', () => response.setHeader('etag', '"a"').end(request.method === 'GET' ? 'x' : ''));
      });
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    beforeEach(() => {
      seen = [];
    });
    after(() => server.close());

    /** Names of the headers about checksums that a read and a write are sent with. */
    async function asked(checksums: S3Settings['checksums']): Promise<string[]> {
      const bucket = fixture.open({ auth: { kind: 'keys', ...temporary }, endpoint, checksums });
      await bucket.read('a');
      await bucket.put('a', 'x');
      assert.deepEqual(
        seen.map(({ method }) => method),
        ['GET', 'PUT'],
      );
      return seen.flatMap(({ headers }) => Object.keys(headers).filter((name) => /checksum/.test(name)));
    }

    it('are asked for and sent whenever possible', async () => {
      const names = await asked('supported');
      assert.ok(names.includes('x-amz-checksum-mode') && names.includes('x-amz-checksum-crc32'), `${names}`);
    });

    it('are left out of everything that does not need them, for stores that refuse them', async () => {
      assert.deepEqual(await asked('required'), []);
    });
  });
});
