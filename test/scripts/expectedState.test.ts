import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Person, person } from '../../src/sandbox/people';
import { packageRoot } from '../support/places';
import { SandboxProcess } from '../support/sandboxProcess';

type Table = Record<string, (person: Person) => unknown>;
type Comparison = { compared: number; differences: string[] };

interface ExpectedState {
  imported: Table;
  importedIntoNew: Table;
  exported: Table;
  exportedOfEverybody: Table;
  applied(table: Table, person: Person): Record<string, unknown>;
  rememberState(
    sandbox: SandboxProcess,
    customers: { people: number; seed: number },
    patienceMs?: number,
  ): Promise<() => Promise<Comparison>>;
}

const customers = { people: 4, seed: 9 };
const everybody = Array.from({ length: customers.people }, (_, index) => person(customers.seed, index));

describe('scripts: the independent check of the final state', () => {
  let sandbox: SandboxProcess;
  let check: ExpectedState;
  let compare: () => Promise<Comparison>;
  before(async () => {
    check = await import(pathToFileURL(join(packageRoot, 'scripts', 'expected-state.mjs')).href);
    sandbox = await SandboxProcess.start(customers);
    compare = await check.rememberState(sandbox, customers, 0);
  });
  after(() => sandbox.stop());

  it('sees that nothing was done', async () => {
    const { differences } = await compare();
    assert.ok(differences.some((text) => text.startsWith('Braze, cust-00000000')));
    assert.ok(differences.some((text) => text.startsWith('BlueConic, cust-00000000')));
  });

  it('agrees once everything is as it should be', async () => {
    const known = everybody.slice(0, 3);
    for (const someone of known) {
      const set = check.applied(check.imported, someone);
      await sandbox.control('POST', '/blueconic/touch', {
        property: 'customer_id',
        value: someone.externalId,
        set,
      });
    }
    const fresh = everybody[3]!;
    const properties = {
      ...check.applied(check.importedIntoNew, fresh),
      ...check.applied(check.imported, fresh),
    };
    await sandbox.control('POST', '/blueconic/profiles', [{ properties }]);
    await sandbox.control(
      'POST',
      '/braze/users',
      everybody.map((someone) => ({
        external_id: someone.externalId,
        custom_attributes: {
          ...check.applied(check.exportedOfEverybody, someone),
          ...(someone !== fresh && check.applied(check.exported, someone)),
        },
      })),
    );
    assert.deepEqual(await compare(), { compared: 8, differences: [] });
  });

  it('sees one wrong value, and one value too many, and one customer too many', async () => {
    await sandbox.control('POST', '/blueconic/touch', {
      property: 'customer_id',
      value: 'cust-00000001',
      set: { braze_points: ['-1'], city: ['elsewhere'] },
    });
    await sandbox.control('POST', '/braze/users', [{ external_id: 'a stranger' }]);
    const { differences } = await compare();
    assert.equal(differences.length, 3, differences.join('\n'));
    assert.match(differences.join('\n'), /BlueConic, cust-00000001: braze_points is \["-1"\]/);
    assert.match(differences.join('\n'), /BlueConic, cust-00000001: city is \["elsewhere"\]/);
    assert.match(differences.join('\n'), /Braze holds a stranger/);
  });
});
