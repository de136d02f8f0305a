import type { CompiledMapping } from '../../src/mapping/compileMapping';
import type { Expressions } from '../../src/mapping/expressions';
import type { ProfileRecord, ProfileUpdate } from '../../src/mapping/profileUpdate';
import type { Answers } from '../../src/mapping/sourceReaders';
import { parseRef } from '../../src/run/ref';
import { platform } from '../shell/platform';

/**
 * Maps records within their runs. What becomes no update is decided here and now, so that the ledger knows it even if
 * no sink ever sees the batch.
 */
export function mapRecords(mapping: CompiledMapping, records: readonly ProfileRecord[]): ProfileUpdate[] {
  const updates: ProfileUpdate[] = [];
  for (const record of records) mapRecord(mapping, record, undefined, updates);
  return updates;
}

/** As `mapRecords`, where the mapping has expressions: they are worked out first, record by record. */
export async function mapWithExpressions(
  mapping: CompiledMapping,
  expressions: Expressions,
  records: readonly ProfileRecord[],
): Promise<ProfileUpdate[]> {
  const updates: ProfileUpdate[] = [];
  for (const record of records) {
    mapRecord(mapping, record, await expressions.answers(record), updates);
    await expressions.yieldIfDue();
  }
  return updates;
}

function mapRecord(
  mapping: CompiledMapping,
  record: ProfileRecord,
  answers: Answers | undefined,
  updates: ProfileUpdate[],
): void {
  const run = runOf(record);
  const result = mapping.map(record, run?.asked, answers);
  if (result.kind === 'update') updates.push(result.update);
  else {
    const reason = result.kind === 'unmapped' ? undefined : result.reason;
    platform.runs.decide(record._ref, result.kind, reason);
  }
  if ('refused' in result) {
    for (const { reason } of result.refused) run?.ledger.attributeRefused(reason);
  }
}

function runOf(record: ProfileRecord) {
  const ref = parseRef(record?._ref);
  return ref && platform.runs.find(ref.run);
}
