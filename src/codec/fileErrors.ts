import { SyncError } from '../errors/syncError';

/** The file is not what it should be; that says nothing about any other. */
export function isFileFault(thrown: unknown): thrown is SyncError {
  return thrown instanceof SyncError && thrown.code.startsWith('FILE_');
}

export function fileTruncated(file: string, format: 'gzip' | 'zip'): SyncError {
  return new SyncError({
    code: 'FILE_TRUNCATED',
    message: `The ${format} data of ${file} ends before its end.`,
    advice: 'It may still have been on its way: read it again later, or have it written anew.',
    retry: 'later',
  });
}

/** A text that ends within a line. */
export function lineCutOff(file: string): SyncError {
  return new SyncError({
    code: 'FILE_TRUNCATED',
    message: `The last line of ${file} is cut off.`,
    advice: 'It may still have been on its way: read it again later, or have it written anew.',
    retry: 'later',
  });
}

/** @param fault how zlib, or we, call it */
export function fileCorrupt(file: string, format: 'gzip' | 'zip', fault: string): SyncError {
  return new SyncError({
    code: 'FILE_CORRUPT',
    message: `The ${format} data of ${file} is damaged (${fault}).`,
    advice: `Have the file written anew; if it is no ${format} file, choose its true format.`,
  });
}

export function fileTooLarge(file: string, limit: string): SyncError {
  return new SyncError({
    code: 'FILE_TOO_LARGE',
    message: `Decompressed, ${file} is ${limit}.`,
    advice: 'Check where the file comes from; if it is genuine, split it.',
  });
}

export function fileEncrypted(file: string): SyncError {
  return new SyncError({
    code: 'FILE_ENCRYPTED',
    message: `The zip archive ${file} is encrypted.`,
    advice: 'Have it written without a password; S3 can encrypt at rest by itself.',
  });
}

/** @param method the number that zip's own specification has for it */
export function methodUnknown(file: string, method: number): SyncError {
  return new SyncError({
    code: 'FILE_FORMAT',
    message: `The zip archive ${file} is compressed with method ${method}, which is not read.`,
    advice: 'Have it written with the method deflate, as Braze does, or as gzip.',
  });
}
