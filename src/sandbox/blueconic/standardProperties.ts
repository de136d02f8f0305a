import type { PropertyCatalogue, PropertyInput } from './propertyCatalogue';

/** System properties that are not stored but told from the profile itself (contracts: blueconic 5.1). */
export const computedProperties = ['creationdate', 'lastmodifieddate'] as const;

/** The special ids that a rule may write to set the zone and the consent (contracts: blueconic 3.4, 5.3). */
export const zoneProperty = 'privacy_legislation';
export const domainGroupProperty = 'domaingroup';
export const consentedProperty = 'consented_objectives';
export const refusedProperty = 'refused_objectives';

type Row = [id: string, name: string, extra?: PropertyInput];

const pii: PropertyInput = { dataSensitivity: 'PII', permissionLevel: 'PERSONAL' };
const readOnly: PropertyInput = { canWrite: false };

const systemRows: Row[] = [
  ['creationdate', 'Creation date', { filterType: 'DATETIME', ...readOnly }],
  ['lastmodifieddate', 'Last modified date', { filterType: 'DATETIME', ...readOnly }],
  ['lastvisitdate', 'Last visited date', { filterType: 'DATETIME', ...readOnly }],
  [domainGroupProperty, 'Domain group', readOnly],
  ['visits', 'Visits', { filterType: 'RANGE', ...readOnly }],
  ['clickcount', 'Clicks', { filterType: 'RANGE', ...readOnly }],
  ['sample_id', 'Sample id', { filterType: 'RANGE' }],
  ['interactions_viewed', 'Viewed interactions'],
  [zoneProperty, 'Privacy legislation'],
  [consentedProperty, 'Consented objectives'],
  [refusedProperty, 'Refused objectives'],
];

const tenantRows: Row[] = [
  ['customer_id', 'Customer id', { indexed: true }],
  ['email', 'E-mail', { indexed: true, filterType: 'EMAIL' }],
  ['braze_external_id', 'Braze external id', { indexed: true }],
  ['firstname', 'First name', pii],
  ['lastname', 'Last name', pii],
  ['gender', 'Gender'],
  ['country', 'Country'],
  ['city', 'City'],
  ['language', 'Language'],
  ['phone', 'Phone', pii],
  ['birthday', 'Birthday', { filterType: 'DATETIME', ...pii }],
  ['loyalty_tier', 'Loyalty tier'],
  ['loyalty_points', 'Loyalty points', { filterType: 'RANGE', mergeStrategy: 'HIGHEST' }],
  ['lifetime_value', 'Lifetime value', { filterType: 'DECIMAL', mergeStrategy: 'SUM' }],
  ['orders', 'Orders', { filterType: 'RANGE', mergeStrategy: 'SUM' }],
  ['interests', 'Interests', { mergeStrategy: 'BOTH' }],
  ['newsletter', 'Newsletter'],
  ['last_order_at', 'Last order', { filterType: 'DATETIME', mergeStrategy: 'HIGHEST' }],
  ['preferred_store', 'Preferred store'],
  ['braze_id', 'Braze id'],
  ['braze_email', 'Braze e-mail', { filterType: 'EMAIL', ...pii }],
  ['braze_tier', 'Braze tier'],
  ['braze_points', 'Braze points', { filterType: 'RANGE' }],
  ['braze_interests', 'Braze interests', { mergeStrategy: 'BOTH' }],
  ['braze_last_order_at', 'Braze last order', { filterType: 'DATETIME' }],
  ['braze_lifetime_value', 'Braze lifetime value', { filterType: 'DECIMAL' }],
  ['braze_newsletter', 'Braze newsletter'],
  ['braze_subscription', 'Braze subscription'],
];

/**
 * Registers what a new tenant has: the system properties, the customer properties that seeding fills (the table in
 * `seed.ts`), and the targets of the import example:
 *
 * | id                     | type     | | id                     | type     |
 * | ---------------------- | -------- | | ---------------------- | -------- |
 * | `braze_id`             | SELECT   | | `braze_last_order_at`  | DATETIME |
 * | `braze_email`          | EMAIL    | | `braze_lifetime_value` | DECIMAL  |
 * | `braze_tier`           | SELECT   | | `braze_newsletter`     | SELECT   |
 * | `braze_points`         | RANGE    | | `braze_subscription`   | SELECT   |
 * | `braze_interests`      | SELECT   | |                        |          |
 *
 * Unique identifiers: `customer_id`, `email`, `braze_external_id`. `interactions_viewed` is writable, so that a
 * test can lay out which interactions somebody has seen.
 */
export function addStandardProperties(catalogue: PropertyCatalogue, now: number): void {
  for (const [id, name, extra] of systemRows) {
    catalogue.put(id, { name, mergeStrategy: 'SYSTEM_DEFINED', ...extra }, now, true);
  }
  for (const [id, name, extra] of tenantRows) catalogue.put(id, { name, ...extra }, now);
}
