import { createHash, type Hash } from 'node:crypto';
import { S3Error } from './s3Error';
import type { ChunkSignatures } from './signature';

/** S3 refuses smaller chunks unless they are the last; a client that passes a stream on piece by piece finds out here. */
const MINIMUM_CHUNK_BYTES = 8192;
const LONGEST_LINE = 4096;

/**
 * Takes the `aws-chunked` framing off a body: `size[;chunk-signature=hex]`, the data, and so on until size 0, then
 * trailers. Works on the pieces as the network delivers them.
 */
export class ChunkedBodyDecoder {
  readonly #signatures: ChunkSignatures | undefined;
  readonly #signedTrailers: boolean;
  readonly #trailers = new Map<string, string>();
  #expect: 'size' | 'data' | 'dataEnd' | 'trailer' | 'nothing' = 'size';
  #line = '';
  #left = 0;
  #lastSize = MINIMUM_CHUNK_BYTES;
  #signature: string | undefined;
  #hash: Hash = createHash('sha256');

  /** With `signatures` every chunk must be signed; with `signedTrailers` the trailers too. */
  constructor(options: { signatures?: ChunkSignatures; signedTrailers?: boolean } = {}) {
    this.#signatures = options.signatures;
    this.#signedTrailers = options.signedTrailers ?? false;
  }

  /**
   * Yields the payload found in `bytes`, as views on them.
   * @throws S3Error `InvalidRequest` (framing), `InvalidChunkSizeError`, `SignatureDoesNotMatch`, `MalformedTrailerError`
   */
  *push(bytes: Buffer): Generator<Buffer> {
    let at = 0;
    while (at < bytes.length) {
      if (this.#expect === 'data') {
        const piece = bytes.subarray(at, at + this.#left);
        at += piece.length;
        this.#left -= piece.length;
        if (this.#signatures) this.#hash.update(piece);
        if (this.#left === 0) this.#expect = 'dataEnd';
        yield piece;
        continue;
      }
      const feed = bytes.indexOf(10, at);
      const end = feed < 0 ? bytes.length : feed + 1;
      this.#line += bytes.toString('latin1', at, end);
      at = end;
      if (this.#line.length > LONGEST_LINE) throw malformed();
      if (feed >= 0) this.#takeLine();
    }
  }

  /** The trailers, by lower-case name. @throws S3Error `IncompleteBody` where the last chunk never came. */
  end(): Map<string, string> {
    if (this.#expect !== 'nothing') throw new S3Error('IncompleteBody');
    return this.#trailers;
  }

  #takeLine(): void {
    if (!this.#line.endsWith('\r\n')) throw malformed();
    const line = this.#line.slice(0, -2);
    this.#line = '';
    if (this.#expect === 'size') this.#startChunk(line);
    else if (this.#expect === 'trailer') this.#takeTrailer(line);
    else if (this.#expect === 'dataEnd' && line === '') this.#endChunk();
    else throw malformed();
  }

  #startChunk(line: string): void {
    const [, size, signature] = /^([0-9a-f]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(line) ?? [];
    if (size === undefined) throw malformed();
    this.#left = Number.parseInt(size, 16);
    this.#signature = signature;
    if (this.#left === 0) {
      this.#signatures?.verifyChunk(this.#hash.digest('hex'), signature);
      this.#expect = 'trailer';
      return;
    }
    if (this.#lastSize < MINIMUM_CHUNK_BYTES) throw new S3Error('InvalidChunkSizeError');
    this.#lastSize = this.#left;
    this.#expect = 'data';
  }

  #endChunk(): void {
    if (this.#signatures) {
      this.#signatures.verifyChunk(this.#hash.digest('hex'), this.#signature);
      this.#hash = createHash('sha256');
    }
    this.#expect = 'size';
  }

  #takeTrailer(line: string): void {
    if (line === '') {
      if (this.#signedTrailers) this.#verifyTrailers();
      this.#expect = 'nothing';
      return;
    }
    const colon = line.indexOf(':');
    if (colon < 1) throw new S3Error('MalformedTrailerError');
    this.#trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }

  #verifyTrailers(): void {
    const signature = this.#trailers.get('x-amz-trailer-signature');
    this.#trailers.delete('x-amz-trailer-signature');
    const lines = [...this.#trailers].map(([name, value]) => `${name}:${value}\n`);
    this.#signatures?.verifyTrailers(lines.join(''), signature);
  }
}

function malformed(): S3Error {
  return new S3Error('InvalidRequest', 'The aws-chunked framing of the body is malformed.');
}
