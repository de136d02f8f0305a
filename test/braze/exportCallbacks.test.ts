import assert from 'node:assert/strict';
import { ExportCallbacks } from '../../src/braze/exportCallbacks';

describe('calls of Braze', () => {
  it('reach only who waits for them, and say nothing about it', () => {
    const callbacks = new ExportCallbacks();
    const tokens = [ExportCallbacks.newToken(), ExportCallbacks.newToken()] as const;
    const [one, other] = [callbacks.expect(tokens[0]), callbacks.expect(tokens[1])];
    const reached = () => [one.called.aborted, other.called.aborted];
    assert.equal(callbacks.take('guessed'), true);
    assert.deepEqual(reached(), [false, false]);
    assert.equal(callbacks.take(tokens[1]), true);
    assert.deepEqual(reached(), [false, true]);
    one.forget();
    assert.equal(callbacks.take(tokens[0]), true);
    assert.deepEqual(reached(), [false, true]);
  });

  it('reach who waits now, also where an earlier life forgets the same call late', () => {
    const callbacks = new ExportCallbacks();
    const [before, now] = [callbacks.expect('right'), callbacks.expect('right')];
    before.forget();
    callbacks.take('right');
    assert.deepEqual([before.called.aborted, now.called.aborted], [false, true]);
  });

  it('are not looked at beyond twenty a second', () => {
    let now = 1_000;
    const callbacks = new ExportCallbacks(() => now);
    const { called } = callbacks.expect('right');
    const taken = Array.from({ length: 25 }, () => callbacks.take('guessed'));
    assert.equal(taken.filter((one) => one).length, 20);
    assert.equal(callbacks.take('right'), false);
    assert.equal(called.aborted, false);
    now += 1_000;
    assert.equal(callbacks.take('right'), true);
    assert.equal(called.aborted, true);
  });

  it('have paths of 256 random bits', () => {
    const tokens = new Set(Array.from({ length: 1_000 }, () => ExportCallbacks.newToken()));
    assert.equal(tokens.size, 1_000);
    for (const token of tokens) assert.equal(Buffer.from(token, 'base64url').length, 32);
  });
});
