import { ProfilesTarget } from '../blueconic/profilesTarget';
import { textOf } from '../braze/jsonBytes';
import { TrackTarget } from '../braze/trackTarget';
import { SyncError } from '../errors/syncError';
import type { Direction } from '../mapping/mapping';
import type { SinkTarget } from '../run/sinkTarget';
import type { PreviewRequest } from './preview';

/** One update in the target's own form, as it would lie in a request. */
export interface PreviewItem {
  /** The JSON objects of the request, exactly as they would be written. */
  objects: unknown[];
}

/** The part of a sink's target that makes requests, without the part that sends them. */
export type PreviewTarget = Omit<SinkTarget<PreviewItem>, 'send' | 'requestsInFlight'>;

/** The limits of the sinks where a preview is not told them: their own defaults. */
const defaultObjects: Record<Direction, number> = { export: 75, import: 500 };

/**
 * The target that a run in this direction sends to, with the limits of its requests. It prepares updates with the sink's
 * own code, and holds a client that cannot send.
 */
export function previewTarget(
  direction: Direction,
  { objectsPerRequest, perArray }: Pick<PreviewRequest, 'objectsPerRequest' | 'perArray'>,
): PreviewTarget {
  const objects = objectsPerRequest ?? defaultObjects[direction];
  if (direction === 'export') {
    const target = new TrackTarget(
      { endpoint: 'preview', track: neverSent },
      {
        objectsPerRequest: objects,
        perArray: perArray ?? false,
        requestsInFlight: 1,
        workspace: { name: 'preview' },
      },
    );
    return preparing(target, ({ attributes, events, purchases }) =>
      [...(attributes === undefined ? [] : [attributes]), ...events, ...purchases].map((text) =>
        read(textOf(text)),
      ),
    );
  }
  const target = new ProfilesTarget(
    { url: 'preview', putProfiles: neverSent },
    { entriesPerRequest: objects, requestsInFlight: 1 },
  );
  return preparing(target, ({ json }) => [read(json.toString())]);
}

function preparing<Item>(target: SinkTarget<Item>, objectsOf: (item: Item) => unknown[]): PreviewTarget {
  return {
    name: target.name,
    objectsPerRequest: target.objectsPerRequest,
    limitPerKind: target.limitPerKind ?? false,
    ...(target.changeRules && { changeRules: target.changeRules }),
    bytesPerRequest: target.bytesPerRequest,
    prepare(update) {
      const prepared = target.prepare(update);
      return 'rejected' in prepared ? prepared : { ...prepared, item: { objects: objectsOf(prepared.item) } };
    },
  };
}

/** What would go over the wire is text; read back, so that nothing can differ from it. */
function read(json: string): unknown {
  return JSON.parse(json);
}

function neverSent(): Promise<never> {
  return Promise.reject(
    new SyncError({
      code: 'UNEXPECTED',
      message: 'A preview was about to send.',
      advice: 'Please report it.',
    }),
  );
}
