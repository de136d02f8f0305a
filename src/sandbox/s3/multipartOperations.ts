import type { SandboxReply } from '../server';
import { type S3Call, xmlReply } from './call';
import { checkWrite } from './conditions';
import type { NamedPart } from './multipartUploads';
import { headersToKeep } from './objectOperations';
import { S3Error } from './s3Error';
import { childText, document, leaf, type XmlElement } from './xml';

export async function createMultipartUpload(call: S3Call): Promise<SandboxReply> {
  const headers = headersToKeep(call);
  await call.payload();
  return xmlReply(
    document(
      'InitiateMultipartUploadResult',
      leaf('Bucket', call.bucketName),
      leaf('Key', call.key),
      leaf('UploadId', call.endpoint.uploads.start(call.bucketName, call.key, headers)),
    ),
  );
}

export async function uploadPart(call: S3Call): Promise<SandboxReply> {
  const payload = await call.payload();
  const upload = call.endpoint.uploads.find(uploadId(call), call.bucketName, call.key);
  call.endpoint.uploads.addPart(upload, Number(call.query('partNumber')), payload);
  const { md5, checksum } = payload;
  return {
    status: 200,
    headers: {
      etag: `"${md5}"`,
      ...(checksum && { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value }),
    },
  };
}

/** Parts were verified as they came; the finished object carries no checksum over all of them. */
export async function completeMultipartUpload(call: S3Call): Promise<SandboxReply> {
  const request = await call.document('CompleteMultipartUpload');
  const upload = call.endpoint.uploads.find(uploadId(call), call.bucketName, call.key);
  const parts = request.children.filter(({ name }) => name === 'Part').map(namedPart);
  if (parts.length === 0) throw new S3Error('MalformedXML');
  const assembled = call.endpoint.uploads.assemble(upload, parts);
  checkWrite(call.bucket.get(call.key), call.request.headers);
  const object = call.bucket.put(call.key, assembled);
  call.endpoint.uploads.remove(uploadId(call));
  return xmlReply(
    document(
      'CompleteMultipartUploadResult',
      leaf('Location', `/${call.bucketName}/${call.key}`),
      leaf('Bucket', call.bucketName),
      leaf('Key', call.key),
      leaf('ETag', object.etag),
    ),
  );
}

export function abortMultipartUpload(call: S3Call): SandboxReply {
  call.endpoint.uploads.find(uploadId(call), call.bucketName, call.key);
  call.endpoint.uploads.remove(uploadId(call));
  return { status: 204 };
}

function uploadId(call: S3Call): string {
  return call.query('uploadId') ?? '';
}

function namedPart(element: XmlElement): NamedPart {
  return {
    number: Number(childText(element, 'PartNumber')),
    etag: childText(element, 'ETag') ?? '',
  };
}
