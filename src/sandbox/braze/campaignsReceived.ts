import { campaigns } from './campaigns';
import type { Json } from './json';

const dayMs = 86_400_000;
const listedDays = 90;

/**
 * What a user received (contracts: braze 4.4). The sandbox sends nothing, so that the user's random bucket decides: even
 * ones had the first campaign, every third the second, every fifth the third, which is archived. All within 90 days.
 */
export function campaignsReceived(randomBucket: number): Json {
  const today = Math.floor(Date.now() / dayMs);
  const last = new Date((today - (randomBucket % listedDays)) * dayMs).toISOString();
  return campaigns
    .filter((_, at) => randomBucket % (at === 2 ? 5 : at + 2) === 0)
    .map(({ id, name }) => ({
      name,
      api_campaign_id: id,
      last_received: last,
      engaged: {},
      converted: false,
      in_control: false,
      variation_name: 'Variant 1',
    }));
}
