import fc from 'fast-check';
import type { FieldChange } from '../../src/mapping/profileUpdate';

const word = fc.constantFrom('a', 'b', 'c');
const words = fc.uniqueArray(word, { maxLength: 3 });

/** `tier` holds one text, `tags` a list. */
const single: fc.Arbitrary<FieldChange> = fc.record({
  field: fc.constantFrom('tier', 'city'),
  strategy: fc.constantFrom('set', 'clear'),
  as: fc.constant('one'),
  values: fc.array(word, { maxLength: 1 }),
});
const list: fc.Arbitrary<FieldChange> = fc.record({
  field: fc.constantFrom('tags', 'sizes'),
  strategy: fc.constantFrom('set', 'clear', 'add'),
  as: fc.constant('list'),
  values: words,
});

/** Changes of one update: each field once, as a mapping makes them. */
export const changes: fc.Arbitrary<FieldChange[]> = fc.uniqueArray(fc.oneof(single, list), {
  maxLength: 4,
  selector: ({ field }) => field,
});
