import { z } from 'zod';
import { issuePlace } from './issuePlace';
import { mappingFaults, rowName } from './mappingRules';
import { isPlainObject } from './plainObject';

const mappingVersion = 1;

const text = z.string('must be text');

const objectError = {
  error: (issue: { code?: string | undefined; keys?: unknown }) =>
    issue.code === 'unrecognized_keys'
      ? `has a key that means nothing here: ${(issue.keys as string[]).join(', ')}`
      : 'must be an object',
};

const sourceSchema = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('field'), path: text }, objectError),
    z.strictObject({ kind: z.literal('static'), value: text }, objectError),
  ],
  // A missing or strange kind is the only way for a union to fail as such.
  { error: (issue) => (issue.code === 'invalid_union' ? 'must be field or static' : 'must be an object') },
);

const rowSchema = z.strictObject(
  {
    source: sourceSchema,
    target: text,
    type: z.enum(
      [
        'text',
        'number',
        'integer',
        'decimal',
        'boolean',
        'time',
        'date',
        'email',
        'phone',
        'gender',
        'country',
        'language',
        'json',
      ],
      'must be text, number, integer, decimal, boolean, time, date, email, phone, gender, country, language or json',
    ),
    as: z.enum(['one', 'list', 'object'], 'must be one, list or object'),
    strategy: z.enum(
      ['set', 'add', 'sum', 'setIfEmpty', 'clear'],
      'must be set, add, sum, setIfEmpty or clear',
    ),
  },
  objectError,
);

const identifierSchema = z.strictObject({ source: sourceSchema, target: text }, objectError);

/**
 * The mapping of one goal as it is stored: plain JSON. Besides the shape it checks that every row means something
 * (`mappingFaults`); each refusal says which row, which target and why.
 */
export const mappingSchema = z
  .strictObject(
    {
      version: z.literal(mappingVersion, `must be ${mappingVersion}`),
      direction: z.enum(['import', 'export'], 'must be import or export'),
      identifiers: z.array(z.array(identifierSchema, 'must be a list'), 'must be a list'),
      allowCreate: z.boolean('must be true or false').default(false),
      rows: z.array(rowSchema, 'must be a list'),
    },
    objectError,
  )
  .superRefine((mapping, context) => {
    for (const { path, message } of mappingFaults(mapping)) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
  });

/**
 * `import`: Braze to BlueConic; `export`: BlueConic to Braze. `identifiers` find the profile at the target: the outer
 * list is an OR, each inner one an AND. `allowCreate` lets the target create a profile that none of them finds.
 */
export type Mapping = z.output<typeof mappingSchema>;
export type Direction = Mapping['direction'];

/** One mapped field. Its `type` and `as` alone decide what the target receives, whatever value comes along. */
export type MappingRow = Mapping['rows'][number];
export type FieldType = MappingRow['type'];

/** Looks a profile up by the value that `source` has, in the target's field `target`. */
export type IdentifierRow = Mapping['identifiers'][number][number];

/** Where a value comes from: a field of the record (`parseFieldPath` has the form), or always the same text. */
export type MappingSource = MappingRow['source'];

export type MappingCheck = { ok: true; mapping: Mapping } | { ok: false; reasons: string[] };

/**
 * Reads a stored mapping of any version that ever was, and brings it to the present one. Version 1 is the first.
 * The reasons are whole phrases, one per fault; they name rows and settings, never a customer's values.
 */
export function migrateMapping(stored: unknown): MappingCheck {
  const version = isPlainObject(stored) ? stored.version : undefined;
  if (typeof version === 'number' && version > mappingVersion) {
    const reason = `the mapping has version ${version}, and this package reads versions up to ${mappingVersion}: update the package`;
    return { ok: false, reasons: [reason] };
  }
  const parsed = mappingSchema.safeParse(stored);
  if (parsed.success) return { ok: true, mapping: parsed.data };
  return { ok: false, reasons: parsed.error.issues.map((issue) => reasonOf(issue, stored)) };
}

function reasonOf(issue: z.core.$ZodIssue, stored: unknown): string {
  if (issue.code === 'custom') return issue.message;
  const [list, at, ...rest] = issue.path;
  if (list !== 'rows' || typeof at !== 'number') {
    return `${issuePlace(issue.path) || 'the mapping'} ${issue.message}`;
  }
  // The list is there, or the issue would not be about one of its rows.
  const row = (stored as { rows: unknown[] }).rows[at];
  const target = isPlainObject(row) && typeof row.target === 'string' ? row.target : '';
  return `${rowName(at, target)}: ${issuePlace(rest) || 'the row'} ${issue.message}`;
}
