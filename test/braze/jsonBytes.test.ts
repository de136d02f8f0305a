import assert from 'node:assert/strict';
import fc from 'fast-check';
import { JsonBytes, type JsonText, lengthOfTexts, textOf, writeTexts } from '../../src/braze/jsonBytes';

function written(json: JsonBytes, value: unknown): JsonText {
  json.begin();
  json.value(value);
  return json.end();
}

/** Text of all kinds: with escapes, outside of ASCII, with whole and with torn surrogate pairs. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
);
const value = fc.oneof(
  text,
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.oneof(text, fc.double(), fc.constant(undefined))),
  fc.jsonValue(),
);

describe('JSON written as bytes', () => {
  it('is what JSON.stringify and UTF-8 make of the value', () => {
    const json = new JsonBytes();
    fc.assert(
      fc.property(value, (given) => {
        const { chunk, from, to } = written(json, given);
        assert.deepEqual(chunk.subarray(from, to), Buffer.from(JSON.stringify(given)));
      }),
    );
  });

  it('keeps what was written before, however much follows', () => {
    const json = new JsonBytes();
    const values = Array.from({ length: 2_000 }, (_, at) => `${at} ${'\u00e4'.repeat(at % 300)}`);
    const texts = values.map((given) => written(json, given));
    for (const [at, given] of values.entries()) assert.equal(textOf(texts[at]!), JSON.stringify(given));
  });

  it('takes texts that are larger than a chunk, also in the middle of another', () => {
    const json = new JsonBytes();
    json.begin();
    json.raw(Buffer.from('{"long":'));
    json.value('x'.repeat(200_000));
    json.raw(Buffer.from(',"more":'));
    json.value('\n'.repeat(100_000));
    json.raw(Buffer.from('}'));
    assert.deepEqual(JSON.parse(textOf(json.end())), {
      long: 'x'.repeat(200_000),
      more: '\n'.repeat(100_000),
    });
    assert.equal(textOf(written(json, 'next')), '"next"');
  });

  it('forgets a text that could not be written to its end', () => {
    const json = new JsonBytes();
    const loop: Record<string, unknown> = { tier: 'gold' };
    loop.self = loop;
    json.begin();
    json.raw(Buffer.from('{"loop":'));
    assert.throws(() => json.value(loop), TypeError);
    assert.equal(textOf(written(json, { tier: 'gold' })), '{"tier":"gold"}');
  });

  it('puts texts together as the elements of a list', () => {
    const json = new JsonBytes();
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const texts = values.map((given) => written(json, given));
        const bytes = Buffer.alloc(lengthOfTexts(texts) + 3);
        assert.equal(writeTexts(texts, bytes, 3), bytes.length);
        assert.equal(bytes.toString('utf8', 3), values.map((given) => JSON.stringify(given)).join(','));
      }),
    );
  });
});
