import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { zipOf } from '../../src/sandbox/braze/zipWriter';
import type { SandboxDescription } from '../../src/sandbox/sandbox';
import { deltaRecords, gzipLines, pointsOf, range } from '../support/customers';
import {
  blueconicProfiles,
  blueconicSegment,
  deltaFiles,
  exportMapper,
  flowTab,
  importMapper,
  segmentExport,
  usersTrack,
} from '../support/flowNodes';
import { type FlowNode, inject } from '../support/flowProbe';
import { freePort } from '../support/freePort';
import { Stage } from '../support/stage';

const people = 120;

const goals = {
  import: [segmentExport('source', ['mapper']), importMapper('mapper', ['sink']), blueconicProfiles('sink')],
  'export of files': [deltaFiles('source', ['mapper']), exportMapper('mapper', ['sink']), usersTrack('sink')],
  'export of a segment': [
    blueconicSegment('source', ['mapper']),
    exportMapper('mapper', ['sink']),
    usersTrack('sink'),
  ],
} satisfies Record<string, FlowNode[]>;

/** A flow that would work, but for one thing. */
interface Mistake {
  title: string;
  goal: keyof typeof goals;
  /** Settings that differ, by node id. */
  settings?: (sandbox: SandboxDescription) => Record<string, object>;
  /** Secrets that differ, by node id. */
  secrets?: (sandbox: SandboxDescription) => Record<string, Record<string, string>>;
  /** What differs in the sandbox. */
  control?: (sandbox: SandboxDescription) => [path: string, body: unknown];
  /** The node whose status turns red, and that the error comes from. */
  at: 'source' | 'sink';
  code: string;
  /** What the message must name: the thing at fault, and the mend. */
  says: RegExp[];
}

const wrong = {
  brazeKey: 'key-that-nobody-issued',
  weakKey: 'key-with-too-few-permissions',
  s3Secret: 'secret/of+another/bucket',
  clientSecret: 'secret-of-another-application',
};

let closedPort = 0;
const nobodyThere = () => `http://127.0.0.1:${closedPort}`;

const brazeMistakes: Mistake[] = [
  {
    title: 'a wrong Braze key, at the sink',
    goal: 'export of files',
    secrets: () => ({ braze: { apiKey: wrong.brazeKey } }),
    at: 'sink',
    code: 'BRAZE_KEY_REJECTED',
    says: [/API key/, /instance is wrong/],
  },
  {
    title: 'a wrong Braze key, at the source',
    goal: 'import',
    secrets: () => ({ braze: { apiKey: wrong.brazeKey } }),
    at: 'source',
    code: 'BRAZE_KEY_REJECTED',
    says: [/API key/, /instance is wrong/],
  },
  {
    title: 'a Braze key without the permission to track users',
    goal: 'export of files',
    secrets: () => ({ braze: { apiKey: wrong.weakKey } }),
    control: () => [
      '/braze/settings',
      { keys: [{ key: wrong.weakKey, permissions: ['users.export.segment', 'segments.list'] }] },
    ],
    at: 'sink',
    code: 'BRAZE_PERMISSION_MISSING',
    says: [/users\.track/, /Make a new API key/],
  },
  {
    title: 'a Braze key without the permission to export segments',
    goal: 'import',
    secrets: () => ({ braze: { apiKey: wrong.weakKey } }),
    control: () => ['/braze/settings', { keys: [{ key: wrong.weakKey, permissions: ['users.track'] }] }],
    at: 'source',
    code: 'BRAZE_PERMISSION_MISSING',
    says: [/users\.export\.segment/, /Make a new API key/],
  },
  {
    title: 'another host than Braze, at the sink',
    goal: 'export of files',
    settings: ({ blueconic }) => ({ braze: { endpoint: blueconic.url } }),
    at: 'sink',
    code: 'BRAZE_URL_WRONG',
    says: [/another kind of host/, /Compare the endpoint/],
  },
  {
    title: 'another host than Braze, at the source',
    goal: 'import',
    settings: ({ blueconic }) => ({ braze: { endpoint: blueconic.url } }),
    at: 'source',
    code: 'BRAZE_URL_WRONG',
    says: [/another kind of host/, /Compare the endpoint/],
  },
  {
    title: 'a port where no Braze listens, at the sink',
    goal: 'export of files',
    settings: () => ({ braze: { endpoint: nobodyThere() } }),
    at: 'sink',
    code: 'NET_REFUSED',
    says: [/127\.0\.0\.1/, /host and port in the settings/],
  },
  {
    title: 'a port where no Braze listens, at the source',
    goal: 'import',
    settings: () => ({ braze: { endpoint: nobodyThere() } }),
    at: 'source',
    code: 'NET_REFUSED',
    says: [/127\.0\.0\.1/, /host and port in the settings/],
  },
  {
    title: 'a Braze segment that does not exist',
    goal: 'import',
    settings: () => ({ source: { segment: '00000000-0000-0000-0000-000000000000' } }),
    at: 'source',
    code: 'BRAZE_SEGMENT_UNKNOWN',
    says: [/segment 00000000-/, /Choose the segment again/],
  },
  {
    title: 'no Braze key',
    goal: 'export of files',
    secrets: () => ({ braze: { apiKey: '' } }),
    at: 'sink',
    code: 'BRAZE_KEY_MALFORMED',
    says: [/API key is empty/, /Copy the key/],
  },
];

const s3Mistakes: Mistake[] = [
  {
    title: 'a bucket that does not exist, for delta files',
    goal: 'export of files',
    settings: () => ({ s3: { bucket: 'no-such-bucket' } }),
    at: 'source',
    code: 'S3_BUCKET_UNKNOWN',
    says: [/"no-such-bucket"/, /Choose the bucket/],
  },
  {
    title: 'a bucket that does not exist, for an export of Braze',
    goal: 'import',
    settings: () => ({ s3: { bucket: 'no-such-bucket' } }),
    at: 'source',
    code: 'S3_BUCKET_UNKNOWN',
    says: [/"no-such-bucket"/, /Choose the bucket/],
  },
  {
    title: 'a wrong secret access key',
    goal: 'export of files',
    secrets: ({ s3 }) => ({ s3: { accessKeyId: s3.accessKeyId, secretAccessKey: wrong.s3Secret } }),
    at: 'source',
    code: 'S3_SECRET_WRONG',
    says: [/secret access key does not belong/, /Enter the secret access key again/],
  },
  {
    title: 'an access key that may not list the bucket',
    goal: 'import',
    control: ({ s3: { accessKeyId, secretAccessKey } }) => [
      '/s3/keys',
      [{ accessKeyId, secretAccessKey, deny: ['s3:ListBucket'] }],
    ],
    at: 'source',
    code: 'S3_ACCESS_DENIED',
    says: [/s3:ListBucket/, /IAM policy/],
  },
  {
    title: 'a port where no S3 listens',
    goal: 'export of files',
    settings: () => ({ s3: { endpoint: nobodyThere() } }),
    at: 'source',
    code: 'S3_UNREACHABLE',
    says: [/127\.0\.0\.1/, /endpoint/],
  },
];

const blueconicMistakes: Mistake[] = [
  {
    title: 'a wrong client secret, at the sink',
    goal: 'import',
    secrets: ({ blueconic }) => ({
      blueconic: { clientId: blueconic.clientId, clientSecret: wrong.clientSecret },
    }),
    at: 'sink',
    code: 'BLUECONIC_CLIENT_REJECTED',
    says: [/client secret/, /Settings > Access management > Applications/],
  },
  {
    title: 'a wrong client secret, at the source',
    goal: 'export of a segment',
    secrets: ({ blueconic }) => ({
      blueconic: { clientId: blueconic.clientId, clientSecret: wrong.clientSecret },
    }),
    at: 'source',
    code: 'BLUECONIC_CLIENT_REJECTED',
    says: [/client secret/, /Settings > Access management > Applications/],
  },
  {
    title: 'another host than BlueConic',
    goal: 'export of a segment',
    settings: ({ braze }) => ({ blueconic: { url: braze.endpoint } }),
    at: 'source',
    code: 'BLUECONIC_URL_WRONG',
    says: [/another kind of host/, /tenant's own address/],
  },
  {
    title: 'a port where no BlueConic listens',
    goal: 'import',
    settings: () => ({ blueconic: { url: nobodyThere() } }),
    at: 'sink',
    code: 'NET_REFUSED',
    says: [/127\.0\.0\.1/, /host and port in the settings/],
  },
  {
    title: 'a BlueConic segment that does not exist',
    goal: 'export of a segment',
    settings: () => ({ source: { segment: 'no_such_segment' } }),
    at: 'source',
    code: 'BLUECONIC_SEGMENT_UNKNOWN',
    says: [/no_such_segment/, /Choose the segment again/],
  },
];

const omissions: Mistake[] = [
  {
    title: 'no segment chosen',
    goal: 'import',
    settings: () => ({ source: { segment: '' } }),
    at: 'source',
    code: 'SETTING_MISSING',
    says: [/a Braze segment/, /choose one/],
  },
  {
    title: 'no S3 configuration chosen',
    goal: 'import',
    settings: () => ({ source: { s3: '' } }),
    at: 'source',
    code: 'SETTING_MISSING',
    says: [/No S3 configuration/, /choose a S3 configuration/],
  },
  {
    title: 'no Braze configuration chosen, at the sink',
    goal: 'export of files',
    settings: () => ({ sink: { braze: '' } }),
    at: 'sink',
    code: 'SETTING_MISSING',
    says: [/No Braze configuration/, /choose a Braze configuration/],
  },
  {
    title: 'a tenant URL that is none',
    goal: 'import',
    settings: () => ({ blueconic: { url: 'not a URL' } }),
    at: 'sink',
    code: 'BLUECONIC_URL_WRONG',
    says: [/URL/],
  },
];

describe('bad input', function () {
  this.timeout(90_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(people);
    closedPort = await freePort();
  });
  after(() => stage.stop());
  beforeEach(() => stage.reset());

  async function deployGoal(goal: keyof typeof goals, mistake: Partial<Mistake> = {}): Promise<void> {
    const { description } = stage.sandbox;
    await stage.deploy([inject('go', flowTab, ['source']), ...goals[goal]], {
      settings: mistake.settings?.(description) ?? {},
      secrets: mistake.secrets?.(description) ?? {},
    });
  }

  function assertNoSecretLeft(): void {
    const { braze, blueconic, s3 } = stage.sandbox.description;
    const secrets = [...Object.values(wrong), braze.apiKey, blueconic.clientSecret, s3.secretAccessKey];
    const written = JSON.stringify([
      stage.nodeRed.log(),
      stage.nodeRed.observed('errors'),
      stage.nodeRed.statuses('source'),
      stage.nodeRed.statuses('sink'),
      stage.nodeRed.output,
    ]);
    for (const secret of secrets) assert.ok(!written.includes(secret), `${secret} got out`);
  }

  for (const mistake of [...brazeMistakes, ...s3Mistakes, ...blueconicMistakes, ...omissions]) {
    it(`${mistake.title}: one error that names it and the mend, and nothing else happens`, async () => {
      if (mistake.control) {
        const [path, body] = mistake.control(stage.sandbox.description);
        await stage.sandbox.control('POST', path, body);
      }
      await stage.sandbox.putObject('delta/all.ndjson.gz', gzipLines(deltaRecords(0, people)));
      await deployGoal(mistake.goal, mistake);
      const before = await stage.bothSides();

      await stage.nodeRed.inject('go');
      const [message] = await stage.caught();
      await stage.status(mistake.at, ({ fill }) => fill === 'red');
      await stage.quiet();

      assert.equal(stage.nodeRed.observed('errors').length, 1);
      assert.equal(message!.error.code, mistake.code);
      assert.equal(message!.error.source.id, mistake.at);
      for (const said of mistake.says) assert.match(message!.error.message, said);
      assert.deepEqual(await stage.bothSides(), before);
      assertNoSecretLeft();
      const { live, history } = await stage.runs();
      assert.deepEqual(live, []);
      assert.ok(history.every(({ ledger }) => ledger.accepted === 0));
    });
  }

  it('a malformed row: rejected with file and line, the others go through', async () => {
    const lines: (object | string)[] = deltaRecords(0, people);
    lines[4] = '{"properties": {"customer_id": ["cust-000';
    lines[9] = '["no", "object"]';
    await stage.sandbox.putObject('delta/1.ndjson.gz', gzipLines(lines.slice(0, 60)));
    await stage.sandbox.putObject(
      'delta/2.ndjson',
      `${lines
        .slice(60)
        .map((line) => JSON.stringify(line))
        .join('\n')}\nnot JSON\n`,
    );
    await deployGoal('export of files');
    const summary = await stage.run();
    assert.equal(summary.result, 'succeeded');
    assert.equal(summary.ledger.read, people + 1);
    assert.equal(summary.ledger.accepted, people - 2);
    assert.deepEqual(summary.ledger.reasons.rejected, { 'not-json': 2, 'not-an-object': 1 });
    assert.deepEqual(summary.ledger.samples, {
      'rejected: not-json': [`${summary.run}/1/5`, `${summary.run}/2/61`],
      'rejected: not-an-object': [`${summary.run}/1/10`],
    });
    assert.deepEqual(summary.units, { 1: 'delta/1.ndjson.gz', 2: 'delta/2.ndjson' });
    const good = range(0, people).filter((index) => index !== 4 && index !== 9);
    assert.deepEqual(await stage.attribute('bc_points'), pointsOf(good));
    assert.deepEqual(stage.nodeRed.observed('errors'), []);
  });

  it('a zip archive of several files: read to its end by Node-RED, a damaged one named', async () => {
    const lines = deltaRecords(0, people).map((record) => `${JSON.stringify(record)}\n`);
    const member = (name: string, from: number, to: number) => ({
      name,
      content: Buffer.from(lines.slice(from, to).join('')),
    });
    const whole = await zipOf([member('a.txt', 0, 50), member('../b.txt', 50, 51), member('c', 51, people)]);
    await stage.sandbox.putObject('delta/all.zip', whole);
    await deployGoal('export of files');
    const summary = await stage.run();
    assert.equal(summary.result, 'succeeded');
    assert.equal(summary.ledger.accepted, people);
    assert.deepEqual(await stage.attribute('bc_points'), pointsOf(range(0, people)));
    await stage.sandbox.putObject('delta/cut.zip', whole.subarray(0, whole.length / 2));
    const failed = await stage.run();
    assert.equal(failed.result, 'failed');
    assert.equal(failed.error?.code, 'FILE_TRUNCATED');
    assert.match(failed.error?.message ?? '', /delta\/cut\.zip/);
  });

  it('a malformed row of CSV: rejected with file and line, the others go through', async () => {
    const rows = deltaRecords(0, people).map(
      ({ properties }) => `"${properties.customer_id?.[0]}",${properties.loyalty_points?.[0]}`,
    );
    rows[4] = '"open, 5';
    rows.splice(10, 0, 'only one cell');
    await stage.sandbox.putObject('delta/1.csv', ['customer_id,loyalty_points', ...rows].join('\r\n'));
    await deployGoal('export of files');
    const summary = await stage.run();
    assert.equal(summary.result, 'succeeded');
    // The open quote ends at the next one, so that the row after it is part of the bad one.
    assert.deepEqual(summary.ledger.reasons.rejected, { 'bad-quotes': 1, 'wrong-cell-count': 1 });
    assert.deepEqual(summary.ledger.samples, {
      'rejected: bad-quotes': [`${summary.run}/1/6`],
      'rejected: wrong-cell-count': [`${summary.run}/1/12`],
    });
    const good = range(0, people).filter((index) => index !== 4 && index !== 5);
    assert.deepEqual(await stage.attribute('bc_points'), pointsOf(good));
  });

  it('a truncated gzip file: the run fails and names the file, and the file is read again', async () => {
    const whole = gzipSync(
      deltaRecords(0, people)
        .map((record) => `${JSON.stringify(record)}\n`)
        .join(''),
    );
    await stage.sandbox.putObject('delta/cut.ndjson.gz', whole.subarray(0, whole.length / 2));
    await deployGoal('export of files');
    for (const _ of range(0, 2)) {
      const summary = await stage.run();
      assert.equal(summary.result, 'failed');
      assert.match(summary.error?.message ?? '', /delta\/cut\.ndjson\.gz/);
      assert.ok(!summary.complete);
    }
    const errors = await stage.caught();
    assert.equal(errors.length, 2);
    assert.ok(errors.every(({ error }) => error.code?.startsWith('FILE_')));
  });
});
