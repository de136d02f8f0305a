/** The API key permission that each call needs (contracts: braze 1.3). */
const permissions = new Map([
  ['/users/track', 'users.track'],
  ['/users/export/segment', 'users.export.segment'],
  ['/users/export/ids', 'users.export.ids'],
  ['/export/segment/cancel', 'segments.list'],
  ['/segments/list', 'segments.list'],
  ['/segments/details', 'segments.details'],
  ['/segments/data_series', 'segments.data_series'],
  ['/campaigns/list', 'campaigns.list'],
  ['/campaigns/details', 'campaigns.details'],
  ['/custom_attributes', 'custom_attributes.get'],
]);

/** The permission behind a path, or undefined for a path that this package never calls. */
export function permissionFor(path: string): string | undefined {
  return permissions.get(path);
}
