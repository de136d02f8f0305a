import { notFromS3 } from './s3Error';
import { S3Session } from './session';
import type { S3Access } from './settings';

/**
 * The names of all buckets that the credentials may see, in S3's order: the list to choose from after logging in.
 * Needs `s3:ListAllMyBuckets`, which many keys made for one bucket lack: then the name has to be typed.
 *
 * @throws SyncError `S3_*`; the signal's reason.
 */
export async function listBuckets(access: S3Access, signal?: AbortSignal): Promise<string[]> {
  const subject = { action: 's3:ListAllMyBuckets' };
  const session = new S3Session(access);
  try {
    const names: string[] = [];
    let token: string | undefined;
    do {
      const page = await session.call(subject, signal, (client, sdk, options) =>
        client.send(
          new sdk.ListBucketsCommand(token === undefined ? {} : { ContinuationToken: token }),
          options,
        ),
      );
      if (page.Buckets === undefined) throw notFromS3(subject);
      for (const { Name } of page.Buckets) if (Name !== undefined) names.push(Name);
      token = page.ContinuationToken;
    } while (token);
    return names;
  } finally {
    await session.close();
  }
}
