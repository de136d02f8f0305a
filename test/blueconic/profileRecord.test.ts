import assert from 'node:assert/strict';
import fc from 'fast-check';
import { profileRecord } from '../../src/blueconic/profileRecord';

describe('profile records', () => {
  it('reads a whole profile', () => {
    const profile = {
      id: 'p-1',
      creationDate: '2026-01-31T00:00:00.000Z',
      permissions: { level: 'PERSONAL', exceptions: [] },
      consentedObjectives: ['newsletter'],
      refusedObjectives: [],
      properties: [
        { id: 'email', values: ['mira.k@example.org'] },
        { id: 'visits', values: [3, true, null, { a: 1 }] },
        { id: 'interactions_viewed', values: ['i-1', 'i-2'] },
        { id: 'lastmodifieddate', values: ['1795600000123'] },
      ],
      segments: [{ id: 's-1', name: 'VIP', tags: ['a'] }, { id: 's-2' }, { name: 'no id' }, null],
    };
    assert.deepEqual(profileRecord(profile), {
      id: 'p-1',
      properties: {
        email: ['mira.k@example.org'],
        visits: ['3', 'true'],
        interactions_viewed: ['i-1', 'i-2'],
        lastmodifieddate: ['1795600000123'],
      },
      segments: [
        { id: 's-1', name: 'VIP' },
        { id: 's-2', name: 's-2' },
      ],
      permissionLevel: 'PERSONAL',
      consentedObjectives: ['newsletter'],
      refusedObjectives: [],
      interactionsViewed: ['i-1', 'i-2'],
      lastModified: 1795600000123,
    });
  });

  it('leaves out what was not sent, so that absent does not look empty', () => {
    assert.deepEqual(profileRecord({ id: 'p-1' }), { id: 'p-1', properties: {} });
    const odd = {
      id: 'p-1',
      properties: [{ id: 'lastmodifieddate', values: ['yesterday'] }, { id: 7 }, { id: 'x' }],
    };
    assert.deepEqual(profileRecord(odd), { id: 'p-1', properties: { lastmodifieddate: ['yesterday'] } });
  });

  it('takes names of JavaScript for data', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const record = profileRecord({ id: 'p-1', properties: names.map((id) => ({ id, values: [id] })) });
    assert.deepEqual(Object.keys(record?.properties ?? {}), names);
    assert.deepEqual(Object.getOwnPropertyDescriptor(record?.properties, '__proto__')?.value, ['__proto__']);
    assert.equal(Object.getPrototypeOf(record?.properties), Object.prototype);
  });

  it('is none without an id, and never throws', () => {
    for (const profile of [null, 7, [], {}, { id: '' }, { id: 7 }])
      assert.equal(profileRecord(profile), undefined);
    fc.assert(
      fc.property(fc.jsonValue(), (value) => profileRecord(value) === undefined || typeof value === 'object'),
    );
  });
});
