import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { NodeAPI } from 'node-red';
import { expressionHost } from '../../nodes/shell/expressionHost';
import { Expressions } from '../../src/mapping/expressions';
import { expressionFailed } from '../../src/mapping/sourceReaders';

// The runtime's own, found the way Node-RED finds it.
const { util } = createRequire(createRequire(__filename).resolve('node-red'))('@node-red/util') as {
  util: NodeAPI['util'];
};
const host = expressionHost({ util } as NodeAPI);

const record = {
  email: 'Mira@Example.org',
  msg: 'a field like any other',
  points: '12',
  custom_events: [
    { name: 'Order', count: 3 },
    { name: 'Visit', count: 40 },
  ],
  formula: '$env("PATH")',
};

async function answerTo(expression: string, told: string[] = []): Promise<unknown> {
  const expressions = new Expressions([expression], host, (_text, code) => told.push(code));
  const [answer] = await expressions.answers(record);
  return answer;
}

describe('expressions in Node-RED', () => {
  const answers: [string, unknown][] = [
    ['$lowercase(email)', 'mira@example.org'],
    ['$number(points) + 1', 13],
    ['custom_events[count > 10].name', 'Visit'],
    ['custom_events.name', ['Order', 'Visit']],
    ['$sum(custom_events.count)', 43],
    ['{ "mail": email, "first": custom_events[0] }', { mail: record.email, first: record.custom_events[0] }],
    ['msg', record.msg],
    ['email & " " & msg', 'Mira@Example.org a field like any other'],
    ['phone', undefined],
    ['null', null],
    ['$moment("2026-01-31T00:00:00Z")', '2026-01-31T00:00:00.000Z'],
    ['email + 1', expressionFailed],
    ['$lowercase', expressionFailed],
    ['function($x){ $x }', expressionFailed],
    ['$error("no")', expressionFailed],
  ];
  for (const [expression, answer] of answers) {
    it(expression, async () => assert.deepEqual(await answerTo(expression), answer));
  }

  for (const name of ['env', 'eval', 'flowContext', 'globalContext']) {
    for (const use of [`$${name}("PATH")`, `$map(["PATH"], $${name})`, `(x[$f := $${name}]; $f("PATH"))`]) {
      it(`refuses ${use}`, () => {
        assert.throws(() => host.prepare(use), { message: `uses $${name}, which a mapping may not` });
      });
    }
  }

  it('takes a text that names them: it stays a text', async () => {
    assert.equal(await answerTo('"$env(\\"PATH\\")"'), '$env("PATH")');
    assert.equal(await answerTo('formula'), '$env("PATH")');
  });

  it('says where an expression cannot be read', () => {
    assert.throws(() => host.prepare('$sum(('), { message: /^cannot be read at position 6: / });
    assert.throws(() => host.prepare('a.%.%'), { message: /^cannot be read/ });
  });

  it('ends an expression that would not end, and a deep one', async () => {
    const told: string[] = [];
    assert.equal(await answerTo('($f := function($x){ $f($x) }; $f(1))', told), expressionFailed);
    assert.equal(await answerTo('($f := function($x){ 1 + $f($x) }; $f(1))', told), expressionFailed);
    assert.deepEqual(told, ['too many steps', 'too many steps']);
  });

  it('leaves the record as it is', async () => {
    const before = JSON.stringify(record);
    await answerTo('$ ~> |custom_events|{"count": 0}|');
    await answerTo('$sort(custom_events, function($a, $b){ $a.count < $b.count })');
    assert.equal(JSON.stringify(record), before);
  });
});
