import assert from 'node:assert/strict';
import { fuzz, fuzzTargets } from './fuzz';
import { tryOnce } from './fuzzTargets';
import { mutated, mutatedJson, randomOf } from './mutate';

const rounds = 60;
/** Other inputs each day; a failure names the seed that brings its input back, whatever the day. */
const seed = 1 + (Math.floor(Date.now() / 86_400_000) % 10_000) * 100_000;

describe('input made to break readers', function () {
  this.timeout(120_000);

  it('is the same for the same seed, and another for another', () => {
    const bytes = Buffer.from('{"a":[1,2,3],"b":"some text that is long enough"}');
    const draw = (from: number) =>
      Array.from({ length: 20 }, (_, at) => mutated(bytes, randomOf(from + at)).toString('latin1'));
    assert.deepEqual(draw(1), draw(1));
    assert.notDeepEqual(draw(1), draw(101));
    const json = () => JSON.stringify(mutatedJson({ a: [1, { b: 'c' }], d: 'e' }, randomOf(7)));
    assert.equal(json(), json());
  });

  it('would show what throws, and what changes all objects', async () => {
    const target = { name: 'a bad one', weight: 1, mayThrow: /^$/ };
    const thrower = { ...target, attempt: () => JSON.parse('{') as string[] };
    assert.match((await tryOnce(thrower, randomOf(1), 1))!.wrongs[0]!, /SyntaxError/);
    const polluter = {
      ...target,
      attempt: () => {
        Object.assign(Object.prototype, { polluted: true });
        return [];
      },
    };
    const failure = await tryOnce(polluter, randomOf(1), 1);
    delete (Object.prototype as { polluted?: boolean }).polluted;
    assert.deepEqual(failure!.wrongs, ['Object.prototype was changed']);
  });

  it(`breaks none (${rounds} rounds of ${fuzzTargets.length} readers, from seed ${seed})`, async () => {
    const { tries, failures } = await fuzz(seed, rounds);
    assert.deepEqual(failures, []);
    assert.equal(tries, rounds * fuzzTargets.reduce((sum, { weight }) => sum + weight, 0));
  });
});
