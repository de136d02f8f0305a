import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { asSyncError } from '../../src/errors/syncError';
import { type CompiledMapping, compileMapping } from '../../src/mapping/compileMapping';
import { type ExpressionFailure, Expressions } from '../../src/mapping/expressions';
import { migrateMapping } from '../../src/mapping/mapping';
import type { ProfileRecord, ProfileUpdate } from '../../src/mapping/profileUpdate';
import { looksLikeUpdate } from '../../src/mapping/profileUpdateSchema';
import { payloadRows } from '../../src/run/payloadRows';
import { expressionHost } from '../shell/expressionHost';
import { StatusLine } from '../shell/statusLine';
import { inOwnWords } from '../shell/statusText';
import { previewRoutes } from './previewRoutes';
import { mapRecords, mapWithExpressions } from './recordMapping';

interface FieldMapperDef extends NodeDef {
  mapping: unknown;
}

interface Ready {
  mapping: CompiledMapping;
  /** None where the mapping has none: then every message is mapped and passed on within its own turn. */
  expressions: Expressions | undefined;
}

export default function register(RED: NodeAPI): void {
  function FieldMapper(this: Node, def: FieldMapperDef): void {
    RED.nodes.createNode(this, def);
    const status = new StatusLine(this);
    const words = inOwnWords(RED, 'profile-field-mapper');
    const counts = { mapped: 0, left: 0 };
    let ready: Ready | undefined;
    let invalid: Error | undefined;
    /** The work on messages whose mapping has expressions: one after the other, so that they leave as they came. */
    let line = Promise.resolve();
    let closed = false;
    try {
      ready = prepare(RED, def.mapping, (expression, code) =>
        this.warn(words('warning.expression', { expression, code })),
      );
    } catch (thrown) {
      invalid = asSyncError(thrown, 'reading the mapping');
      status.show('red', 'ring', words('status.invalid'));
    }

    const passOn = (message: NodeMessageInFlow, read: number, updates: ProfileUpdate[]) => {
      counts.mapped += updates.length;
      counts.left += read - updates.length;
      status.progress('blue', 'dot', () =>
        words('status.counts', {
          mapped: counts.mapped.toLocaleString(),
          left: counts.left.toLocaleString(),
        }),
      );
      // What came singly goes on singly: after a split, a join must find what it can join.
      return updates.length > 0
        ? withPayload(message, Array.isArray(message.payload) ? updates : updates[0]!)
        : undefined;
    };

    this.on('input', (message, send, done) => {
      if (!ready) {
        done(invalid);
        return;
      }
      const { mapping, expressions } = ready;
      if (expressions === undefined) {
        try {
          const records = recordsIn(message);
          const mapped = records
            ? passOn(message, records.length, mapRecords(mapping, records))
            : alreadyMapped(message);
          if (mapped) send(mapped);
          done();
        } catch (thrown) {
          done(asSyncError(thrown, 'mapping records'));
        }
        return;
      }
      const work = async () => {
        if (closed) return;
        const records = recordsIn(message);
        const updates = records && (await mapWithExpressions(mapping, expressions, records));
        if (closed) return;
        const mapped = updates ? passOn(message, records.length, updates) : alreadyMapped(message);
        if (mapped) send(mapped);
      };
      line = line.then(work).then(
        () => done(),
        (thrown) => done(asSyncError(thrown, 'mapping records')),
      );
    });

    const alreadyMapped = (message: NodeMessageInFlow) => {
      status.show('yellow', 'ring', words('status.alreadyMapped'));
      return message;
    };

    this.on('close', (_removed: boolean, done: () => void) => {
      closed = true;
      status.clear();
      void line.then(done);
    });
  }
  RED.nodes.registerType('profile-field-mapper', FieldMapper as never);
  previewRoutes(RED);
}

function prepare(RED: NodeAPI, stored: unknown, failed: ExpressionFailure): Ready {
  const migrated = migrateMapping(stored);
  // compileMapping repeats the check and words the error; an invalid document goes to it as it is.
  const mapping = compileMapping(
    (migrated.ok ? migrated.mapping : stored) as Parameters<typeof compileMapping>[0],
  );
  const { expressions } = mapping;
  return {
    mapping,
    expressions:
      expressions.length === 0 ? undefined : new Expressions(expressions, expressionHost(RED), failed),
  };
}

/** The records of a message; undefined where there are updates among its rows. */
function recordsIn({ payload }: NodeMessageInFlow): ProfileRecord[] | undefined {
  const rows = payloadRows(payload);
  return rows.some(looksLikeUpdate) ? undefined : (rows as ProfileRecord[]);
}

function withPayload(
  message: NodeMessageInFlow,
  payload: ProfileUpdate[] | ProfileUpdate,
): NodeMessageInFlow {
  message.payload = payload;
  return message;
}
