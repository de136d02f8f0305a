import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Child } from '../support/childProcess';
import { packageRoot } from '../support/places';
import { SandboxProcess } from '../support/sandboxProcess';
import { until } from '../support/until';

const command = (...args: string[]) =>
  new Child(['--import', 'tsx', join(packageRoot, 'src', 'sandbox', 'command.ts'), ...args], {
    cwd: packageRoot,
  });

describe('sandbox command', () => {
  it('prints everything a person needs, and ends in good order on SIGINT', async () => {
    const child = command('sandbox', '--people', '3');
    await until(() => child.stdout.includes('Ctrl-C'), { what: 'the text', evidence: () => child.output });
    for (const detail of ['API key', 'client secret', 'secret key', 'bucket', 'profile-sync']) {
      assert.ok(child.stdout.includes(detail), detail);
    }
    child.kill('SIGINT');
    assert.equal(await child.finished(), 0);
    assert.equal(child.stderr, '');
  });

  it('prints one line of JSON for programs, and streams what it holds', async () => {
    const sandbox = await SandboxProcess.start({ people: 8, seed: 5 });
    const users = [];
    for await (const user of sandbox.records('/braze/users')) users.push(user);
    assert.equal(users.length, 8);
    await sandbox.control('POST', '/reset');
    assert.deepEqual(await sandbox.control('GET', '/faults'), []);
    await assert.rejects(sandbox.control('GET', '/no-such-route'), /404/);
    await sandbox.stop();
  });

  for (const args of [
    [],
    ['sandcastle'],
    ['sandbox', 'more'],
    ['sandbox', '--people', 'many'],
    ['sandbox', '--people', '-1'],
    ['sandbox', '--port', '70000'],
    ['sandbox', '--fast'],
  ]) {
    it(`says how it is used when called with: ${args.join(' ') || 'nothing'}`, async () => {
      const child = command(...args);
      assert.equal(await child.finished(), 2);
      assert.match(child.stderr, /Usage: node-red-braze-blueconic sandbox/);
      assert.equal(child.stdout, '');
    });
  }

  it('prints its usage when asked to', async () => {
    const child = command('--help');
    assert.equal(await child.finished(), 0);
    assert.match(child.stdout, /^Usage/);
  });
});
