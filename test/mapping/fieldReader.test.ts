import assert from 'node:assert/strict';
import { parseFieldPath } from '../../src/mapping/fieldPath';
import { fieldReader } from '../../src/mapping/fieldReader';

const record: unknown = JSON.parse(`{
  "email": "a@example.org",
  "nothing": null,
  "custom_attributes": { "tier": "gold", "a.b": 1, "deep": { "er": [true] }, "0": "zero" },
  "user_aliases": [{ "alias_name": "first" }, { "alias_name": "second" }],
  "hostile": { "__proto__": "own", "constructor": { "name": "own too" } }
}`);

describe('field reader', () => {
  const found: [string, unknown][] = [
    ['email', 'a@example.org'],
    ['nothing', null],
    ['custom_attributes.tier', 'gold'],
    ['custom_attributes["a.b"]', 1],
    ['custom_attributes["0"]', 'zero'],
    ['custom_attributes.deep.er[0]', true],
    ['user_aliases[1].alias_name', 'second'],
    ['hostile.__proto__', 'own'],
    ['hostile.constructor.name', 'own too'],
  ];
  for (const [path, value] of found) {
    it(`finds ${path}`, () => assert.deepEqual(fieldReader(parseFieldPath(path))(record), value));
  }

  const missing = [
    'phone',
    'email.length',
    'nothing.at',
    'custom_attributes.city',
    'custom_attributes[0]',
    'user_aliases[2].alias_name',
    'user_aliases.length',
    'user_aliases["0"]',
    'user_aliases.0.alias_name',
    '__proto__',
    'constructor',
    'toString',
    'email.constructor',
    'custom_attributes.__proto__',
    'custom_attributes.constructor.prototype',
    'custom_attributes.deep.hasOwnProperty',
  ];
  for (const path of missing) {
    it(`finds nothing at ${path}`, () => assert.equal(fieldReader(parseFieldPath(path))(record), undefined));
  }
});
