import type { z } from 'zod';
import { lazySchema } from '../schema/lazySchema';
import { fieldTypes } from './fieldType';
import { comparisons, filterOperators } from './filter';
import { issuePlace } from './issuePlace';
import { mappingFaults, rowName } from './mappingRules';
import { isPlainObject } from './plainObject';

const mappingVersion = 2;

const objectError = {
  error: (issue: { code?: string | undefined; keys?: unknown }) =>
    issue.code === 'unrecognized_keys'
      ? `has a key that means nothing here: ${(issue.keys as string[]).join(', ')}`
      : 'must be an object',
};

/** A missing or strange kind is the only way for a union to fail as such. */
function kindError(kinds: string) {
  return {
    error: (issue: { code?: string | undefined }) =>
      issue.code === 'invalid_union' ? `must be ${kinds}` : 'must be an object',
  };
}

/**
 * The mapping of one goal as it is stored: plain JSON. Besides the shape it checks that every row means something
 * (`mappingFaults`); each refusal says which row, which target and why.
 */
export const mappingSchema = lazySchema((z) => {
  const text = z.string('must be text');

  const fieldSource = z.strictObject({ kind: z.literal('field'), path: text }, objectError);
  const staticSource = z.strictObject({ kind: z.literal('static'), value: text }, objectError);
  const expressionSource = z.strictObject({ kind: z.literal('jsonata'), expression: text }, objectError);

  const sourceSchema = z.discriminatedUnion(
    'kind',
    [fieldSource, staticSource, expressionSource],
    kindError('field, static or jsonata'),
  );

  const rowSchema = z.strictObject(
    {
      source: sourceSchema,
      target: text,
      inside: text.optional(),
      type: z.enum(fieldTypes, `must be ${oneOf(fieldTypes)}`),
      as: z.enum(['one', 'list', 'object'], 'must be one, list or object'),
      strategy: z.enum(
        ['set', 'add', 'sum', 'setIfEmpty', 'clear'],
        'must be set, add, sum, setIfEmpty or clear',
      ),
    },
    objectError,
  );

  const conditionSchema = z.strictObject(
    {
      source: z.discriminatedUnion('kind', [fieldSource, expressionSource], kindError('field or jsonata')),
      operator: z.enum(filterOperators, `must be ${oneOf(filterOperators)}`),
      value: z
        .union([z.string(), z.number(), z.boolean()], 'must be text, a number, true or false')
        .optional(),
      value2: z.union([z.string(), z.number()], 'must be text or a number').optional(),
      compare: z.enum(comparisons, `must be ${oneOf(comparisons)}`).optional(),
      ignoreCase: z.boolean('must be true or false').optional(),
    },
    objectError,
  );

  const filterSchema = z.strictObject(
    {
      join: z.enum(['all', 'any'], 'must be all or any'),
      conditions: z.array(conditionSchema, 'must be a list'),
    },
    objectError,
  );

  const identifierSchema = z.strictObject({ source: sourceSchema, target: text }, objectError);

  return z
    .strictObject(
      {
        version: z.literal(mappingVersion, `must be ${mappingVersion}`),
        direction: z.enum(['import', 'export'], 'must be import or export'),
        identifiers: z.array(z.array(identifierSchema, 'must be a list'), 'must be a list'),
        allowCreate: z.boolean('must be true or false').default(false),
        filter: filterSchema.optional(),
        rows: z.array(rowSchema, 'must be a list'),
      },
      objectError,
    )
    .superRefine((mapping, context) => {
      for (const { path, message } of mappingFaults(mapping)) {
        context.addIssue({ code: 'custom', path: [...path], message });
      }
    });
});

/**
 * `import`: Braze to BlueConic; `export`: BlueConic to Braze. `identifiers` find the profile at the target: the outer
 * list is an OR, each inner one an AND. `allowCreate` lets the target create a profile that none of them finds. Without
 * a `filter` every record is mapped.
 */
export type Mapping = z.output<ReturnType<typeof mappingSchema>>;
export type Direction = Mapping['direction'];
export type { FieldType } from './fieldType';

/**
 * One mapped field. Its `type` and `as` alone decide what the target receives, whatever value comes along. `inside` is
 * for Braze: the path, of names only, at which the value stands within the attribute `target`.
 */
export type MappingRow = Mapping['rows'][number];

/** Looks a profile up by the value that `source` has, in the target's field `target`. */
export type IdentifierRow = Mapping['identifiers'][number][number];

/**
 * Where a value comes from: a field of the record (`parseFieldPath` has the form), always the same text, or what a
 * JSONata expression makes of the record.
 */
export type MappingSource = MappingRow['source'];

export type MappingCheck = { ok: true; mapping: Mapping } | { ok: false; reasons: string[] };

/**
 * Reads a stored mapping of any version that ever was, and brings it to the present one. What version 1 could say means
 * the same in version 2, which adds list paths, expressions, the filter and `inside`. The reasons are whole phrases,
 * one per fault; they name rows and settings, never a customer's values.
 */
export function migrateMapping(stored: unknown): MappingCheck {
  const version = isPlainObject(stored) ? stored.version : undefined;
  if (typeof version === 'number' && version > mappingVersion) {
    const reason = `the mapping has version ${version}, and this package reads versions up to ${mappingVersion}: update the package`;
    return { ok: false, reasons: [reason] };
  }
  const present = isPlainObject(stored) && version === 1 ? { ...stored, version: mappingVersion } : stored;
  const parsed = mappingSchema().safeParse(present);
  if (parsed.success) return { ok: true, mapping: parsed.data };
  return { ok: false, reasons: parsed.error.issues.map((issue) => reasonOf(issue, present)) };
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

/** `a, b or c`. A declaration, because the schemas above need it. */
function oneOf(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
