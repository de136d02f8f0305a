import { createHash } from 'node:crypto';
import type { ChangeRules } from '../delta/changeDetector';
import type { FieldChange } from '../mapping/profileUpdate';
import { attributeTypeRules } from './attributeType';
import { dataPoints } from './dataPoints';
import { heldValues } from './heldValues';
import { identifierFields } from './identifier';
import { reservedAttributes } from './reservedAttributes';

/**
 * How attributes of Braze users are compared with what was accepted before.
 *
 * `workspace` tells one workspace of an instance from another. Without a name that is the API key, so that a new key
 * counts as a new workspace: a key of another workspace must never find the fingerprints of this one.
 */
export function trackChangeRules(workspace: { name: string } | { apiKey: string }): ChangeRules {
  return {
    workspace:
      'name' in workspace
        ? `name ${workspace.name}`
        : `key ${createHash('sha256').update(workspace.apiKey).digest('hex')}`,
    identifierFields,
    alwaysSent,
    comparable,
    price,
    held: heldValues,
    types: attributeTypeRules,
  };
}

/** An increment, or an order to edit a list, leaves something that only Braze knows. */
function alwaysSent({ strategy, as, values }: FieldChange): boolean {
  if (strategy === 'sum') return true;
  if (strategy === 'add') return typeof values[0] === 'object';
  if (as !== 'object' || values.length === 0) return false;
  const names = Object.keys(values[0] as object);
  return names.length > 0 && names.every((name) => name === 'add' || name === 'remove');
}

/** A change of case alone is no reason to touch an e-mail address (contracts: braze, gotcha 21). */
function comparable(field: string, value: unknown): unknown {
  return field === 'email' && typeof value === 'string' ? value.toLowerCase() : value;
}

function price({ field, strategy, as, values }: FieldChange): number {
  const reserved = reservedAttributes.get(field);
  if (reserved !== undefined) return reserved.billable ? 1 : 0;
  if (strategy === 'add') return values.length;
  if (as === 'one' || values.length === 0) return 1;
  return dataPoints({ attributes: { external_id: '', [field]: as === 'list' ? values : values[0] } });
}
