import assert from 'node:assert/strict';
import fc from 'fast-check';
import { chartGeometry } from '../../../nodes/profile-sync-sidebar/chartGeometry.editor';
import { seriesOf } from '../../../nodes/profile-sync-sidebar/chartSeries.editor';
import { edgesOf, spanLabels, spans } from '../../../nodes/profile-sync-sidebar/chartSpans.editor';

describe('sidebar: geometry of the chart', () => {
  it('stacks the series of a column, from the baseline up, to the scale of the lines', () => {
    const { bars, ticks, baseline } = chartGeometry([
      [0, 300],
      [0, 150],
    ]);
    assert.deepEqual(
      ticks.map(({ value }) => value),
      [0, 200, 400, 600],
    );
    const perRow = (baseline - ticks[3]!.y) / 600;
    assert.deepEqual(
      bars.map(({ series, at }) => [series, at]),
      [
        [0, 1],
        [1, 1],
      ],
    );
    const [lower, upper] = bars;
    assert.ok(Math.abs(lower!.height - 300 * perRow) < 1e-9);
    assert.ok(Math.abs(lower!.y + lower!.height - baseline) < 1e-9);
    assert.ok(Math.abs(upper!.y + upper!.height - lower!.y) < 1e-9);
  });

  it('has whole lines and no bars where nothing happened', () => {
    const { bars, ticks, labels } = chartGeometry([[0, 0, 0]]);
    assert.deepEqual(bars, []);
    assert.deepEqual(
      ticks.map(({ value }) => value),
      [0, 1, 2, 3],
    );
    assert.deepEqual(
      labels.map(({ at }) => at),
      [0, 1, 2],
    );
    assert.deepEqual(chartGeometry([]).labels, []);
  });

  it('stays inside the picture, columns side by side, however large the numbers are', () => {
    const values = fc.array(fc.nat(2_000_000_000), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, values, (one, other) => {
        const { bars, left, right, baseline, ticks } = chartGeometry([one, other]);
        const top = ticks.at(-1)!.y;
        for (const { x, y, width, height } of bars) {
          assert.ok(x >= left && x + width <= right + 1e-6);
          assert.ok(y >= top - 1e-6 && y + height <= baseline + 1e-6);
        }
        const columns = bars.filter(({ series }) => series === 0);
        for (const [at, bar] of columns.entries()) {
          const next = columns[at + 1];
          if (next) assert.ok(bar.x + bar.width < next.x);
        }
      }),
    );
  });
});

describe('sidebar: stretches of time of the chart', () => {
  const now = new Date(2031, 4, 14, 15, 30);

  it('end with the hour, the day, the week or the month that is now', () => {
    const last = (span: (typeof spans)[number]) =>
      edgesOf(span, now)
        .slice(-2)
        .map((edge) => new Date(edge));
    assert.deepEqual(last('day'), [new Date(2031, 4, 14, 15), new Date(2031, 4, 14, 16)]);
    assert.deepEqual(last('month'), [new Date(2031, 4, 14), new Date(2031, 4, 15)]);
    assert.deepEqual(last('quarter'), [new Date(2031, 4, 12), new Date(2031, 4, 19)]);
    assert.deepEqual(last('year'), [new Date(2031, 4, 1), new Date(2031, 5, 1)]);
  });

  it('are ascending at any time, and as many as the picture has room for', () => {
    const time = fc.date({ min: new Date(2020, 0, 1), max: new Date(2040, 0, 1), noInvalidDate: true });
    fc.assert(
      fc.property(time, fc.constantFrom(...spans), (date, span) => {
        const edges = edgesOf(span, date);
        assert.ok(edges.length >= 13 && edges.length <= 31);
        for (const [at, edge] of edges.entries()) assert.ok(at === 0 || edge > edges[at - 1]!);
        assert.ok(edges.at(-2)! <= date.getTime() && date.getTime() < edges.at(-1)!);
      }),
    );
  });

  it('are called as people call them', () => {
    const label = (span: (typeof spans)[number], language: string) =>
      spanLabels(span, language)(now.getTime());
    assert.equal(label('month', 'en-US'), 'May 14');
    assert.equal(label('month', 'de'), '14. Mai');
    assert.equal(label('day', 'de'), '15:30');
    assert.equal(label('year', 'en-US'), 'May 2031');
  });
});

describe('sidebar: series of the chart', () => {
  it('are those of its kind, with their sums', () => {
    const figures = {
      runs: 1,
      accepted: 5,
      unchanged: 2,
      failed: 1,
      dataPoints: 7,
      dataPointsSaved: 3,
      requests: 4,
      retries: 0,
    };
    assert.deepEqual(seriesOf('dataPoints', [figures, figures]), [
      { name: 'dataPoints', values: [7, 7], total: 14 },
      { name: 'dataPointsSaved', values: [3, 3], total: 6 },
    ]);
    assert.deepEqual(
      seriesOf('profiles', []).map(({ name, total }) => [name, total]),
      [
        ['accepted', 0],
        ['unchanged', 0],
        ['failed', 0],
      ],
    );
  });
});
