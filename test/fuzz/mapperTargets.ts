import { bulkEntry } from '../../src/blueconic/bulkEntries';
import { heldValues } from '../../src/braze/heldValues';
import { trackObjects } from '../../src/braze/trackObjects';
import { readPrints, writePrints } from '../../src/delta/profilePrints';
import { compileMapping } from '../../src/mapping/compileMapping';
import { parseFieldPath } from '../../src/mapping/fieldPath';
import { migrateMapping } from '../../src/mapping/mapping';
import type { ProfileRecord, ProfileUpdate } from '../../src/mapping/profileUpdate';
import { checkProfileUpdate, looksLikeUpdate } from '../../src/mapping/profileUpdateSchema';
import type { FuzzTarget } from './fuzzTargets';
import { mutated, mutatedJson, type Random } from './mutate';

const mapping = {
  version: 2,
  direction: 'export',
  identifiers: [[{ source: { kind: 'field', path: 'properties.customer_id' }, target: 'external_id' }]],
  allowCreate: true,
  filter: {
    join: 'all',
    conditions: [
      {
        source: { kind: 'field', path: 'properties.email[0]' },
        operator: 'regex',
        value: '^[a-z]+@',
        ignoreCase: true,
      },
    ],
  },
  rows: ['text', 'integer', 'decimal', 'boolean', 'date', 'email', 'phone', 'country', 'json'].map(
    (type, at) => ({
      source: { kind: 'field', path: `properties.field_${at}` },
      target: `attribute_${at}`,
      type,
      as: type === 'json' ? 'object' : at % 3 === 0 ? 'list' : 'one',
      strategy: 'set',
    }),
  ),
};
const record = {
  _ref: 'run/1/1',
  properties: {
    customer_id: ['c-1'],
    email: ['someone@mail.example.org'],
    field_0: ['text'],
    field_1: ['12'],
    field_2: ['12,5'],
    field_3: ['true'],
    field_4: ['2026-01-31T10:00:00Z'],
    field_5: ['someone@mail.example.org'],
    field_6: ['+49 30 901820'],
    field_7: ['DE'],
    field_8: [{ a: [1, { b: null }] }],
  },
};
const update: ProfileUpdate = {
  version: 1,
  ref: 'run/1/1',
  match: [[{ field: 'external_id', value: 'c-1' }]],
  allowCreate: true,
  changes: [
    { field: 'points', strategy: 'set', as: 'one', values: [1] },
    { field: 'tags', strategy: 'add', as: 'list', values: ['a', 'b'] },
    { field: 'balance', strategy: 'sum', as: 'one', values: [1] },
    { field: 'home', strategy: 'set', as: 'object', values: [{ street: 'a', list: [1, 2] }] },
    { field: 'email', strategy: 'clear', as: 'one', values: [] },
  ],
  events: [{ name: 'quiz', time: '2026-01-31T10:00:00Z', properties: { score: 1 } }],
};

const paths = [
  'properties.a',
  'a["b.c"][0].d',
  'custom_events[name="Order placed"].count',
  'devices[#]',
  'x[*].y',
];

const compiled = () => {
  const migrated = migrateMapping(mapping);
  if (!migrated.ok) throw new Error(migrated.reasons.join());
  return compileMapping(migrated.mapping).bind(undefined);
};
let bound: ReturnType<typeof compiled> | undefined;

/** What leaves a mapper must be an update to every guard there is, and to both targets. */
function mapRecord(random: Random): string[] {
  bound ??= compiled();
  const result = bound.map(mutatedJson(record, random) as ProfileRecord);
  if (result.kind !== 'update') return [];
  const wrongs: string[] = [];
  if (!looksLikeUpdate(result.update)) wrongs.push(`no update: ${JSON.stringify(result.update)}`);
  return [...wrongs, ...targetsTake(result.update)];
}

/** A document of any kind compiles or is refused, and what it maps is an update. */
function compileDocument(random: Random): string[] {
  const migrated = migrateMapping(mutatedJson(mapping, random));
  if (!migrated.ok) return migrated.reasons.length > 0 ? [] : ['refused without a reason'];
  const result = compileMapping(migrated.mapping)
    .bind(undefined)
    .map(record as ProfileRecord);
  return result.kind === 'update' && !looksLikeUpdate(result.update) ? ['no update came of it'] : [];
}

/** Both guards agree, and what passes them can be written for both targets. */
function handWritten(random: Random): string[] {
  const written = mutatedJson(update, random);
  const checked = checkProfileUpdate(written);
  const wrongs = checked.ok === looksLikeUpdate(written) ? [] : ['the guards do not agree'];
  if (!checked.ok && checked.reason === '') wrongs.push('refused without a reason');
  return checked.ok ? [...wrongs, ...targetsTake(checked.update)] : wrongs;
}

/** Neither target throws for an update that looks like one, and what they make of it is JSON. */
function targetsTake(made: ProfileUpdate): string[] {
  const wrongs: string[] = [];
  const deep = depthOf(made) > 1_000;
  for (const [name, make] of [
    ['Braze', () => trackObjects(made)],
    ['BlueConic', () => bulkEntry(made, '1')],
  ] as const) {
    try {
      JSON.stringify(make());
    } catch (thrown) {
      // The sink rejects the row then, and says why.
      if (!(deep && thrown instanceof RangeError)) wrongs.push(`${name}: ${String(thrown)}`);
    }
  }
  return wrongs;
}

function depthOf(value: unknown): number {
  let level: unknown[] = [value];
  let depth = 0;
  while (level.length > 0) {
    depth++;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return depth;
}

/** What a segment export shows of a user. */
function readHeld(random: Random): string[] {
  const row = {
    external_id: 'u-1',
    email: 'someone@mail.example.org',
    user_aliases: [{ alias_name: 'a', alias_label: 'b' }],
    custom_attributes: { points: 1, tags: ['a'], home: { street: 'a' } },
  };
  const held = heldValues(mutatedJson(row, random), undefined);
  return held && held.match.length === 0 ? ['a user without an identifier'] : [];
}

/** A damaged entry of the store is read as what it still is, or as nothing. */
function readStored(random: Random): string[] {
  const whole = Buffer.alloc(64, 7);
  const prints = readPrints(mutated(whole, random));
  if (prints) writePrints(prints);
  return [];
}

function parsePath(random: Random): string[] {
  parseFieldPath(mutated(Buffer.from(random.oneOf(paths)), random).toString());
  return [];
}

export const mapperTargets: readonly FuzzTarget[] = [
  { name: 'mapper: records', weight: 20, attempt: mapRecord, mayThrow: /^$/ },
  { name: 'mapper: documents', weight: 6, attempt: compileDocument, mayThrow: /^MAPPING_INVALID$/ },
  { name: 'updates by hand', weight: 10, attempt: handWritten, mayThrow: /^$/ },
  { name: 'rows of an export as what Braze holds', weight: 20, attempt: readHeld, mayThrow: /^$/ },
  { name: 'entries of the store', weight: 20, attempt: readStored, mayThrow: /^$/ },
  { name: 'field paths', weight: 20, attempt: parsePath, mayThrow: /^FIELD_PATH_INVALID$/ },
];
