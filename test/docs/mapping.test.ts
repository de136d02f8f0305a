import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filterOperators, filterTypes } from '../../src/mapping/filter';
import { mappingSchema } from '../../src/mapping/mapping';
import { patternSees } from '../../src/mapping/pattern';
import { checkProfileUpdate } from '../../src/mapping/profileUpdateSchema';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'mapping.md'), 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, text]) => text!);

describe('docs/mapping.md', () => {
  it('shows a mapping and an update that are taken as they stand', () => {
    const [mapping, update, ...more] = blocks('json').map((text) => JSON.parse(text));
    assert.deepEqual(more, []);
    assert.deepEqual(mappingSchema().parse(mapping), mapping);
    assert.deepEqual(checkProfileUpdate(update), { ok: true, update });
  });

  it('shows a function that writes an update which sinks take', () => {
    const [code] = blocks('js');
    const msg = {
      payload: [{ _ref: 'r/1/1', external_id: 'cust-1', custom_attributes: { tier: 'gold' } }] as unknown[],
    };
    // As a function node does it; the text is ours.
    const returned = new Function('msg', code!)(msg) as typeof msg;
    assert.ok(checkProfileUpdate(returned.payload[0]).ok);
  });

  it('names every operator and every type to ask for', () => {
    for (const operator of filterOperators) assert.ok(page.includes(`\`${operator}\``), operator);
    for (const type of filterTypes) assert.ok(page.includes(`\`${type}\``), type);
    assert.ok(page.includes(`first ${patternSees} characters`));
  });
});
