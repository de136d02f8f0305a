import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { finds } from './plants';

const plant = { what: 'a key', text: 'Planted-Key-7Qk2' };

describe('the search for planted values', () => {
  const placeOf = (bytes: Buffer | string) => [{ name: 'a log', bytes: Buffer.from(bytes as string) }];

  it('finds a value in every form that gives it away', () => {
    const given: [string, Buffer | string][] = [
      ['as it is', `key ${plant.text}!`],
      ['in lower case', plant.text.toLowerCase()],
      ['as hex', Buffer.from(`x${plant.text}y`).toString('hex')],
      ['as UTF-16', Buffer.from(` ${plant.text}`, 'utf16le')],
      ['as sha256', createHash('sha256').update(plant.text).digest()],
      ['as md5 in hex', createHash('md5').update(plant.text.toLowerCase()).digest('hex')],
    ];
    for (const [form, bytes] of given) {
      assert.ok(
        finds([plant], placeOf(bytes)).some((find) => find.startsWith(`a key ${form} in a log`)),
        form,
      );
    }
    for (const before of ['', 'a', 'ab', 'abc']) {
      const encoded = Buffer.from(`${before}${plant.text}:secret`).toString('base64');
      assert.ok(finds([plant], placeOf(encoded)).length > 0, `base64 after "${before}"`);
    }
  });

  it('finds nothing where there is nothing', () => {
    assert.deepEqual(finds([plant], placeOf('Planted-Key-7Qk3 and Buffer')), []);
  });
});
