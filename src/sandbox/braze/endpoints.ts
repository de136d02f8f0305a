import { campaignDetails, listCampaigns } from './campaigns';
import type { Endpoint } from './gate';
import { listCustomAttributes, listSegments, segmentDetails, segmentSeries } from './readEndpoints';
import { refusal } from './replies';
import { track } from './trackEndpoint';
import { deleteUsers, exportIds } from './userEndpoints';
import type { Workspace } from './workspace';

/** The endpoints the sandbox plays, with their permissions and rate pools (contracts: braze 1.3 and 11). */
export function brazeEndpoints(workspace: Workspace): ReadonlyMap<string, Endpoint> {
  const { segments, population, settings, exports, users, compact } = workspace;
  return new Map<string, Endpoint>([
    [
      'POST /users/track',
      {
        permission: 'users.track',
        pool: 'track',
        handle: (body) => track(body, settings, workspace.target),
      },
    ],
    [
      'POST /users/export/segment',
      { permission: 'users.export.segment', pool: 'shared', handle: (body) => exports.start(body) },
    ],
    [
      'POST /export/segment/cancel',
      { permission: 'segments.list', pool: 'shared', handle: (body) => exports.cancel(body) },
    ],
    [
      'GET /segments/list',
      { permission: 'segments.list', pool: 'shared', handle: (_, query) => listSegments(segments, query) },
    ],
    [
      'GET /segments/details',
      {
        permission: 'segments.details',
        pool: 'shared',
        handle: (_, query) => segmentDetails(segments, query),
      },
    ],
    [
      'GET /segments/data_series',
      {
        permission: 'segments.data_series',
        pool: 'shared',
        handle: (_, query) => segmentSeries(segments, population, query),
      },
    ],
    [
      'GET /campaigns/list',
      { permission: 'campaigns.list', pool: 'shared', handle: (_, query) => listCampaigns(query) },
    ],
    [
      'GET /campaigns/details',
      { permission: 'campaigns.details', pool: 'shared', handle: (_, query) => campaignDetails(query) },
    ],
    [
      'GET /custom_attributes',
      {
        permission: 'custom_attributes.get',
        pool: 'customAttributes',
        handle: (_, query) =>
          listCustomAttributes(
            workspace.attributeTypes(),
            settings.blockedAttributes,
            query,
            workspace.url(),
          ),
      },
    ],
    [
      'POST /users/export/ids',
      {
        permission: 'users.export.ids',
        pool: 'exportIds',
        handle: (body) =>
          compact
            ? refusal(400, 'compact mode keeps no values to export')
            : exportIds(body, users, settings.value.exportIdsNeedsFields),
      },
    ],
    [
      'POST /users/delete',
      {
        permission: 'users.delete',
        pool: 'userChanges',
        handle: (body) => deleteUsers(body, (find, externalId) => workspace.deleteUser(find, externalId)),
      },
    ],
  ]);
}
