import { post } from '../editor/adminApi';
import { type Draft, savedDraft } from '../editor/draft';
import type { Direction } from '../editor/mappingDocument';
import { wiredNode } from '../editor/wiredNode';
import type { SampleRecord } from './sampleText.editor';

/** What fetching brought: records, maybe none with a reason, or why it failed. */
export type SampleFetch =
  | { kind: 'records'; records: SampleRecord[]; from?: string; empty?: string }
  | { kind: 'failed'; message: string };

/** A `Sample` of `src/preview`, as far as the dialog shows it. */
interface SampleAnswer {
  records: SampleRecord[];
  from?: string;
  empty?: string;
}

const sourceTypes: { readonly [direction in Direction]: string } = {
  import: 'braze-segment-export',
  export: 'blueconic-delta',
};

const sinkTypes: { readonly [direction in Direction]: string } = {
  import: 'blueconic-profiles',
  export: 'braze-users-track',
};

/** The settings of the source before the mapper, as they stand in the editor. */
export function wiredSource(node: EditorNode, direction: Direction): Draft | undefined {
  return wiredNode(node, sourceTypes[direction], 'before');
}

/** The settings of the sink behind the mapper. */
export function wiredSink(node: EditorNode, direction: Direction): Draft | undefined {
  return wiredNode(node, sinkTypes[direction], 'behind');
}

/** Asks the server for a few records of the source that the mapper is wired to. */
export async function sampleFetch(node: EditorNode, direction: Direction): Promise<SampleFetch> {
  const source = wiredSource(node, direction);
  if (source === undefined) {
    return { kind: 'failed', message: node._(`profile-field-mapper.samples.noSource.${direction}`) };
  }
  const body = {
    source,
    blueconic: savedDraft(String(source.blueconic ?? '')),
    s3: savedDraft(String(source.s3 ?? '')),
  };
  try {
    const answer = await post<SampleAnswer>('sample', body, (key, values) => node._(key, values));
    return { kind: 'records', ...answer };
  } catch (failure) {
    return { kind: 'failed', message: failure instanceof Error ? failure.message : String(failure) };
  }
}
