import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLevel } from '../../src/store/levelStore';
import { allKeys } from '../../src/store/storeKey';
import { gzipLines } from '../support/customers';
import {
  blueconicProfiles,
  connection,
  coreNode,
  deltaFiles,
  exportMapper,
  flowTab,
  functionNode,
  importMapper,
  segmentExport,
  usersTrack,
} from '../support/flowNodes';
import { type FlowNode, inject, probe } from '../support/flowProbe';
import { Stage } from '../support/stage';
import { finds, type Place, type Plant } from './plants';

const patienceMs = 60_000;

const secrets = {
  apiKey: 'planted-braze-key-Hq27vXw1',
  clientId: 'planted-client-id-Hq27vXw2',
  clientSecret: 'planted-client-secret-Hq27vXw3',
  token: 'planted-access-token-Hq27vXw4',
  accessKeyId: 'AKIAPLANTEDHQ27VXW5Z',
  secretAccessKey: 'planted/s3+secret/Hq27vXw6',
  sessionToken: 'planted-session-token-Hq27vXw7',
};

/** Customers whose every value is a plant. */
const customers = [0, 1, 2].map((at) => ({
  external_id: `planted-id-${at}-Rm84`,
  email: `planted.Mail-${at}.Rm84@mail.example.org`,
  first_name: `Plantedfirst${at}Rm84`,
  last_name: `Plantedlast${at}Rm84`,
  phone: `+4930901820${at}`,
}));

/** In rows that cannot be read, or that a target does not take. */
const brokenValues = ['planted-broken-row-Zt19', 'planted-no-address-Zt20', 'planted-csv-cell-Zt21'];

const personal: Plant[] = [
  ...customers.flatMap((customer) =>
    Object.entries(customer).map(([what, text]) => ({ what: `the ${what} of a customer`, text })),
  ),
  ...brokenValues.map((text) => ({ what: 'a value of a bad row', text })),
];
const plants: Plant[] = [
  ...Object.entries(secrets).map(([what, text]) => ({ what: `the secret ${what}`, text })),
  ...personal,
];
/** Node-RED's own route for the dialogs gives out the names that go with the secrets, and may. */
const names = [secrets.clientId, secrets.accessKeyId];
const dialogAnswer = /^GET \/credentials\//;

/** Everything there is to give away, as a server in trouble might quote what it was sent. */
const echo = plants.map(({ text }) => text).join(' ');
const echoing = {
  message: `bad request: ${echo}`,
  error: 'invalid_client',
  error_description: echo,
  errors: [
    { type: `'${customers[0]!.email}' is wrong: ${echo}`, input_array: 'attributes', index: 0 },
    { field: customers[0]!.email, message: echo },
  ],
};

/** The status of an answer that quotes everything in its body and, where headers can hold it, in a header too. */
const quoting = (status: number) => ({
  kind: 'status' as const,
  status,
  body: echoing,
  headers: { 'x-told': echo, 'www-authenticate': `Bearer error="${secrets.apiKey}"` },
});

/** One run of a connection under these faults; whether a goal `fails` of them. */
interface Scenario {
  title: string;
  trigger: 'go both' | 'go export';
  faults: object[];
  fails: boolean;
}

const scenarios: Scenario[] = [
  { title: 'all goes well', trigger: 'go both', faults: [], fails: false },
  {
    title: 'Braze refuses a request and quotes it',
    trigger: 'go export',
    fails: true,
    faults: [{ system: 'braze', path: '/users/track', times: 1, fault: quoting(400) }],
  },
  {
    title: 'Braze fails for a moment and quotes the request',
    trigger: 'go export',
    fails: true,
    faults: [
      { system: 'braze', path: '/users/track', times: 1, fault: quoting(500) },
      { system: 'braze', path: '/users/track', skip: 1, times: 1, fault: { kind: 'reset' } },
      { system: 'braze', path: '/users/track', skip: 2, times: 1, fault: { kind: 'html', status: 502 } },
    ],
  },
  {
    title: 'keys and secrets are refused, and quoted',
    trigger: 'go both',
    fails: true,
    faults: [
      { system: 'braze', fault: quoting(401) },
      { system: 'blueconic', path: '/oauth/token', fault: quoting(401) },
    ],
  },
  {
    title: 'BlueConic does not take the token that it gave out',
    trigger: 'go both',
    fails: true,
    faults: [
      {
        system: 'blueconic',
        path: '/oauth/token',
        fault: {
          kind: 'status',
          status: 200,
          body: { access_token: secrets.token, token_type: 'Bearer', expires_in: 3600 },
        },
      },
    ],
  },
  {
    title: 'BlueConic refuses profiles, and quotes them',
    trigger: 'go both',
    fails: true,
    faults: [{ system: 'blueconic', path: '/profiles', method: 'PUT', fault: quoting(400) }],
  },
  {
    title: 'BlueConic answers what is not documented',
    trigger: 'go both',
    fails: true,
    faults: [
      {
        system: 'blueconic',
        path: '/profiles',
        method: 'PUT',
        fault: { kind: 'status', status: 200, body: [{ identifier: '0', state: echo, profileId: echo }] },
      },
    ],
  },
  {
    title: 'S3 refuses, and quotes the request',
    trigger: 'go export',
    fails: true,
    faults: [{ system: 's3', fault: quoting(403) }],
  },
  {
    title: 'S3 sends elsewhere',
    trigger: 'go export',
    fails: true,
    faults: [
      {
        system: 's3',
        fault: { ...quoting(307), headers: { location: 'http://127.0.0.1:9/elsewhere' } },
      },
    ],
  },
];

function row(path: string, target: string, type: string, more: object = {}): object {
  return { source: { kind: 'field', path }, target, type, as: 'one', strategy: 'set', ...more };
}

describe('secrets and personal data', function () {
  this.timeout(240_000);
  let stage: Stage;
  /** Answers of the admin API, as they came. */
  const answers: Place[] = [];

  before(async () => {
    stage = await Stage.start(3, { logLevel: 'trace' });
    const { control } = { control: stage.sandbox.control.bind(stage.sandbox) };
    await stage.reset();
    await control('POST', '/braze/settings', { keys: [{ key: secrets.apiKey, permissions: 'all' }] });
    await control('POST', '/blueconic/settings', {
      applications: [{ clientId: secrets.clientId, clientSecret: secrets.clientSecret }],
    });
    const { accessKeyId, secretAccessKey, sessionToken } = secrets;
    await control('POST', '/s3/keys', [{ accessKeyId, secretAccessKey, sessionToken }]);
    await control('POST', '/braze/users', customers);
    await stage.sandbox.putObject('delta/1.ndjson.gz', gzipLines(deltaLines()));
    await stage.sandbox.putObject('delta/2.csv', csvText());
  });
  after(() => stage.stop());

  function deltaLines(): (object | string)[] {
    const good = customers.map((customer, at) => ({
      properties: {
        ...lists(customer),
        customer_id: [customer.external_id],
        loyalty_points: [String(at + 5)],
      },
    }));
    return [
      ...good,
      // Cut off in the middle of a value: what JSON.parse says of it quotes it.
      `{"properties": {"email": ["${brokenValues[0]}`,
      `${brokenValues[0]}`,
      { properties: { customer_id: ['of-no-address'], email: [brokenValues[1]], loyalty_points: ['7'] } },
      { properties: { customer_id: ['x'.repeat(1_000) + customers[0]!.external_id], loyalty_points: ['7'] } },
      { properties: { customer_id: ['no-number'], loyalty_points: [brokenValues[1]] } },
    ];
  }

  function csvText(): string {
    return `properties.customer_id,properties.email\n"${brokenValues[2]}"${brokenValues[2]},x\n${brokenValues[2]}\n`;
  }

  function lists(customer: Record<string, string>): Record<string, string[]> {
    return Object.fromEntries(Object.entries(customer).map(([name, value]) => [name, [value]]));
  }

  function flow(): FlowNode[] {
    const exported = {
      version: 1,
      direction: 'export',
      identifiers: [[{ source: { kind: 'field', path: 'properties.customer_id' }, target: 'external_id' }]],
      allowCreate: true,
      rows: [
        row('properties.email', 'email', 'text'),
        row('properties.first_name', 'first_name', 'text'),
        row('properties.last_name', 'bc_last_name', 'text'),
        row('properties.phone', 'phone', 'text'),
        row('properties.loyalty_points', 'bc_points', 'integer', { strategy: 'sum' }),
      ],
    };
    const imported = {
      version: 1,
      direction: 'import',
      identifiers: [[{ source: { kind: 'field', path: 'external_id' }, target: 'customer_id' }]],
      allowCreate: true,
      rows: [
        row('email', 'braze_email', 'text'),
        row('first_name', 'firstname', 'text'),
        row('last_name', 'lastname', 'text'),
        row('phone', 'braze_phone', 'text'),
      ],
    };
    const fields = ['external_id', 'email', 'first_name', 'last_name', 'phone', 'custom_attributes'];
    const files = (id: string) => [
      deltaFiles(`${id} source`, [`${id} mapper`], { onSilence: 'filter' }),
      exportMapper(`${id} mapper`, [`${id} sink`], { mapping: exported }),
      usersTrack(`${id} sink`, [['settled'], ['rejected']], { firstTotal: 'add' }),
    ];
    return [
      inject('go both', flowTab, ['both']),
      inject('go export', flowTab, ['exports']),
      connection('both', ['report'], { Import: ['import source'], Export: ['export source'] }),
      connection('exports', ['report'], { Export: ['alone source'] }),
      segmentExport('import source', ['import mapper'], { fields }),
      importMapper('import mapper', ['import sink'], { mapping: imported }),
      blueconicProfiles('import sink', [['settled'], ['rejected']]),
      ...files('export'),
      ...files('alone'),
      // Updates that somebody wrote wrongly, with values where they do not belong.
      inject('go hand-written', flowTab, ['wrong updates']),
      functionNode('wrong updates', 'msg.payload = JSON.parse(msg.payload); return msg;', ['alone sink']),
      inject('go lookup', flowTab, ['lookup']),
      coreNode('lookup', 'braze-lookup', [], { braze: 'braze', lookup: 'segment', item: '' }),
      probe('settled', flowTab),
      probe('rejected', flowTab),
      probe('report', flowTab),
    ];
  }

  function wrongUpdates(): object[] {
    const { email, external_id: id } = customers[1]!;
    return [
      { version: 1, match: [[{ field: email, value: id }]], allowCreate: email, changes: [] },
      {
        version: 1,
        match: [[{ field: 'external_id', value: id }]],
        allowCreate: true,
        changes: [{ field: email, strategy: email, as: 'one', values: [email, email] }],
      },
      { version: 1, match: [[{ field: email, value: id }]], allowCreate: true, changes: [] },
    ];
  }

  async function keepAnswer(method: 'GET' | 'POST', path: string, body?: object): Promise<void> {
    const answer = await fetch(new URL(path, stage.nodeRed.url), {
      method,
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = JSON.stringify([...answer.headers]) + (await answer.text());
    answers.push({ name: `${method} ${path} (${answer.status})`, bytes: Buffer.from(text) });
  }

  /** Everything that a person, a script or a monitor can ask for. */
  async function askEverything(): Promise<void> {
    for (const path of ['flows', 'settings', 'nodes', 'profile-sync/runs', 'profile-sync/connections']) {
      await keepAnswer('GET', `/${path}`);
    }
    for (const id of ['both', 'exports']) await keepAnswer('GET', `/profile-sync/connections/${id}/reports`);
    for (const type of ['braze-config/braze', 'blueconic-config/blueconic', 'profile-sync-s3-config/s3']) {
      await keepAnswer('GET', `/credentials/${type}`);
    }
    await keepAnswer('GET', '/profile-sync/store/default');
    await keepAnswer('POST', '/profile-sync/store/default/export');
    await keepAnswer('POST', '/profile-sync/store/default/forget', { identifier: customers[0]!.email });
    await askFromDialogs();
  }

  async function askFromDialogs(): Promise<void> {
    const { braze, blueconic, s3 } = stage.sandbox.description;
    const drafts = {
      braze: { id: 'braze', endpoint: braze.endpoint },
      blueconic: { id: 'blueconic', url: blueconic.url },
      s3: { id: 's3', auth: 'keys', endpoint: s3.endpoint, region: s3.region, bucket: s3.bucket },
    };
    for (const [system, node] of Object.entries(drafts)) {
      await keepAnswer('POST', `/profile-sync/check/${system}`, { node });
    }
    for (const list of ['braze-segments', 'braze-attributes', 'blueconic-segments', 's3-buckets']) {
      const node = drafts[list.split('-')[0] as keyof typeof drafts];
      await keepAnswer('POST', `/profile-sync/list/${list}`, { node });
    }
    // What is refused must not be quoted; what is previewed is what the caller gave.
    await keepAnswer('POST', '/profile-sync/preview', { mapping: echo, records: [customers[0]] });
  }

  /** Errors that were told of, caught or not. */
  function failures(): number {
    const logged = stage.nodeRed.log().filter(({ level }) => level === 'error');
    return logged.length + stage.nodeRed.observed('errors').length;
  }

  /** Waits until the connection that was triggered has sent its report. */
  async function runOnce(trigger: string): Promise<void> {
    const before = stage.nodeRed.observed('report').length;
    await stage.nodeRed.inject(trigger);
    await stage.nodeRed.waitForObserved('report', before + 1, patienceMs);
    await stage.quiet();
  }

  /** The error objects of all Catch messages, and what the sinks' first output and the connections told. */
  function messages(): Place[] {
    const told = ['errors', 'settled', 'report'].flatMap((name) =>
      stage.nodeRed.observed(name).map((message) => {
        // The rest of a caught message is what the flow itself passed on.
        const { error, sync } = message as { error?: unknown; sync?: unknown };
        return { name, shown: name === 'errors' ? { error, sync } : message };
      }),
    );
    return told.map(({ name, shown }) => ({
      name: `a message (${name})`,
      bytes: Buffer.from(JSON.stringify(shown)),
    }));
  }

  function files(dir: string): Place[] {
    const kept = readdirSync(dir, { withFileTypes: true }).filter(
      ({ name }) => name !== 'node_modules' && name !== 'observed.ndjson',
    );
    return kept.flatMap((entry) => {
      const path = join(dir, entry.name);
      if (entry.isDirectory()) return files(path);
      return [{ name: path.slice(stage.nodeRed.home.dir.length), bytes: readFileSync(path) }];
    });
  }

  it('are planted where they travel: both sides hold the customers, and every failure has come to pass', async () => {
    await stage.deploy(flow(), {
      settings: {
        braze: { requestsInFlight: 2, retryMinutes: 1 },
        // What no Catch node takes goes to the log.
        catch: { scope: ['import source', 'import sink', 'export source', 'export sink', 'lookup'] },
      },
      secrets: {
        braze: { apiKey: secrets.apiKey },
        blueconic: { clientId: secrets.clientId, clientSecret: secrets.clientSecret },
        s3: {
          accessKeyId: secrets.accessKeyId,
          secretAccessKey: secrets.secretAccessKey,
          sessionToken: secrets.sessionToken,
        },
      },
    });
    const [good, ...bad] = scenarios;
    await runOnce(good!.trigger);
    const { users, profiles } = await stage.bothSides();
    for (const { external_id: id, email, last_name: lastName } of customers) {
      assert.equal(users.get(id)?.custom_attributes.bc_last_name, lastName);
      assert.deepEqual(profiles.get(id)?.properties.braze_email, [email]);
    }
    await askEverything();
    for (const { title, trigger, faults, fails } of bad) {
      const before = failures();
      await stage.sandbox.control('POST', '/faults', faults);
      // Another file each time, for each is read once; some values differ, so that there is something to send.
      const changed = deltaLines().map((line) =>
        typeof line === 'string'
          ? line
          : { ...line, properties: { ...propertiesOf(line), loyalty_points: ['99'] } },
      );
      await stage.sandbox.putObject(`delta/${title}.ndjson.gz`, gzipLines(changed));
      await runOnce(trigger);
      await askFromDialogs();
      await stage.sandbox.control('DELETE', '/faults');
      assert.equal(failures() > before, fails, title);
    }
    await stage.nodeRed.inject('go hand-written', { payload: JSON.stringify(wrongUpdates()) });
    await stage.nodeRed.inject('go lookup', { lookupId: customers[0]!.email });
    await stage.nextRun();
    await stage.quiet();
    await askEverything();
    // Statuses that came late are there again for an editor that opens now.
    await stage.nodeRed.restart();
    await askEverything();
  });

  it('are in no log, status, notice, error, report and answer', () => {
    const log = stage.nodeRed.log().map((entry) => JSON.stringify(entry));
    assert.ok(
      log.some((line) => line.includes('"level":"error"')) && stage.nodeRed.observed('report').length > 5,
    );
    const places: Place[] = [
      { name: 'the log', bytes: Buffer.from(log.join('\n')) },
      { name: 'the output of the process', bytes: Buffer.from(stage.nodeRed.output) },
      { name: 'what editors heard', bytes: Buffer.from(JSON.stringify(stage.nodeRed.comms())) },
      ...messages(),
      ...answers,
    ];
    const [toDialogs, elsewhere] = [true, false].map((is) =>
      places.filter(({ name }) => dialogAnswer.test(name) === is),
    );
    assert.deepEqual(finds(plants, elsewhere!), []);
    const unnamed = plants.filter(({ text }) => !names.includes(text));
    assert.deepEqual(finds(unnamed, toDialogs!), []);
  });

  it('are not on the disk, not even as hashes that could be guessed', async () => {
    await stage.nodeRed.kill('SIGTERM');
    const onDisk = files(stage.nodeRed.home.dir);
    assert.ok(onDisk.some(({ name }) => name.includes('profile-sync')));
    const entries: Place[] = [];
    const engine = await openLevel(join(stage.nodeRed.home.dir, 'profile-sync'));
    // Its files may be compressed; its entries are not.
    for await (const [key, value] of engine.entries(allKeys)) {
      entries.push({
        name: `the store, under ${key.toString('latin1')}`,
        bytes: Buffer.concat([key, value]),
      });
    }
    await engine.close();
    assert.ok(entries.length > 20);
    assert.deepEqual(finds(plants, [...onDisk, ...entries]), []);
  });
});

function propertiesOf(line: object): object {
  return (line as { properties: object }).properties;
}
