import assert from 'node:assert/strict';
import { person } from '../../src/sandbox/people';
import { range, seed } from '../support/customers';
import {
  blueconicProfiles,
  blueconicSegment,
  exportMapper,
  flowTab,
  importMapper,
  segmentExport,
  usersTrack,
} from '../support/flowNodes';
import { inject } from '../support/flowProbe';
import { Stage } from '../support/stage';

const people = 120;
/** The sandbox's BlueConic knows three quarters of the customers. */
const known = range(0, 90);
const customer = (index: number) => person(seed, index).externalId;

/** How often each call was answered with each status. */
type Calls = Record<string, Record<string, number>>;

describe('only what has changed is sent', function () {
  this.timeout(120_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(people);
  });
  after(() => stage.stop());
  beforeEach(() => stage.reset());

  const points = (index: number, value: number) =>
    stage.sandbox.control('POST', '/blueconic/touch', {
      property: 'customer_id',
      value: customer(index),
      set: { loyalty_points: [String(value)] },
    });

  function deploy(source: string, more: Parameters<Stage['deploy']>[0] = []): Promise<void> {
    return stage.deploy([
      inject('go', flowTab, [source]),
      blueconicSegment(source, ['mapper'], { pageRows: 40 }),
      exportMapper('mapper', ['sink']),
      usersTrack('sink', [[], []], { settleSeconds: 0 }),
      ...more,
    ]);
  }

  it('a second export of everybody sends what differs, and leaves the rest unpaid', async () => {
    await deploy('first read');
    const first = (await stage.run()).ledger;
    assert.deepEqual([first.accepted, first.work.dataPoints], [known.length, known.length]);
    await points(3, 33);
    // Another source has no watermark and reads everybody.
    await deploy('second read');
    const { ledger } = await stage.run();
    assert.deepEqual([ledger.read, ledger.accepted, ledger.unchanged], [known.length, 1, known.length - 1]);
    assert.deepEqual([ledger.work.requests, ledger.work.dataPoints], [1, 1]);
    assert.equal(ledger.work.dataPointsSaved, known.length - 1);
    assert.equal((await stage.attribute('bc_points')).get(customer(3)), 33);
  });

  it('a segment export, wired straight into users.track, tells what is there: nothing of that is sent', async () => {
    await deploy('before');
    assert.equal((await stage.run()).ledger.accepted, known.length);
    const held = await stage.attribute('bc_points');
    // A key of another name is another workspace: the store knows nothing of it.
    const seedGoal = [inject('seed', flowTab, ['export']), segmentExport('export', ['sink'])];
    const renamed = { settings: { braze: { workspace: 'seeded' } } };
    await stage.deploy(
      [
        inject('go', flowTab, ['after']),
        blueconicSegment('after', ['mapper'], { pageRows: 40 }),
        exportMapper('mapper', ['sink']),
        usersTrack('sink', [[], []], { settleSeconds: 0 }),
        ...seedGoal,
      ],
      renamed,
    );
    const seeded = await stage.run('seed');
    assert.deepEqual(
      [seeded.result, seeded.ledger.unchanged, seeded.ledger.work.requests],
      ['succeeded', people, 0],
    );
    await points(5, 55);
    const { ledger } = await stage.run();
    assert.deepEqual([ledger.accepted, ledger.unchanged], [1, known.length - 1]);
    assert.deepEqual(await stage.attribute('bc_points'), held.set(customer(5), 55));
  });

  it('what an import has brought is not sent back', async () => {
    const back = {
      ...{ version: 1, direction: 'export', allowCreate: false },
      identifiers: [[{ source: { kind: 'field', path: 'properties.customer_id' }, target: 'external_id' }]],
      rows: [
        {
          source: { kind: 'field', path: 'properties.braze_email' },
          ...{ target: 'email', type: 'text', as: 'one', strategy: 'set' },
        },
      ],
    };
    await stage.deploy([
      inject('import', flowTab, ['export']),
      segmentExport('export', ['to BlueConic']),
      importMapper('to BlueConic', ['profiles']),
      blueconicProfiles('profiles'),
      inject('go', flowTab, ['segment']),
      blueconicSegment('segment', ['mapper'], { pageRows: 40 }),
      exportMapper('mapper', ['sink'], { mapping: back }),
      usersTrack('sink', [[], []], { settleSeconds: 0 }),
    ]);
    assert.equal((await stage.run('import')).ledger.accepted, people);
    const { ledger } = await stage.run();
    assert.equal(ledger.accepted, 0);
    assert.equal(ledger.unchanged + ledger.unmapped, ledger.read);
    assert.ok(ledger.unchanged > 0);
    assert.equal(ledger.work.requests, 0);
  });

  it('a second import writes to BlueConic what differs, and nothing else', async () => {
    const writes = async () => {
      const calls = await stage.sandbox.control<Calls>('GET', '/blueconic/calls');
      return calls['PUT /profiles']?.[200] ?? 0;
    };
    await stage.deploy([
      inject('import', flowTab, ['export']),
      segmentExport('export', ['to BlueConic']),
      importMapper('to BlueConic', ['profiles']),
      blueconicProfiles('profiles'),
    ]);
    assert.equal((await stage.run('import')).ledger.accepted, people);
    const before = await writes();
    const again = (await stage.run('import')).ledger;
    assert.deepEqual([again.unchanged, again.work.requests], [people, 0]);
    assert.equal(await writes(), before, 'BlueConic counts every write');
    await stage.sandbox.control('POST', '/braze/users', [
      { external_id: customer(7), email: 'new@example.org' },
    ]);
    const third = (await stage.run('import')).ledger;
    assert.deepEqual([third.accepted, third.unchanged, third.work.objects], [1, people - 1, 1]);
    const { profiles } = await stage.bothSides();
    assert.deepEqual(profiles.get(customer(7))?.properties.braze_email, ['new@example.org']);
  });
});
