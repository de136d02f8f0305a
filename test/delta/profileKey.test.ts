import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { profileKey } from '../../src/delta/profileKey';

describe('profile key', () => {
  it('is the first half of HMAC-SHA-256, whatever the length of the identifier', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 1_200, maxLength: 1_500 }));
    const secrets = fc.uint8Array({ minLength: 1, maxLength: 64 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(secrets, fc.string(), fc.array(text, { minLength: 1 }), (secret, target, identifiers) => {
        for (const identifier of identifiers) {
          const whole = createHmac('sha256', secret).update(`${target}\0${identifier}`).digest();
          assert.deepEqual(profileKey(secret, target, identifier), whole.subarray(0, 16));
        }
      }),
    );
  });
});
