import assert from 'node:assert/strict';
import { NodeRedRuntime } from '../support/nodeRedRuntime';
import { type FoundRoutes, routeLister } from '../trust/routeLister';
import { mutatedJson, randomOf } from './mutate';

/** Bodies for each route. */
const tries = 12;
const seed = 1 + (Math.floor(Date.now() / 86_400_000) % 10_000) * 100_000;

/** What any of the routes may be sent, in one. Nobody listens at port 9. */
const body = {
  node: {
    id: 'some-id',
    type: 'blueconic-delta',
    endpoint: 'http://127.0.0.1:9',
    url: 'http://127.0.0.1:9',
    apiKey: 'a-key',
    clientId: 'a-client',
    clientSecret: 'a-secret',
    auth: 'keys',
    accessKeyId: 'AKIA',
    secretAccessKey: 'a-secret',
    region: 'eu-west-1',
    bucket: 'exports',
  },
  mapping: { version: 2, direction: 'import', identifiers: [], allowCreate: true, rows: [] },
  records: [{ external_id: 'u-1' }],
  source: { type: 'blueconic-delta', origin: 'files', prefix: 'a/' },
  s3: { auth: 'keys', endpoint: 'http://127.0.0.1:9', bucket: 'exports' },
  on: true,
  kind: 'goal',
  id: 'some-id',
  identifier: [{ field: 'email', value: 'a@b.example' }],
};
const ids = [
  'default',
  'some-id',
  '..',
  '__proto__',
  'constructor',
  '\u0000',
  '\r\nx: y',
  '%',
  'a'.repeat(3_000),
];

describe('admin routes, sent what nobody would send', function () {
  this.timeout(120_000);
  let nodeRed: NodeRedRuntime;
  before(async () => {
    nodeRed = await NodeRedRuntime.start({ ownNodes: { lister: routeLister.source } });
  });
  after(() => nodeRed.stop());

  it(`answer with a code that they know, and Node-RED goes on (from seed ${seed})`, async () => {
    const { routes } = (await nodeRed.get<FoundRoutes>(routeLister.path)).body;
    const ours = routes.filter(({ path }) => path.startsWith('/profile-sync/'));
    assert.ok(ours.length > 15);
    const wrongs: string[] = [];
    for (const [number, { method, path }] of ours.entries()) {
      await Promise.all(
        Array.from({ length: tries }, async (_, at) => {
          const own = seed + number * 1_000 + at;
          const random = randomOf(own);
          const place = path.replace(/:\w+/g, () => encodeURIComponent(random.oneOf(ids)));
          const sent = mutatedJson(body, random);
          const answer = await fetch(new URL(place, nodeRed.url), {
            method: method.toUpperCase(),
            headers: { 'content-type': 'application/json' },
            ...(method === 'post' && { body: JSON.stringify(sent) }),
          });
          const text = await answer.text();
          const code = /^\{"code":"(\w+)"/.exec(text)?.[1];
          // Without a code of ours it was Express that refused: a path or a body that cannot be read.
          const isKnown =
            answer.status < 400 || (code === undefined ? answer.status < 500 : code !== 'UNEXPECTED');
          if (!isKnown)
            wrongs.push(`${method} ${place}, seed ${own}: ${answer.status} ${text.slice(0, 300)}`);
        }),
      );
    }
    assert.deepEqual(wrongs, []);
    assert.equal((await nodeRed.get('/profile-sync/runs')).status, 200);
    // Express prints its own complaints of bodies that it does not take.
    assert.doesNotMatch(nodeRed.output, /[\\/]dist[\\/]/);
  });
});
