import assert from 'node:assert/strict';
import { segmentReading } from '../../src/blueconic/segmentReading';
import { parseFieldPath } from '../../src/mapping/fieldPath';
import { readsAnything } from '../../src/mapping/fieldsRead';

const paths = (...texts: string[]) => texts.map(parseFieldPath);

describe('what a segment is asked for', () => {
  it('is what is read, and the date of change', () => {
    const { properties, parts, asked } = segmentReading({
      chosen: [],
      read: {
        identifiers: [],
        fields: paths('properties.email', 'properties.tags[*]', 'properties.email', 'id', 'lastModified'),
      },
    });
    assert.deepEqual([properties, parts], [['email', 'tags', 'lastmodifieddate'], []]);
    assert.equal(asked.has(['properties', 'email']), true);
    assert.equal(asked.has(['properties', 'phone']), false);
    assert.equal(asked.has(['consentedObjectives']), true);
    for (const root of ['segments', 'permissionLevel', 'interactionsViewed'])
      assert.equal(asked.has([root]), false, root);
  });

  it('has segments, permissions and viewed interactions where they are read', () => {
    const { properties, parts, asked } = segmentReading({
      chosen: ['tier'],
      read: {
        identifiers: [],
        fields: paths('segments[*].name', 'permissionLevel', 'interactionsViewed[#]', 'properties.other'),
      },
    });
    assert.deepEqual(properties, ['tier', 'interactions_viewed', 'lastmodifieddate']);
    assert.deepEqual(parts, ['permissions', 'segments']);
    for (const root of ['segments', 'permissionLevel', 'interactionsViewed'])
      assert.equal(asked.has([root]), true, root);
    assert.equal(asked.has(['properties', 'other']), false);
  });

  it('is everything where nobody knows what is read, and where all properties are', () => {
    const parts = ['permissions', 'segments'];
    const { asked, ...anything } = segmentReading({ chosen: [], read: readsAnything });
    assert.deepEqual(anything, { properties: undefined, parts });
    assert.equal(asked.has(['interactionsViewed']), true);
    const whole = segmentReading({ chosen: [], read: { fields: paths('properties'), identifiers: [] } });
    assert.deepEqual([whole.properties, whole.parts], [undefined, []]);
  });

  it('has the properties that identifiers are read from, chosen or not', () => {
    const identifiers = paths('properties.customer_id');
    const { properties, parts } = segmentReading({
      chosen: ['tier'],
      read: { fields: undefined, identifiers },
    });
    assert.deepEqual(properties, ['tier', 'customer_id', 'lastmodifieddate']);
    assert.deepEqual(parts, ['permissions', 'segments']);
  });

  it('is everything where the names would make too long an address, though only those count as asked for', () => {
    const chosen = Array.from({ length: 400 }, (_, at) => `property_number_${at}`);
    const { properties, asked } = segmentReading({ chosen, read: readsAnything });
    assert.equal(properties, undefined);
    assert.equal(asked.has(['properties', 'property_number_399']), true);
    assert.equal(asked.has(['properties', 'email']), false);
  });
});
