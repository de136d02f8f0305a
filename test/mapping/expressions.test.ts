import assert from 'node:assert/strict';
import { EvaluationPace, mostSteps } from '../../src/mapping/evaluationPace';
import type { Evaluate, ExpressionHost } from '../../src/mapping/expressionHost';
import { Expressions } from '../../src/mapping/expressions';
import { expressionFailed } from '../../src/mapping/sourceReaders';

/** A host whose expressions are the functions given, by their text. */
function hostOf(functions: { [text: string]: Evaluate }): ExpressionHost {
  return {
    prepare(text) {
      const found = functions[text];
      if (found === undefined) throw new Error('cannot be read at position 1: unknown');
      return found;
    },
  };
}

async function answerOf(evaluate: Evaluate): Promise<unknown> {
  const [answer] = await new Expressions(['x'], hostOf({ x: evaluate })).answers({});
  return answer;
}

describe('expressions', () => {
  it('are read once, and worked out for each record in their order', async () => {
    let read = 0;
    const host: ExpressionHost = {
      prepare(text) {
        read++;
        return async (record) => (record as { [field: string]: unknown })[text];
      },
    };
    const expressions = new Expressions(['a', 'b'], host);
    assert.deepEqual(await expressions.answers({ a: 1, b: 'x' }), [1, 'x']);
    assert.deepEqual(await expressions.answers({ b: null }), [undefined, null]);
    assert.equal(read, 2);
  });

  it('that cannot be read are refused with the text and the reason', () => {
    const text = `${'very '.repeat(30)}long`;
    assert.throws(() => new Expressions(['ok', text], hostOf({ ok: async () => 1 })), {
      code: 'MAPPING_INVALID',
      message: /the expression "(very ){16}…" cannot be read at position 1: unknown\. Correct it/,
    });
  });

  const circle: { [key: string]: unknown } = {};
  circle.self = circle;
  const failures: [string, Evaluate][] = [
    ['throws', () => Promise.reject(new Error('no'))],
    ['throws at once', () => assert.fail()],
    ['throws nothing', () => Promise.reject(undefined)],
    ['gives no finite number', async () => Number.NaN],
    ['gives a function', async () => () => 1],
    ['gives a function of JSONata', async () => ({ _jsonata_lambda: true })],
    ['gives a symbol', async () => Symbol('x')],
    ['gives what holds itself', async () => circle],
    ['gives what JSON leaves out', async () => ({ toJSON: () => undefined })],
  ];
  for (const [what, evaluate] of failures) {
    it(`fails where it ${what}`, async () => assert.equal(await answerOf(evaluate), expressionFailed));
  }

  it('gives plain JSON: lists and objects are copied, a time is its text', async () => {
    const given = { list: [1, { a: null }], __proto__: { inherited: 1 }, none: undefined };
    assert.deepEqual(await answerOf(async () => given), { list: [1, { a: null }] });
    assert.equal(await answerOf(async () => new Date(0)), '1970-01-01T00:00:00.000Z');
    const sequence = Object.assign(['a'], { sequence: true });
    const answer = await answerOf(async () => sequence);
    assert.deepEqual(answer, ['a']);
    assert.ok(!Object.hasOwn(answer as object, 'sequence'));
  });

  it('that fail are told once for each code, and without a message, which could quote a value', async () => {
    const told: string[] = [];
    const thrown: unknown[] = [
      { code: 'T2001', message: 'secret' },
      { code: 'secret' },
      new Error('secret'),
      null,
    ];
    const host = hostOf({
      x: async (record) => {
        throw thrown[record as number];
      },
      fine: async () => 1,
    });
    const expressions = new Expressions(['x', 'fine'], host, (text, code) => told.push(`${text} ${code}`));
    for (const at of [0, 1, 2, 3, 0]) await expressions.answers(at);
    assert.deepEqual(told, ['x T2001', 'x unknown']);
  });

  it('end after too many steps, each anew', async () => {
    const told: string[] = [];
    const steps = { x: mostSteps + 1, y: mostSteps };
    const evaluate =
      (count: number): Evaluate =>
      async (_record, step) => {
        for (let i = 0; i < count; i++) await step();
        return count;
      };
    const host = hostOf({ x: evaluate(steps.x), y: evaluate(steps.y) });
    const expressions = new Expressions(['x', 'y'], host, (_text, code) => told.push(code));
    assert.deepEqual(await expressions.answers({}), [expressionFailed, mostSteps]);
    assert.deepEqual(await expressions.answers({}), [expressionFailed, mostSteps]);
    assert.deepEqual(told, ['too many steps']);
  });

  it('let others have the event loop in the midst of one record', async () => {
    const pace = new EvaluationPace();
    let turns = 0;
    const turn = setInterval(() => turns++, 0);
    const end = performance.now() + 60;
    pace.beginExpression();
    while (performance.now() < end) {
      pace.beginExpression();
      for (let i = 0; i < 64; i++) await pace.step();
    }
    clearInterval(turn);
    // Every five milliseconds at best; a busy machine gives fewer.
    assert.ok(turns >= 2, `${turns} turns`);
  });
});
