import { profileIdOf, seededProperties } from '../../src/sandbox/blueconic/seed';
import { type Person, person } from '../../src/sandbox/people';

/** One line of a delta file. */
export interface DeltaRecord {
  id: string;
  permissionLevel: string;
  consentedObjectives: readonly string[];
  properties: Record<string, readonly string[]>;
}

/** Not mapped, like much of what a real profile holds. */
const consentedObjectives = ['newsletter', 'personalisation', 'analytics'];

/** Beside what the sandbox's BlueConic holds of a customer, so that a record has the 25 fields of a usual mapping. */
const moreProperties: ReadonlyMap<string, (person: Person) => string> = new Map([
  ['email_subscription', (p: Person) => p.emailSubscribe],
  ['customer_since', (p: Person) => String(Date.parse(p.createdAt))],
  ['visits', (p: Person) => String(p.orders * 3 + (p.points % 11))],
  ['average_order_value', (p: Person) => (p.lifetimeValue / Math.max(1, p.orders)).toFixed(2)],
  ['last_channel', (p: Person) => (p.newsletter ? 'email newsletter' : 'organic search')],
  ['churn_risk', (p: Person) => ((p.points % 100) / 100).toFixed(2)],
]);

/**
 * The customer with this index as a delta file shows it: about 0.75 KB of JSON, all values lists of text, a property
 * without a value left out.
 */
export function deltaRecord(seed: number, index: number): DeltaRecord {
  const someone = person(seed, index);
  const properties: DeltaRecord['properties'] = {};
  for (const [name, valuesOf] of seededProperties) {
    const values = valuesOf(someone);
    if (values.length > 0) properties[name] = values;
  }
  for (const [name, value] of moreProperties) properties[name] = [value(someone)];
  return { id: profileIdOf(seed, index), permissionLevel: 'PERSONAL', consentedObjectives, properties };
}

export function deltaLine(seed: number, index: number): string {
  return JSON.stringify(deltaRecord(seed, index));
}

/** Attributes that `changedDeltaLine` changes: three texts or numbers and a list, a data point each. */
export const changedAttributes = 4;

/** The same customer later, with other values of some mapped properties. */
export function changedDeltaLine(seed: number, index: number): string {
  const record = deltaRecord(seed, index);
  const { loyalty_points: points = ['0'], interests = [], visits = ['0'] } = record.properties;
  Object.assign(record.properties, {
    loyalty_points: [String(Number(points[0]) + 7)],
    visits: [String(Number(visits[0]) + 1)],
    preferred_store: ['the new one by the river'],
    interests: [...interests, 'something new'],
  });
  return JSON.stringify(record);
}
