/** The type of an exported field as it appears in a row of an export. */
export type ExportFieldType =
  | 'string'
  | 'date'
  | 'dateTime'
  | 'integer'
  | 'number'
  | 'numbers'
  | 'object'
  | 'objects';

/** One field that a segment export can be asked for. */
export interface ExportField {
  field: string;
  type: ExportFieldType;
  about: string;
}

/**
 * The documented `fields_to_export` (contracts: braze 4.4). In a row, a field that is null or empty is left out.
 */
export const exportFields: readonly ExportField[] = [
  { field: 'external_id', type: 'string', about: 'External user id' },
  { field: 'braze_id', type: 'string', about: "Braze's own user id" },
  { field: 'user_aliases', type: 'objects', about: 'User aliases, each a name and a label' },
  { field: 'email', type: 'string', about: 'E-mail address' },
  { field: 'phone', type: 'string', about: 'Phone number as it was imported, not normalised' },
  { field: 'first_name', type: 'string', about: 'First name' },
  { field: 'last_name', type: 'string', about: 'Last name' },
  { field: 'dob', type: 'date', about: 'Date of birth, YYYY-MM-DD' },
  { field: 'gender', type: 'string', about: 'M, F, O, N or P' },
  { field: 'country', type: 'string', about: 'Country' },
  { field: 'language', type: 'string', about: 'Language' },
  { field: 'home_city', type: 'string', about: 'Home city' },
  { field: 'time_zone', type: 'string', about: 'Time zone, IANA or Rails style' },
  {
    field: 'last_coordinates',
    type: 'numbers',
    about: 'Last location; the order of the two is not reliable',
  },
  {
    field: 'email_subscribe',
    type: 'string',
    about: 'E-mail subscription: opted_in, subscribed, unsubscribed',
  },
  { field: 'push_subscribe', type: 'string', about: 'Push subscription: opted_in, subscribed, unsubscribed' },
  { field: 'custom_attributes', type: 'object', about: 'All custom attributes' },
  {
    field: 'custom_events',
    type: 'objects',
    about: 'Custom events of the last 90 days, with counts of all time',
  },
  { field: 'purchases', type: 'objects', about: 'Purchases of the last 90 days, with counts of all time' },
  { field: 'total_revenue', type: 'number', about: 'Total revenue' },
  { field: 'created_at', type: 'dateTime', about: 'When the user was created' },
  { field: 'created_from', type: 'string', about: 'What created the user' },
  { field: 'uninstalled_at', type: 'dateTime', about: 'When the app was uninstalled' },
  { field: 'random_bucket', type: 'integer', about: 'Random bucket number' },
  { field: 'apps', type: 'objects', about: 'Apps used, with sessions' },
  { field: 'devices', type: 'objects', about: 'Devices' },
  { field: 'push_tokens', type: 'objects', about: 'Push tokens' },
  { field: 'campaigns_received', type: 'objects', about: 'Campaigns received in the last 90 days' },
  { field: 'canvases_received', type: 'objects', about: 'Canvases received in the last 90 days' },
  { field: 'cards_clicked', type: 'objects', about: 'Cards clicked' },
  { field: 'attributed_campaign', type: 'string', about: 'Campaign of the install attribution' },
  { field: 'attributed_source', type: 'string', about: 'Source of the install attribution' },
  { field: 'attributed_adgroup', type: 'string', about: 'Ad group of the install attribution' },
  { field: 'attributed_ad', type: 'string', about: 'Ad of the install attribution' },
];
