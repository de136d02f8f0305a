import assert from 'node:assert/strict';
import type { RunReport } from '../../src/run/report';
import { blueconicProfiles, connection, flowTab, importMapper, segmentExport } from '../support/flowNodes';
import { inject, probe } from '../support/flowProbe';
import { Stage } from '../support/stage';

const people = 40;

describe('properties that BlueConic does not have, in a flow', function () {
  this.timeout(90_000);
  let stage: Stage;
  before(async () => {
    stage = await Stage.start(people);
  });
  after(() => stage.stop());
  beforeEach(() => stage.reset());

  /** Points as a whole number and the e-mail address into properties that are not there, the id into one that is. */
  const rows = [
    row('custom_attributes.loyalty_points', 'crm_points', 'integer'),
    row('email', 'crm_email', 'email'),
    row('external_id', 'braze_id', 'text'),
  ];

  async function run(createProperties: boolean) {
    const mapper = importMapper('mapper', ['sink']) as { mapping?: object } & ReturnType<typeof importMapper>;
    const { braze } = stage.sandbox.description;
    await stage.deploy([
      inject('go', flowTab, ['connection']),
      connection('connection', ['report'], { 'Import customers': ['source'] }),
      segmentExport('source', ['mapper'], { segment: braze.segment }),
      { ...mapper, mapping: { ...mapper.mapping, rows } },
      blueconicProfiles('sink', [[], []], { createProperties }),
      probe('report', flowTab),
    ]);
    const summary = await stage.run();
    const [message] = await stage.nodeRed.waitForObserved('report', 1);
    return { summary, report: message?.report as RunReport, text: String(message?.payload) };
  }

  /** As the REST API of the sandbox's BlueConic shows it, asked without the package. */
  async function property(id: string): Promise<{ filterType: string; name: string } | undefined> {
    const { url, clientId, clientSecret } = stage.sandbox.description.blueconic;
    const granted = await fetch(`${url}/rest/v2/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
      }),
    });
    const { access_token } = (await granted.json()) as { access_token: string };
    const answer = await fetch(`${url}/rest/v2/profileProperties/${id}`, {
      headers: { authorization: `Bearer ${access_token}` },
    });
    return answer.ok ? ((await answer.json()) as { filterType: string; name: string }) : undefined;
  }

  it('are created where the sink is told to, and hold what Braze holds', async () => {
    const { summary, report, text } = await run(true);
    assert.equal(summary.result, 'succeeded');
    assert.equal(summary.ledger.accepted, people);
    assert.deepEqual([...summary.ledger.fieldsCreated].sort(), ['crm_email', 'crm_points']);
    assert.deepEqual(report.goals[0]?.ledger?.fieldsCreated, summary.ledger.fieldsCreated);
    assert.match(text, /Properties created: 2 \(/);
    const points = await property('crm_points');
    assert.deepEqual([points?.filterType, points?.name], ['RANGE', 'Crm points']);
    assert.equal((await property('crm_email'))?.filterType, 'EMAIL');
    const { users, profiles } = await stage.bothSides();
    assert.equal(users.size, people);
    for (const [customer, user] of users) {
      const held = profiles.get(customer)?.properties;
      const { loyalty_points } = user.custom_attributes;
      if (loyalty_points !== undefined) assert.deepEqual(held?.crm_points, [String(loyalty_points)]);
      if (user.email !== undefined) assert.deepEqual(held?.crm_email, [user.email]);
    }

    // Once there, they are simply there.
    const again = await stage.run();
    assert.deepEqual([again.result, again.ledger.fieldsCreated], ['succeeded', []]);
  });

  it('are left out and told by name where it is not', async () => {
    const { summary } = await run(false);
    assert.equal(summary.result, 'succeeded');
    assert.deepEqual(summary.ledger.fieldsCreated, []);
    const { users, profiles } = await stage.bothSides();
    const withPoints = [...users.values()].filter(
      (user) => user.custom_attributes.loyalty_points !== undefined,
    );
    assert.ok(withPoints.length > 0);
    assert.equal(summary.ledger.refusedAttributes['property-unknown: crm_points'], withPoints.length);
    assert.equal(await property('crm_points'), undefined);
    for (const customer of users.keys())
      assert.deepEqual(profiles.get(customer)?.properties.braze_id, [customer]);
  });
});

function row(path: string, target: string, type: string): object {
  return { source: { kind: 'field', path }, target, type, as: 'one', strategy: 'set' };
}
