import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { asSyncError } from '../../src/errors/syncError';
import { type CompiledMapping, compileMapping } from '../../src/mapping/compileMapping';
import { migrateMapping } from '../../src/mapping/mapping';
import type { ProfileRecord, ProfileUpdate } from '../../src/mapping/profileUpdate';
import { looksLikeUpdate } from '../../src/mapping/profileUpdateSchema';
import { payloadRows } from '../../src/run/payloadRows';
import { parseRef } from '../../src/run/ref';
import { platform } from '../shell/platform';
import { StatusLine } from '../shell/statusLine';
import { inOwnWords } from '../shell/statusText';
import { previewRoutes } from './previewRoutes';

interface FieldMapperDef extends NodeDef {
  mapping: unknown;
}

export default function register(RED: NodeAPI): void {
  function FieldMapper(this: Node, def: FieldMapperDef): void {
    RED.nodes.createNode(this, def);
    const status = new StatusLine(this);
    const words = inOwnWords(RED, 'profile-field-mapper');
    const counts = { mapped: 0, left: 0 };
    let mapping: CompiledMapping | undefined;
    let invalid: Error | undefined;
    try {
      mapping = compile(def.mapping);
    } catch (thrown) {
      invalid = asSyncError(thrown, 'reading the mapping');
      status.show('red', 'ring', words('status.invalid'));
    }

    this.on('input', (message, send, done) => {
      if (!mapping) {
        done(invalid);
        return;
      }
      try {
        const { payload } = message;
        const records = payloadRows(payload);
        if (records.some(looksLikeUpdate)) {
          status.show('yellow', 'ring', words('status.alreadyMapped'));
          send(message);
          done();
          return;
        }
        const updates = mapAll(mapping, records as ProfileRecord[]);
        counts.mapped += updates.length;
        counts.left += records.length - updates.length;
        status.progress('blue', 'dot', () =>
          words('status.counts', {
            mapped: counts.mapped.toLocaleString(),
            left: counts.left.toLocaleString(),
          }),
        );
        // What came singly goes on singly: after a split, a join must find what it can join.
        if (updates.length > 0) send(withPayload(message, Array.isArray(payload) ? updates : updates[0]!));
        done();
      } catch (thrown) {
        done(asSyncError(thrown, 'mapping records'));
      }
    });
    this.on('close', (_removed: boolean, done: () => void) => {
      status.clear();
      done();
    });
  }
  RED.nodes.registerType('profile-field-mapper', FieldMapper as never);
  previewRoutes(RED);
}

function compile(stored: unknown): CompiledMapping {
  const migrated = migrateMapping(stored);
  // compileMapping repeats the check and words the error; an invalid document goes to it as it is.
  return compileMapping((migrated.ok ? migrated.mapping : stored) as Parameters<typeof compileMapping>[0]);
}

/** What becomes no update is decided here and now, so that the ledger knows it even if no sink ever sees the batch. */
function mapAll(mapping: CompiledMapping, records: readonly ProfileRecord[]): ProfileUpdate[] {
  const updates: ProfileUpdate[] = [];
  for (const record of records) {
    const run = runOf(record);
    const result = mapping.map(record, run?.asked);
    if (result.kind === 'update') updates.push(result.update);
    else
      platform.runs.decide(record._ref, result.kind, result.kind === 'unmapped' ? undefined : result.reason);
    if ('refused' in result) {
      for (const { reason } of result.refused) run?.ledger.attributeRefused(reason);
    }
  }
  return updates;
}

function runOf(record: ProfileRecord) {
  const ref = parseRef(record?._ref);
  return ref && platform.runs.find(ref.run);
}

function withPayload(
  message: NodeMessageInFlow,
  payload: ProfileUpdate[] | ProfileUpdate,
): NodeMessageInFlow {
  message.payload = payload;
  return message;
}
