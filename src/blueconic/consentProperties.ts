/**
 * What one of these becomes depends on the others (contracts: blueconic 5.3): an objective that is refused leaves those
 * consented to, and without a zone consent is ignored. Whatever was accepted last, a row's consent is sent with it.
 */
export const consentProperties: ReadonlySet<string> = new Set([
  'consented_objectives',
  'refused_objectives',
  'privacy_legislation',
]);
