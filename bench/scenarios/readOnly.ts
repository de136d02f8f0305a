import { repeatInTime } from '../measure/repeat';
import type { PassResult } from '../programs/floorReading';
import { runProgram } from '../programs/program';
import type { ReadFloorSettings } from '../programs/readFloor';
import { readFlow } from '../servers/importFlow';
import { floorPrefixes, floorWay, importWay, onImportStage } from './importFull';
import { line, report } from './pairs';
import type { Scenario } from './scenario';

export const readOnly: Scenario = {
  name: 'read-only',
  about: 'a segment export in S3 into a sink that takes every row at once; the floor is a plain reader',
  size: { profiles: 200_000, runs: 5 },
  run: (size, say) =>
    onImportStage(size.profiles, async (stage) => {
      const { servers, warmUp, measured } = stage;
      const pairs = await repeatInTime(size.runs, async (run) => {
        const floor = await floorWay(stage, () =>
          runProgram<ReadFloorSettings, PassResult>('readFloor', {
            ...floorPrefixes,
            servers: servers.description,
          }),
        );
        const product = await importWay(stage, readFlow(servers.description, [warmUp.id, measured.id]));
        say(line(run, floor, product));
        return { floor, product };
      });
      return report(size, pairs);
    }),
};
