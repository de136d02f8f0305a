import { deltaRecords, gzipLines } from '../support/customers';
import { beginAndHang, hangingPhases } from '../support/hangingPhases';
import type { Stage } from '../support/stage';

/** Stops a run in every phase while nobody answers; a line per phase with the milliseconds from the word to the end. */
export async function stopsInEveryPhase(stage: Stage): Promise<string[]> {
  const lines: string[] = [];
  while ((await stage.unseenRuns()) > 0) await stage.nextRun();
  for (const phase of hangingPhases) {
    await stage.reset();
    await stage.sandbox.putObject('delta/all.ndjson.gz', gzipLines(deltaRecords(0, stage.people)));
    await beginAndHang(stage, phase, `stopped while ${phase.name}`);
    const before = Date.now();
    await stage.nodeRed.inject('go', { payload: 'stop' });
    await stage.nextRun();
    lines.push(`Stopped while ${phase.name}: ${Date.now() - before} ms.`);
  }
  return lines;
}
