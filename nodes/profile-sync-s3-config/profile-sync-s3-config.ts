import type { Node, NodeAPI, NodeDef } from 'node-red';
import { SyncError } from '../../src/errors/syncError';
import { type Bucket, openBucket } from '../../src/s3/bucket';
import { checkAccess, type S3Need } from '../../src/s3/checkAccess';
import { listBuckets } from '../../src/s3/listBuckets';
import type { S3Access, S3Settings } from '../../src/s3/settings';
import { draftRoute } from '../shell/adminRoutes';

interface S3ConfigDef extends NodeDef {
  auth: string;
  region: string;
  endpoint: string;
  pathStyle: boolean;
  checksums: string;
  bucket: string;
  rootPath: string;
}

/** What other nodes of ours get from an S3 configuration. */
export interface S3ConfigNode
  extends Node<{ accessKeyId: string; secretAccessKey: string; sessionToken: string }> {
  /** Whoever opens it closes it. Throws SyncError for settings that cannot work. */
  bucket(): Bucket;
}

export const s3Secrets = ['accessKeyId', 'secretAccessKey', 'sessionToken'] as const;

export default function register(RED: NodeAPI): void {
  function S3Config(this: S3ConfigNode, def: S3ConfigDef): void {
    RED.nodes.createNode(this, def);
    this.bucket = () => openBucket(s3SettingsOf({ ...def, ...this.credentials }));
  }
  RED.nodes.registerType('profile-sync-s3-config', S3Config as never, {
    credentials: {
      accessKeyId: { type: 'text' },
      secretAccessKey: { type: 'password' },
      sessionToken: { type: 'password' },
    },
  });

  draftRoute(RED, 'list/s3-buckets', s3Secrets, async (draft, signal) => {
    try {
      const names = await listBuckets(accessOf(draft), signal);
      return { items: names.map((name) => ({ value: name, label: name })) };
    } catch (thrown) {
      // A key made for one bucket often may not list all of them: no error, the name is typed.
      if (thrown instanceof SyncError && thrown.code === 'S3_ACCESS_DENIED') {
        return { items: [], note: thrown.message };
      }
      throw thrown;
    }
  });
  draftRoute(RED, 'check/s3', s3Secrets, async (draft, signal) => {
    const found = await checkAccess(s3SettingsOf(draft), needsOf(RED, draft.id), signal);
    return { findings: found.map(({ permission, ok, message }) => ({ what: permission, ok, message })) };
  });
}

/** What the deployed nodes do with the bucket of a configuration: they write only where one renames files. */
function needsOf(RED: NodeAPI, id: unknown): S3Need[] {
  const needs = new Set<S3Need>(['list', 'get', 'location']);
  RED.nodes.eachNode((def) => {
    const { s3, afterwards } = def as typeof def & { s3?: unknown; afterwards?: unknown };
    if (s3 !== id) return;
    if (afterwards === 'rename') needs.add('put');
    if (afterwards === 'rename' || afterwards === 'delete') needs.add('delete');
  });
  return [...needs];
}

type S3Form = { [field: string]: unknown };

/** From a form (deployed or draft) to the client's settings; forms keep empty texts where nothing is set. */
export function s3SettingsOf(form: S3Form): S3Settings {
  return { ...accessOf(form), bucket: text(form, 'bucket'), rootPath: text(form, 'rootPath') };
}

/** The same without a bucket, which is still to be chosen when the list of them is asked for. */
function accessOf(form: S3Form): S3Access {
  const endpoint = text(form, 'endpoint');
  const region = text(form, 'region');
  const sessionToken = text(form, 'sessionToken');
  return {
    auth:
      form.auth === 'chain'
        ? { kind: 'chain' }
        : {
            kind: 'keys',
            accessKeyId: text(form, 'accessKeyId'),
            secretAccessKey: text(form, 'secretAccessKey'),
            ...(sessionToken !== '' && { sessionToken }),
          },
    ...(region !== '' && { region }),
    ...(endpoint !== '' && { endpoint }),
    pathStyle: form.pathStyle === true,
    checksums: form.checksums === 'required' ? 'required' : 'supported',
  };
}

function text(form: S3Form, name: string): string {
  return String(form[name] ?? '').trim();
}
