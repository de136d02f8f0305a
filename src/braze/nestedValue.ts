import { isBrazeTime } from './brazeTime';
import { isLongText } from './longText';
import { type Refusal, refusals } from './refusals';

/** Arrays and objects count up to this, as JSON (contracts: braze 2.2). */
const maxBytes = 102_400;
/** Deeper than any real profile; a loop in hand-made data ends here. */
const maxDepth = 50;

/**
 * Why Braze would drop this object or array of objects, or keep something else; undefined if it would not
 * (contracts: braze 2.5). A text in it that reads as a date counts as a date whose mark is missing.
 */
export function nestedRefusal(value: object): Refusal | undefined {
  return contentRefusal(value, 0) ?? sizeRefusal(value);
}

/** The size rule alone. `value` must be JSON. */
export function sizeRefusal(value: object): Refusal | undefined {
  return Buffer.byteLength(JSON.stringify(value)) > maxBytes ? refusals.over100Kb : undefined;
}

function contentRefusal(value: unknown, depth: number): Refusal | undefined {
  switch (typeof value) {
    case 'string':
      if (isBrazeTime(value)) return refusals.nestedDate;
      return isLongText(value) ? refusals.stringOver255 : undefined;
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : refusals.notJson;
    case 'object':
      break;
    default:
      return refusals.notJson;
  }
  if (value === null) return refusals.nullInside;
  if (depth > maxDepth || typeof (value as { toJSON?: unknown }).toJSON === 'function')
    return refusals.notJson;
  if (Array.isArray(value)) {
    for (const element of value as unknown[]) {
      const refusal = contentRefusal(element, depth + 1);
      if (refusal) return refusal;
    }
    return undefined;
  }
  if (Object.hasOwn(value, '$time'))
    return depth > 0 && isMarkedTime(value) ? undefined : refusals.nestedTime;
  for (const name of Object.keys(value)) {
    if (!isNestedName(name)) return refusals.nestedName;
    const refusal = contentRefusal((value as Record<string, unknown>)[name], depth + 1);
    if (refusal) return refusal;
  }
  return undefined;
}

/** A date inside an object: `{"$time": "2026-01-31"}` and nothing beside it. */
export function isMarkedTime(value: object): boolean {
  const { $time: time } = value as { $time?: unknown };
  return Object.keys(value).length === 1 && typeof time === 'string' && isBrazeTime(time);
}

/** May something inside an object have this name (contracts: braze 2.2)? */
export function isNestedName(name: string): boolean {
  return name.length > 0 && name.length <= 255 && !/[\s.$]/.test(name);
}
