import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  startChecksum,
} from '../../../src/sandbox/s3/checksums';

/** Check values for the text `123456789`, as the catalogues of these algorithms give them. */
const KNOWN: Record<ChecksumAlgorithm, string> = {
  crc32: 'cbf43926',
  crc32c: 'e3069283',
  crc64nvme: 'ae8b14860a799888',
  sha1: 'f7c3bc1d808e04732adf679965ccc34ca7ae3441',
  sha256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
  sha512:
    'd9e6762dd1c8eaf6d61b3c6192fc408d4d6d5f1176d0c29169bc24e71c3f274a' +
    'd27fcd5811b313d681f7e55ec02d73d499c95455b6b5bb503acf574fba8ffe85',
  md5: '25f9e794323b453885f5181f1b624d0b',
};

describe('checksums', () => {
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    it(`${algorithm} has the known check value`, () => {
      const running = startChecksum(algorithm);
      running.update(Buffer.from('123456789'));
      assert.equal(Buffer.from(running.digest(), 'base64').toString('hex'), KNOWN[algorithm]);
    });

    it(`${algorithm} does not depend on how the bytes are cut`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, place) => {
          const whole = startChecksum(algorithm);
          whole.update(bytes);
          const cut = startChecksum(algorithm);
          cut.update(bytes.subarray(0, place));
          cut.update(bytes.subarray(place));
          assert.equal(cut.digest(), whole.digest());
        }),
      );
    });
  }
});
