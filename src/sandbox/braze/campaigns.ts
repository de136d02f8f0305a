import type { SandboxReply } from '../server';
import { pageOf } from './paging';
import { found, refusal } from './replies';

/** The first campaign was edited last on this day, each further one a month later. */
const firstEdit = Date.UTC(2026, 0, 1);
const monthMs = 30 * 86_400_000;

/** A campaign of the sandbox; it only ever is looked at. */
interface Campaign {
  id: string;
  name: string;
  archived: boolean;
  isApi: boolean;
  channels: string[];
  tags: string[];
}

/** In order of creation. */
export const campaigns: readonly Campaign[] = [
  {
    id: 'b0a5b1d2-0c3e-4f67-8a91-2b3c4d5e6f01',
    name: 'Welcome series',
    archived: false,
    isApi: false,
    channels: ['email'],
    tags: ['onboarding'],
  },
  {
    id: 'b0a5b1d2-0c3e-4f67-8a91-2b3c4d5e6f02',
    name: 'Order confirmation',
    archived: false,
    isApi: true,
    channels: ['email', 'push'],
    tags: [],
  },
  {
    id: 'b0a5b1d2-0c3e-4f67-8a91-2b3c4d5e6f03',
    name: 'Winter sale 2025',
    archived: true,
    isApi: false,
    channels: ['push'],
    tags: ['sale'],
  },
];

/** GET /campaigns/list (contracts: braze 5): without the archived ones unless asked for. */
export function listCampaigns(query: URLSearchParams): SandboxReply {
  const since = query.has('last_edit.time[gt]') ? Date.parse(`${query.get('last_edit.time[gt]')}Z`) : 0;
  if (Number.isNaN(since)) return refusal(400, "'last_edit.time[gt]' is not valid");
  const withArchived = query.get('include_archived') === 'true';
  const wanted = campaigns.filter(
    (campaign) => (withArchived || !campaign.archived) && Date.parse(editedAt(campaign)) > since,
  );
  const page = pageOf(wanted, query);
  if (typeof page === 'string') return refusal(400, page);
  return found({
    campaigns: page.map((campaign) => ({
      id: campaign.id,
      last_edited: editedAt(campaign),
      name: campaign.name,
      is_api_campaign: campaign.isApi,
      tags: campaign.tags,
    })),
  });
}

/** GET /campaigns/details. An unknown campaign is a 400 (not documented). */
export function campaignDetails(query: URLSearchParams): SandboxReply {
  const campaign = campaigns.find(({ id }) => id === query.get('campaign_id'));
  if (!campaign) return refusal(400, "'campaign_id' does not name a campaign");
  const edited = editedAt(campaign);
  return found({
    created_at: edited,
    updated_at: edited,
    archived: campaign.archived,
    draft: false,
    enabled: !campaign.archived,
    has_post_launch_draft: false,
    name: campaign.name,
    description: '',
    schedule_type: campaign.isApi ? 'api_triggered' : 'time_based',
    channels: campaign.channels,
    first_sent: edited,
    last_sent: edited,
    tags: campaign.tags,
    teams: [],
    messages: Object.fromEntries(
      campaign.channels.map((channel, at) => [`variation-${at + 1}`, { channel, name: `Variant ${at + 1}` }]),
    ),
    conversion_behaviors: [],
  });
}

function editedAt(campaign: Campaign): string {
  return new Date(firstEdit + campaigns.indexOf(campaign) * monthMs).toISOString();
}
