import type { SandboxReply } from '../server';
import { attributeError } from './attributeRules';
import { eventError, purchaseError } from './eventRules';
import type { Json, JsonObject } from './json';
import type { BrazeSettings, SettingsInForce } from './settings';
import type { TrackBatch, TrackTarget } from './trackTarget';

const arrays = ['attributes', 'events', 'purchases'] as const;
type ArrayName = (typeof arrays)[number];

const rules = { attributes: attributeError, events: eventError, purchases: purchaseError } as const;

/** One refused object: its place in the array as sent (contracts: braze 2.6). */
export interface TrackError {
  index: number;
  input_array: ArrayName;
  type: string;
}

export const trackMessages = {
  nothingValid: "Valid data must be provided in the 'attributes', 'events', or 'purchases' fields.",
  tooMany: 'Max Input Length Exceeded',
} as const;

/**
 * POST /users/track (contracts: braze 2): judges every object, answers, and hands the accepted ones to the target.
 *
 * - 201 with a counter for each array of which something was accepted, and `errors` if something was refused
 * - 400 if nothing was accepted, or if there are too many objects; then nothing at all is applied
 *
 * An `attributes`, `events` or `purchases` that is no array counts as not sent (not documented).
 */
export function track(body: JsonObject, settings: SettingsInForce, target: TrackTarget): SandboxReply {
  const sent: Record<ArrayName, readonly Json[]> = {
    attributes: listed(body.attributes),
    events: listed(body.events),
    purchases: listed(body.purchases),
  };
  if (tooMany(sent, settings.value.trackLimit)) {
    return { status: 400, body: { message: trackMessages.tooMany } };
  }
  const batch: TrackBatch = { attributes: [], events: [], purchases: [] };
  const errors: TrackError[] = [];
  for (const name of arrays) judge(name, sent[name], settings, target, batch[name], errors);
  const counters: Record<string, number> = {};
  for (const name of arrays) {
    if (batch[name].length > 0) counters[`${name}_processed`] = batch[name].length;
  }
  const refused = errors.length > 0 ? { errors } : {};
  if (Object.keys(counters).length === 0) {
    return { status: 400, body: { message: trackMessages.nothingValid, ...refused } };
  }
  target.accept(batch);
  return { status: 201, body: { ...counters, message: 'success', ...refused } };
}

function judge(
  name: ArrayName,
  objects: readonly Json[],
  settings: SettingsInForce,
  target: TrackTarget,
  accepted: JsonObject[],
  errors: TrackError[],
): void {
  const rule = rules[name];
  const disallowed = settings.disallowedExternalIds;
  for (let index = 0; index < objects.length; index++) {
    const object = objects[index]!;
    const error = rule(object, disallowed) ?? target.refusal?.(object as JsonObject);
    if (error === undefined) accepted.push(object as JsonObject);
    else errors.push({ index, input_array: name, type: error });
  }
}

function listed(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function tooMany(sent: Record<ArrayName, readonly Json[]>, limit: BrazeSettings['trackLimit']): boolean {
  const lengths = arrays.map((name) => sent[name].length);
  const counted = limit.mode === 'legacy' ? Math.max(...lengths) : lengths.reduce((sum, n) => sum + n, 0);
  return counted > limit.objects;
}
