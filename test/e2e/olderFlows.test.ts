import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectFlow, goalTriggers } from '../support/exampleFlow';
import type { FlowNode } from '../support/flowProbe';
import { packageRoot } from '../support/places';
import { Stage } from '../support/stage';

/** Flows as the versions named in their files saved them; they stay as they are. */
const folder = join(packageRoot, 'test', 'fixtures', 'flows');

describe('flows that an earlier version saved', function () {
  this.timeout(120_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(60);
  });
  after(() => stage.stop());
  beforeEach(() => stage.reset());

  for (const file of readdirSync(folder)) {
    it(`${file}: both goals run, as they are`, async () => {
      const saved = JSON.parse(readFileSync(join(folder, file), 'utf8')) as FlowNode[];
      const { nodes, credentials } = connectFlow(saved, stage.sandbox.description);
      await stage.nodeRed.deploy(stage.inWorkspace(nodes), credentials);
      const goals = saved.filter(({ type }) => type === 'braze-segment-export' || type === 'blueconic-delta');
      const triggers = goalTriggers(saved);
      assert.ok(triggers.length > 0 && goals.length > 0);
      const before = (await stage.runs()).history.length;
      for (const { id } of triggers) {
        await stage.nodeRed.inject(id);
        await stage.nextRun();
      }
      while ((await stage.runs()).history.length < before + goals.length) await stage.nextRun();
      await stage.quiet();
      const ended = (await stage.runs()).history.slice(0, goals.length);
      for (const { result, ledger } of ended) {
        assert.equal(result, 'succeeded');
        assert.ok(ledger.accepted + ledger.unchanged > 0);
        assert.equal(ledger.rejected, 0);
      }
      const { profiles } = await stage.bothSides();
      assert.ok([...profiles.values()].some(({ properties }) => Object.keys(properties).length > 0));
    });
  }
});
