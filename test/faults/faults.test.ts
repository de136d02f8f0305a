import assert from 'node:assert/strict';
import { runScripts } from './faultScripts';
import { scriptOf } from './script';

const scripts = 300;
/** Other scripts each day; a failure names the number that brings its script back, whatever the day. */
const seed = 1 + (Math.floor(Date.now() / 86_400_000) % 100_000) * scripts;

describe('goals against a Braze that fails in generated ways', () => {
  it('draws the same script from the same number, and others from others', () => {
    assert.deepEqual(scriptOf(seed), scriptOf(seed));
    assert.notDeepEqual({ ...scriptOf(seed + 1), seed }, scriptOf(seed));
  });

  it(`every account is true of the wire and of the sandbox (scripts ${seed} to ${seed + scripts - 1})`, async function () {
    this.timeout(180_000);
    const ends = await runScripts(seed, scripts);
    const wrong = ends.filter(({ wrongs }) => wrongs.length > 0);
    assert.deepEqual(
      wrong.map((end) => `${end.wrongs.join('; ')} (npm run test:faults -- --scripts 1 --seed ${end.seed})`),
      [],
    );
    const accepted = ends.reduce((sum, { outcomes }) => sum + (outcomes.accepted ?? 0), 0);
    const unknown = ends.reduce((sum, { outcomes }) => sum + (outcomes.unknown ?? 0), 0);
    assert.ok(accepted > scripts && unknown > 0, `${accepted} accepted, ${unknown} unknown: too few to tell`);
  });
});
