import assert from 'node:assert/strict';
import { wholeNumber } from '../../nodes/shell/configValue';
import { StatusLine } from '../../nodes/shell/statusLine';

describe('numbers in a node’s configuration', () => {
  it('are read as forms keep them', () => {
    assert.equal(wholeNumber(12, 5), 12);
    assert.equal(wholeNumber('12', 5), 12);
    assert.equal(wholeNumber(' 12.9 ', 5), 12);
    assert.equal(wholeNumber(0, 5), 0);
    assert.equal(wholeNumber('0', 5), 0);
  });

  it('are the default where there is nothing usable', () => {
    for (const value of ['', '  ', undefined, null, 'twelve', -1, '-1', Number.NaN, '1e999', true, [], {}]) {
      assert.equal(wholeNumber(value, 5), 5, JSON.stringify(value));
    }
  });
});

describe('status line', () => {
  function line(): { status: StatusLine; shown: string[] } {
    const shown: string[] = [];
    const status = new StatusLine({
      status: (shows) => void shown.push((shows as { text?: string }).text ?? ''),
    });
    return { status, shown };
  }

  it('shows changes of state at once', () => {
    const { status, shown } = line();
    status.show('blue', 'dot', 'asking');
    status.show('green', 'dot', 'done');
    assert.deepEqual(shown, ['asking', 'done']);
  });

  it('shows the first progress at once, and words no line that nobody will see', () => {
    const { status, shown } = line();
    let worded = 0;
    for (let rows = 1; rows <= 1000; rows++) {
      status.progress('blue', 'dot', () => {
        worded++;
        return `${rows} rows`;
      });
    }
    assert.deepEqual([shown, worded], [['1 rows'], 1]);
    status.clear();
  });

  it('lets progress that waits never replace the last word', async () => {
    const { status, shown } = line();
    status.progress('blue', 'dot', () => 'first');
    status.progress('blue', 'dot', () => 'waits');
    status.show('green', 'dot', 'done');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    assert.deepEqual(shown, ['first', 'done']);
  });

  it('shows the latest progress when the next second comes', async () => {
    const { status, shown } = line();
    for (const text of ['first', 'second', 'third']) status.progress('blue', 'dot', () => text);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    assert.deepEqual(shown, ['first', 'third']);
    status.clear();
    assert.deepEqual(shown.at(-1), '');
  });
});
