/** What of the settings behind the mapper decides what a run would send, as `POST profile-sync/preview` takes it. */
export interface PreviewSink {
  firstTotal: 'remember' | 'add';
  changeDetection: 'on' | 'off';
  objectsPerRequest?: number;
  perArray?: boolean;
}

type Settings = { readonly [property: string]: unknown } | undefined;

/**
 * @param sink the settings of the sink behind the mapper, if one is known.
 * @param braze those of the Braze configuration that a `users.track` names: the limits of its requests stand there.
 */
export function previewSink(sink: Settings, braze: Settings): PreviewSink {
  const objects = Number(sink?.entriesPerRequest ?? braze?.objectsPerRequest);
  return {
    firstTotal: sink?.firstTotal === 'add' ? 'add' : 'remember',
    changeDetection: sink?.changeDetection === 'off' ? 'off' : 'on',
    // A value of the environment is known to the server only: the preview then takes the sink's default.
    ...(Number.isInteger(objects) && objects >= 1 && objects <= 1_000 && { objectsPerRequest: objects }),
    ...(braze?.perArray === true && { perArray: true }),
  };
}
