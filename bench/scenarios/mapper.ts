import { repeatInTime } from '../measure/repeat';
import { median, significant, spread } from '../measure/statistics';
import type { ParseAndMapResult, ParseAndMapSettings } from '../programs/parseAndMap';
import { runProgram } from '../programs/program';
import type { Scenario } from './scenario';

const seed = 1;

export const mapper: Scenario = {
  name: 'mapper',
  about: '25 rows of mixed kinds; the floor only parses, the product parses and maps',
  size: { profiles: 200_000, runs: 5 },
  quick: { profiles: 50_000, runs: 3 },
  async run({ profiles, runs }, say) {
    const pairs = await repeatInTime(runs, async (run) => {
      const took = await runProgram<ParseAndMapSettings, ParseAndMapResult>('parseAndMap', {
        seed,
        profiles,
      });
      const floor = (profiles / took.parseMs) * 1000;
      const rate = (profiles / took.parseAndMapMs) * 1000;
      say(
        `run ${run}   parse ${Math.round(floor)}/s   parse + map ${Math.round(rate)}/s   ratio ${(rate / floor).toFixed(3)}`,
      );
      return { floor, rate };
    });
    const rate = pairs.map((pair) => significant(pair.rate));
    const floor = pairs.map((pair) => significant(pair.floor));
    const ratio = pairs.map((pair) => significant(pair.rate / pair.floor));
    return {
      runs: pairs.length,
      profiles,
      rate: significant(median(rate)),
      floor: significant(median(floor)),
      ratio: significant(median(ratio)),
      spread: { rate: spread(rate), floor: spread(floor), ratio: spread(ratio) },
    };
  },
};
