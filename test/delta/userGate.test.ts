import assert from 'node:assert/strict';
import { profileKey } from '../../src/delta/profileKey';
import { UserGate, type Waiter } from '../../src/delta/userGate';
import { until } from '../support/until';

describe('gate of a user', () => {
  const user = profileKey(Buffer.alloc(8), 'target', 'user');
  const somebody = profileKey(Buffer.alloc(8), 'target', 'somebody else');
  const owner = {};
  const other = {};
  let gate: UserGate;
  let opened: string[];

  beforeEach(() => {
    gate = new UserGate();
    opened = [];
  });

  function waiter(name: string, of: object = owner): () => Waiter {
    return () => ({
      owner: of,
      opened: (key, waiters) => {
        opened.push(`${name} x${waiters.length}`);
        assert.ok(gate.enter(key, of, waiter('again', of)), 'it is open for the one who is called');
      },
    });
  }

  it('lets one in, and calls all that waited for one owner together', () => {
    assert.ok(gate.enter(user, owner, waiter('first')));
    assert.ok(!gate.enter(user, owner, waiter('second')));
    assert.ok(!gate.enter(user, owner, waiter('third')));
    assert.ok(gate.enter(somebody, owner, waiter('somebody else')));
    assert.deepEqual(opened, []);
    gate.leave(user);
    assert.deepEqual(opened, ['second x2']);
  });

  it('is closed under every name of one, and lets those who wait by any of them go on in their order', () => {
    assert.ok(gate.enter(user, owner, waiter('first'), [somebody]));
    assert.ok(!gate.enter(somebody, owner, waiter('by the other name')));
    assert.ok(!gate.enter(profileKey(Buffer.alloc(8), 'target', 'a third'), owner, waiter('by two'), [user]));
    assert.ok(gate.isClosed(somebody));
    gate.leave(user);
    assert.deepEqual(opened, ['by the other name x2']);
    gate.leave(user);
    assert.equal(gate.size, 0, 'no name is left behind');
  });

  it('stays closed for the settle time after an answer, and until the answer is durable', async () => {
    gate.enter(user, owner, waiter('first'));
    gate.enter(user, owner, waiter('second'));
    gate.answered(user, undefined, 1);
    await new Promise((resolve) => setTimeout(resolve, 250));
    assert.deepEqual(opened, [], 'not durable yet');
    gate.durable(user);
    await until(() => opened.length > 0, { what: 'the gate to open' });
    assert.deepEqual(opened, ['second x1']);
  });

  it('lets nothing be waited for that was dropped, and opens what a gone owner kept', () => {
    gate.enter(user, owner, waiter('first'));
    gate.enter(user, owner, waiter('second'));
    gate.enter(user, other, waiter('of another', other));
    assert.equal(gate.dropWaiting(owner).length, 1);
    gate.release(owner);
    assert.deepEqual(opened, ['of another x1']);
  });

  it('forgets a user once the time has passed', async () => {
    gate.enter(user, owner, waiter('first'));
    gate.answered(user, undefined, 1);
    gate.durable(user);
    await until(() => gate.size === 0, { what: 'the gate to forget' });
    assert.ok(gate.enter(user, other, waiter('later', other)));
  });

  it('opens what was never told to be durable once its owner is gone', async () => {
    gate.enter(user, owner, waiter('first'));
    gate.answered(user, undefined, 1);
    gate.release(owner);
    await until(() => gate.size === 0, { what: 'the gate to forget' });
  });
});
