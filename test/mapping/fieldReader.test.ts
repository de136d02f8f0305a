import assert from 'node:assert/strict';
import { parseFieldPath } from '../../src/mapping/fieldPath';
import { fieldReader } from '../../src/mapping/fieldReader';

const record: unknown = JSON.parse(`{
  "email": "a@example.org",
  "nothing": null,
  "custom_attributes": { "tier": "gold", "a.b": 1, "deep": { "er": [true] }, "0": "zero" },
  "user_aliases": [{ "alias_name": "first" }, { "alias_name": "second" }],
  "custom_events": [
    { "name": "Visit", "count": 7 },
    { "name": "Order placed", "first": "2025-01-02T03:04:05Z", "count": 3 },
    { "name": "Order placed", "count": 99 },
    "no object", null
  ],
  "canvases": [
    { "name": "A", "steps": [{ "name": "a1" }, { "name": "a2" }] },
    { "name": null, "steps": [] },
    { "steps": "none" }
  ],
  "empty": [],
  "devices": [{ "id": 5, "ok": true }, { "__proto__": "found" }],
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
    ['custom_events[name="Order placed"].count', 3],
    ['custom_events[name="Order placed"].first', '2025-01-02T03:04:05Z'],
    ['custom_events[*].name', ['Visit', 'Order placed', 'Order placed']],
    ['custom_events[#]', 5],
    ['canvases[*].name', ['A', null]],
    ['canvases[*].steps[*].name', ['a1', 'a2']],
    ['canvases[*].steps[#]', [2, 0]],
    ['canvases[*].steps[0].name', ['a1']],
    ['user_aliases[*]', [{ alias_name: 'first' }, { alias_name: 'second' }]],
    ['empty[*].name', []],
    ['empty[#]', 0],
    ['devices[id="5"].ok', true],
    ['devices[ok="true"].id', 5],
    ['devices[__proto__="found"].__proto__', 'found'],
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
    'email[*]',
    'email[#]',
    'custom_attributes[*]',
    'custom_events[name="order placed"].count',
    'custom_events[name="Visit"].first',
    'custom_events[missing="Visit"]',
    'custom_attributes[tier="gold"]',
    'custom_events[toString="x"]',
    'missing[*].name',
    'missing[#]',
  ];
  for (const path of missing) {
    it(`finds nothing at ${path}`, () => assert.equal(fieldReader(parseFieldPath(path))(record), undefined));
  }
});
