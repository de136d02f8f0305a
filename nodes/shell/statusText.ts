import type { NodeAPI } from 'node-red';
import type { RunSummary } from '../../src/run/runSummary';
import type { StatusLine } from './statusLine';

/** A text of the node's own catalogue, in the language of the runtime. */
export type Words = (key: string, values?: Record<string, string | number>) => string;

const packageName = '@profile-bridge/node-red-braze-blueconic';

/**
 * Status texts with numbers cannot be left to the editor: it looks them up without parameters. So they are put into
 * words here; the catalogue is the node's own.
 */
export function inOwnWords(RED: NodeAPI, type: string): Words {
  return (key, values) => RED._(`${packageName}/${type}:${type}.${key}`, values);
}

/**
 * The line that stays when a run is over: counts first, so that it is not mistaken for a catalogue key.
 * @param waiting what a run that succeeded left for later.
 */
export function lastWord(status: StatusLine, summary: RunSummary, words: Words, waiting?: string): void {
  const { ledger } = summary;
  const total = (ledger.read + ledger.added).toLocaleString();
  if (summary.result === 'failed') {
    status.show('red', 'ring', `${total} · ${words('status.failed')}: ${summary.error?.code ?? ''}`);
  } else if (summary.result === 'stopped') {
    status.show('grey', 'ring', `${total} · ${words('status.stopped')}`);
  } else {
    const rejected = ledger.rejected + ledger.unknown;
    const trouble = rejected > 0 ? ` · ${rejected.toLocaleString()} ${words('status.rejected')}` : '';
    const how = words(summary.dryRun ? 'status.dryRun' : 'status.done');
    const left = waiting ? ` · ${waiting}` : '';
    const text = `${total} · ${how}${trouble}${costText(summary, words)}${left}`;
    status.show(rejected > 0 ? 'yellow' : 'green', 'dot', text);
  }
}

/** Data points that were spent and saved; of a dry run: that a run would spend. */
function costText({ ledger: { work } }: RunSummary, words: Words): string {
  if (work.dataPoints === 0 && work.dataPointsSaved === 0) return '';
  const saved = work.dataPointsSaved;
  const spared = saved > 0 ? `, ${saved.toLocaleString()} ${words('status.saved')}` : '';
  return ` · ${work.dataPoints.toLocaleString()} ${words('status.points')}${spared}`;
}
