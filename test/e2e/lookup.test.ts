import assert from 'node:assert/strict';
import { coreNode, flowTab } from '../support/flowNodes';
import { type FlowNode, inject, probe } from '../support/flowProbe';
import { Stage } from '../support/stage';

const path = '/campaigns/list';

describe('braze lookup, in a flow', function () {
  this.timeout(60_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(130);
  });
  after(() => stage.stop());
  beforeEach(async () => {
    await stage.reset();
  });

  function flow(settings: object): FlowNode[] {
    return [
      inject('go', flowTab, ['lookup']),
      coreNode('lookup', 'braze-lookup', ['seen'], { braze: 'braze', item: '', ...settings }),
      probe('seen', flowTab),
    ];
  }

  /** What comes of one message after a deploy with these settings. */
  async function asked(settings: object, message: Record<string, string> = {}) {
    await stage.deploy([...flow(settings)]);
    return again(message);
  }

  /** What comes of one more message. */
  async function again(message: Record<string, string> = {}) {
    const before = stage.nodeRed.observed('seen').length;
    await stage.nodeRed.inject('go', message);
    const seen = await stage.nodeRed.waitForObserved('seen', before + 1);
    return seen[before]!;
  }

  it('sends a list as one message, keeps the rest of it, and counts in its status', async () => {
    const message = await asked({ lookup: 'campaigns' }, { topic: 'kept' });
    assert.equal(message.topic, 'kept');
    assert.deepEqual(message.payload, [
      {
        id: 'b0a5b1d2-0c3e-4f67-8a91-2b3c4d5e6f01',
        name: 'Welcome series',
        tags: ['onboarding'],
        isApiCampaign: false,
        lastEdited: '2026-01-01T00:00:00.000Z',
      },
      {
        id: 'b0a5b1d2-0c3e-4f67-8a91-2b3c4d5e6f02',
        name: 'Order confirmation',
        tags: [],
        isApiCampaign: true,
        lastEdited: '2026-01-31T00:00:00.000Z',
      },
    ]);
    await stage.status('lookup', ({ text, fill }) => text === '2 found' && fill === 'green');
  });

  it('a message says itself what to look up, and of which one', async () => {
    const list = (await asked({ lookup: 'segments' })).payload as { id: string; name: string }[];
    const { id, name } = list[0]!;
    const details = (await again({ lookup: 'segment', lookupId: id })).payload as Record<string, unknown>;
    assert.deepEqual({ id: details.id, name: details.name }, { id, name });
    assert.equal(typeof details.criteria, 'string');
    const attributes = (await again({ lookup: 'attributes' })).payload as { name: string }[];
    assert.ok(attributes.some((attribute) => attribute.name === 'loyalty_tier'));
  });

  it('an error can be caught, says its code, and the next message is answered', async () => {
    await stage.deploy(flow({ lookup: 'campaign', item: 'nobody' }));
    await stage.nodeRed.inject('go');
    const [unknown] = await stage.caught();
    assert.equal(unknown!.error.code, 'BRAZE_CAMPAIGN_UNKNOWN');
    assert.equal(unknown!.error.source.id, 'lookup');
    await stage.status('lookup', ({ text }) => text === 'failed: BRAZE_CAMPAIGN_UNKNOWN');
    assert.equal(((await again({ lookup: 'campaigns' })).payload as unknown[]).length, 2);
  });

  it('what fails for a passing cause is asked again', async () => {
    const fault = { kind: 'status', status: 503 };
    await stage.sandbox.control('POST', '/faults', { system: 'braze', path, times: 2, fault });
    const message = await asked({ lookup: 'campaigns' });
    assert.equal((message.payload as unknown[]).length, 2);
    assert.deepEqual(stage.nodeRed.observed('errors'), []);
  });

  it('a deploy ends a lookup that waits, without an error', async () => {
    await stage.sandbox.control('POST', '/faults', { system: 'braze', path, fault: { kind: 'hang' } });
    await stage.deploy(flow({ lookup: 'campaigns' }));
    await stage.nodeRed.inject('go');
    await stage.status('lookup', ({ text }) => text === 'asking');
    await stage.deploy(flow({ lookup: 'segments' }));
    assert.ok(Array.isArray((await again()).payload));
    assert.equal(stage.nodeRed.observed('seen').length, 1);
    assert.deepEqual(stage.nodeRed.observed('errors'), []);
  });
});
