import { lazySchema } from '../schema/lazySchema';
import { fieldTypes } from './fieldType';
import { issuePlace } from './issuePlace';
import { isPlainObject } from './plainObject';
import type {
  FieldChange,
  MatchTerm,
  MergeStrategy,
  ProfileUpdate,
  UpdateValue,
  ValueShape,
} from './profileUpdate';

const strategies = ['set', 'add', 'sum', 'setIfEmpty', 'clear'] as const satisfies readonly MergeStrategy[];
const shapes = ['one', 'list', 'object'] as const satisfies readonly ValueShape[];

export const profileUpdateSchema = lazySchema((z) => {
  const name = z.string('must be text').min(1, 'must not be empty');
  const plainObjects = z.array(
    z.custom<{ [key: string]: unknown }>(isPlainObject, 'must be an object'),
    'must be a list',
  );

  const termSchema = z.object({ field: name, value: name }, 'must be an object');

  const changeSchema = z
    .object(
      {
        field: name,
        strategy: z.enum(strategies, `must be one of ${strategies.join(', ')}`),
        as: z.enum(shapes, `must be one of ${shapes.join(', ')}`),
        type: z.enum(fieldTypes, `must be one of ${fieldTypes.join(', ')}`).optional(),
        path: z.array(name, 'must be a list of names').min(1, 'must not be empty').optional(),
        values: z.array(
          z.custom<UpdateValue>(
            isUpdateValue,
            'must be text, a finite number, true, false, a list or an object',
          ),
          'must be a list',
        ),
      },
      'must be an object',
    )
    .superRefine(({ as, values }, context) => {
      const add = (message: string) => context.addIssue({ code: 'custom', path: ['values'], message });
      if (as !== 'list' && values.length > 1) add(`must hold one value at most, since it goes as ${as}`);
      if (as === 'object' && !values.every(isPlainObject))
        add('must hold an object, since it goes as object');
    });

  /**
   * A profile update as a function node may write it. Keys that it does not name are left alone. Every field needs its
   * right type; `match` at least one term in each AND; a change that goes as `one` or `object` holds one value at most.
   */
  return z.object(
    {
      version: z.literal(1, 'must be 1'),
      ref: z.string('must be text').optional(),
      match: z
        .array(
          z.array(termSchema, 'must be a list').min(1, 'must not be empty'),
          'must be a list of lists of { field, value }',
        )
        .min(1, 'must not be empty'),
      allowCreate: z.boolean('must be true or false'),
      changes: z.array(changeSchema, 'must be a list'),
      events: plainObjects.optional(),
      purchases: plainObjects.optional(),
    },
    'must be an object',
  );
});

export type UpdateCheck = { ok: true; update: ProfileUpdate } | { ok: false; reason: string };

const reasonsShown = 3;

/**
 * Checks an update that did not come from a mapper. The update is handed back as it is, not copied. The reason names
 * the fields at fault, up to three, and none of their values: `changes[2].values must be a list`.
 */
export function checkProfileUpdate(value: unknown): UpdateCheck {
  const parsed = profileUpdateSchema().safeParse(value);
  if (parsed.success) return { ok: true, update: value as ProfileUpdate };
  const { issues } = parsed.error;
  const shown = issues.slice(0, reasonsShown);
  const reasons = shown.map(({ path, message }) => `${issuePlace(path) || 'the update'} ${message}`);
  if (issues.length > reasonsShown) reasons.push(`and ${issues.length - reasonsShown} more`);
  return { ok: false, reason: reasons.join('; ') };
}

/**
 * Says the same as `checkProfileUpdate` without giving a reason, at a fraction of the cost: the guard for every row
 * that reaches a sink. Where it says no, `checkProfileUpdate` says why.
 */
export function looksLikeUpdate(value: unknown): value is ProfileUpdate {
  if (!isProfileUpdate(value)) return false;
  const { ref, match, allowCreate, changes, events, purchases } = value as ProfileUpdate;
  return (
    (ref === undefined || typeof ref === 'string') &&
    typeof allowCreate === 'boolean' &&
    match.length > 0 &&
    match.every(isTermGroup) &&
    changes.every(isChange) &&
    (events === undefined || isObjectList(events)) &&
    (purchases === undefined || isObjectList(purchases))
  );
}

/**
 * Says whether a value means to be a profile update, well-formed or not: what tells a mapper that it was handed
 * something already mapped. No record of a source has these three fields.
 */
export function isProfileUpdate(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { version, match, changes } = value as { [key: string]: unknown };
  return version === 1 && Array.isArray(match) && Array.isArray(changes);
}

function isTermGroup(group: unknown): boolean {
  return Array.isArray(group) && group.length > 0 && group.every(isTerm);
}

function isTerm(term: unknown): boolean {
  if (typeof term !== 'object' || term === null) return false;
  const { field, value } = term as MatchTerm;
  return isName(field) && isName(value);
}

function isChange(change: unknown): boolean {
  if (typeof change !== 'object' || change === null) return false;
  const { field, strategy, as, type, path, values } = change as FieldChange;
  if (!isName(field) || !strategies.includes(strategy) || !shapes.includes(as) || !Array.isArray(values)) {
    return false;
  }
  if (type !== undefined && !fieldTypes.includes(type)) return false;
  if (path !== undefined && !(Array.isArray(path) && path.length > 0 && path.every(isName))) return false;
  if (as === 'list') return values.every(isUpdateValue);
  return values.length <= 1 && values.every(as === 'object' ? isPlainObject : isUpdateValue);
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isObjectList(value: unknown): boolean {
  return Array.isArray(value) && value.every(isPlainObject);
}

function isUpdateValue(value: unknown): value is UpdateValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    default:
      return Array.isArray(value) || isPlainObject(value);
  }
}
