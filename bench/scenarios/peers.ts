import { presentInEveryProfile } from '../data/exportMapping';
import { repeatInTime } from '../measure/repeat';
import { median, significant } from '../measure/statistics';
import type { PassResult } from '../programs/floorReading';
import type { PeerSettings } from '../programs/peer';
import { runProgram } from '../programs/program';
import { cameBetween } from '../servers/benchServers';
import { objectsPerRequest } from '../servers/exportFlow';
import { installPeers } from '../servers/installedPeers';
import { onExportStage, prefix, productWay, warmUpPrefix, warmUpProfiles } from './exportAllChanged';
import type { PeersReport, Scenario } from './scenario';

const latencies = [0, 50, 200];
/** Of the peers, whose width somebody has to choose; ours finds its own. */
const requestsInFlight = 20;
const unlimited = { limit: 1_000_000_000, windowMs: 1_000, rateHeaders: 'epoch' } as const;
const ways = ['ours', 'sdk', 'segment'] as const;

type Rates = Record<(typeof ways)[number], number>;

export const peers: Scenario = {
  name: 'peers',
  about: `the same files to the same Braze, also through the SDK braze-api and Segment's destination, ${requestsInFlight} requests in flight each`,
  size: { profiles: 200_000, runs: 3 },
  onlyByName: true,
  run({ profiles, runs }, say): Promise<PeersReport> {
    const folder = installPeers();
    return onExportStage(profiles, async (servers) => {
      const peerRate = async (peer: PeerSettings['peer']): Promise<number> => {
        const before = await servers.trackCounts();
        const { ms } = await runProgram<PeerSettings, PassResult>('peer', {
          peer,
          folder,
          servers: servers.description,
          warmUpPrefix,
          prefix,
          objectsPerRequest,
          requestsInFlight,
        });
        const came = cameBetween(before, await servers.trackCounts());
        if (came.byAttribute[presentInEveryProfile] !== profiles + warmUpProfiles || came.refused > 0)
          throw new Error(`Through ${peer}, Braze got ${JSON.stringify(came)}.`);
        return (profiles / ms) * 1000;
      };
      const found = new Map<number, Rates[]>();
      for (const latencyMs of latencies) {
        await servers.slowDown({ ...unlimited, ...(latencyMs > 0 && { latencyMs }) });
        const rates = await repeatInTime(runs, async (run) => {
          const measured: Rates = {
            sdk: await peerRate('sdk'),
            ours: (await productWay(servers, profiles)).rate,
            segment: await peerRate('segment'),
          };
          say(
            `${latencyMs} ms, run ${run}   ${ways.map((way) => `${way} ${Math.round(measured[way])}/s`).join('   ')}`,
          );
          return measured;
        });
        found.set(latencyMs, rates);
      }
      const ratio = (latencyMs: number, peer: 'sdk' | 'segment') =>
        significant(median(found.get(latencyMs)!.map((rates) => rates.ours / rates[peer])));
      const rateOf = (way: keyof Rates) =>
        Object.fromEntries(
          latencies.map((latencyMs) => [
            latencyMs,
            significant(median(found.get(latencyMs)!.map((rates) => rates[way]))),
          ]),
        );
      return {
        runs: found.get(0)!.length,
        profiles,
        rates: Object.fromEntries(ways.map((way) => [way, rateOf(way)])),
        vsSdk: ratio(0, 'sdk'),
        vsSdk50: ratio(50, 'sdk'),
        vsSdk200: ratio(200, 'sdk'),
        vsSegment: ratio(0, 'segment'),
        vsSegment50: ratio(50, 'segment'),
        vsSegment200: ratio(200, 'segment'),
      };
    });
  },
};
