import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimalText, readDecimal } from '../../src/mapping/decimalText';

describe('decimal text', () => {
  const read: [string, number][] = [
    ['0', 0],
    ['-12.50', -12.5],
    ['+3', 3],
    [' 7\n', 7],
    ['007', 7],
    ['-0', 0],
  ];
  for (const [text, number] of read) {
    it(`reads ${JSON.stringify(text)}`, () => assert.ok(Object.is(readDecimal(text), number)));
  }

  const refused = [
    '',
    ' ',
    '1e3',
    '0x10',
    '1 000',
    '1,5',
    '1.',
    '.5',
    '--1',
    'NaN',
    'Infinity',
    '١',
    '9'.repeat(400),
  ];
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text.slice(0, 12))}`, () => assert.equal(readDecimal(text), undefined));
  }

  const written: [number, string][] = [
    [0, '0'],
    [-0, '0'],
    [12.5, '12.5'],
    [1e21, '1000000000000000000000'],
    [-1.25e22, '-12500000000000000000000'],
    [1e-7, '0.0000001'],
    [-1.5e-9, '-0.0000000015'],
    [999999999999999900000, '999999999999999900000'],
    [0.000001, '0.000001'],
  ];
  for (const [number, text] of written) {
    it(`writes ${number} as ${text}`, () => assert.equal(decimalText(number), text));
  }

  const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

  it('reads back the number it wrote', () => {
    fc.assert(fc.property(finite, (number) => assert.equal(readDecimal(decimalText(number)), number + 0)));
  });

  it('writes no digit more than is needed', () => {
    fc.assert(
      fc.property(finite, (number) => {
        const significant = decimalText(number)
          .replace(/^-?0*\.?0*|\./g, '')
          .replace(/0+$/, '');
        const shortest = number.toExponential().replace(/^-/, '').replace(/e.*$/, '').replace('.', '');
        assert.equal(significant, shortest.replace(/0+$/, ''));
      }),
    );
  });
});
