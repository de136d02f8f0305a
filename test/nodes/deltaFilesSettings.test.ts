import assert from 'node:assert/strict';
import { deltaFilesOf } from '../../nodes/blueconic-delta/deltaFilesSettings';

describe('settings of delta files', () => {
  it('of an earlier release are as those of a new node', () => {
    const made = {
      keys: 'delta/',
      format: { csv: {} },
      readiness: { by: 'age', minutes: 5 },
      afterwards: 'leave',
    };
    assert.deepEqual(deltaFilesOf({ prefix: 'delta/' }), made);
    const today = {
      prefix: 'delta/',
      readiness: 'age',
      minAgeMinutes: 5,
      format: 'ending',
      delimiter: 'auto',
      otherDelimiter: '',
      encoding: 'utf-8',
      valueSeparator: '',
    };
    assert.deepEqual(deltaFilesOf(today), { ...made, format: { csv: { encoding: 'utf-8' } } });
  });

  it('say how CSV is written', () => {
    const { format } = deltaFilesOf({
      format: 'csv',
      delimiter: 'tab',
      encoding: 'windows-1252',
      valueSeparator: '\\n',
    });
    const csv = { delimiter: '\t', encoding: 'windows-1252', valueSeparator: '\n' };
    assert.deepEqual(format, { kind: 'csv', csv });
    const other = deltaFilesOf({ delimiter: 'other', otherDelimiter: '^' });
    assert.deepEqual(other.format, { csv: { delimiter: '^' } });
  });

  it('take no age beside a marker', () => {
    assert.deepEqual(deltaFilesOf({ readiness: 'marker', minAgeMinutes: 'x' }).readiness, { by: 'marker' });
    assert.equal(deltaFilesOf({ afterwards: 'rename' }).afterwards, 'rename');
    assert.deepEqual(deltaFilesOf({ minAgeMinutes: '0' }).readiness, { by: 'age', minutes: 0 });
  });

  for (const wrong of [
    { delimiter: 'other' },
    { delimiter: 'other', otherDelimiter: '"' },
    { delimiter: 'other', otherDelimiter: 'x' },
    { delimiter: 'other', otherDelimiter: '||' },
    { delimiter: 'other', otherDelimiter: '€' },
    { minAgeMinutes: -1 },
    { minAgeMinutes: 'soon' },
    { minAgeMinutes: '' },
    { minAgeMinutes: 1441 },
  ]) {
    it(`refuse ${JSON.stringify(wrong)}`, () => {
      assert.throws(() => deltaFilesOf(wrong), { code: 'SETTING_INVALID' });
    });
  }
});
