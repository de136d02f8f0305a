import { create } from '../editor/elements';
import { chartGeometry } from './chartGeometry.editor';
import { type ChartKind, seriesOf } from './chartSeries.editor';
import type { Figures } from './sidebarData.editor';
import type { Wording } from './wording.editor';

const key = (name: string) => `profile-sync-sidebar.chart.${name}`;
const svgNamespace = 'http://www.w3.org/2000/svg';

export interface ChartContent {
  kind: ChartKind;
  buckets: readonly Figures[];
  /** A name for each stretch of time. */
  labels: readonly string[];
}

/** Columns as SVG, for the eye; the same numbers are in `chartTable`. Series differ in pattern, not by colour alone. */
export function chartPicture(
  { kind, buckets, labels }: ChartContent,
  { text, number }: Wording,
): SVGSVGElement {
  const series = seriesOf(kind, buckets);
  const geometry = chartGeometry(series.map(({ values }) => values));
  const { width, height, left, right, baseline } = geometry;
  const ids = { title: 'profile-sync-chart-title', desc: 'profile-sync-chart-desc' };
  const told = series.map(({ name, total }) => `${text(key(`series.${name}`))}: ${number(total)}`).join(', ');
  const picture = svg('svg', {
    class: 'profile-sync-chart',
    viewBox: `0 0 ${width} ${height}`,
    role: 'img',
    'aria-labelledby': `${ids.title} ${ids.desc}`,
  });
  picture.append(
    svg('title', { id: ids.title }, text(key(`kind.${kind}`))),
    svg(
      'desc',
      { id: ids.desc },
      text(key('desc'), { from: labels[0] ?? '', to: labels.at(-1) ?? '', sums: told }),
    ),
    hatching(),
  );
  for (const { y, value } of geometry.ticks) {
    const at = String(y);
    picture.append(
      svg('line', { class: 'profile-sync-chart-line', x1: String(left), x2: String(right), y1: at, y2: at }),
      svg('text', { x: String(left - 5), y: String(y + 3), 'text-anchor': 'end' }, short(value, number)),
    );
  }
  for (const { series: of, x, y, width: wide, height: tall } of geometry.bars) {
    picture.append(
      svg('rect', {
        class: `profile-sync-bar profile-sync-bar-${series[of]!.name}`,
        x: x.toFixed(2),
        y: y.toFixed(2),
        width: wide.toFixed(2),
        height: tall.toFixed(2),
      }),
    );
  }
  const anchors = ['start', 'middle', 'end'];
  for (const [at, label] of geometry.labels.entries()) {
    const anchor = geometry.labels.length === 3 ? anchors[at]! : 'start';
    const x = anchor === 'start' ? left : anchor === 'end' ? right : label.x;
    picture.append(
      svg('text', { x: String(x), y: String(baseline + 14), 'text-anchor': anchor }, labels[label.at] ?? ''),
    );
  }
  return picture;
}

/** What each pattern means, with the sum of its series. */
export function chartLegend({ kind, buckets }: ChartContent, { text, number }: Wording): HTMLElement {
  const entries = seriesOf(kind, buckets).map(({ name, total }) => {
    const swatch = svg('svg', { class: 'profile-sync-swatch', viewBox: '0 0 12 12', 'aria-hidden': 'true' });
    const bar = `profile-sync-bar profile-sync-bar-${name}`;
    swatch.append(svg('rect', { class: bar, x: '1', y: '1', width: '10', height: '10' }));
    return create('li', {}, swatch, ' ', `${text(key(`series.${name}`))}: ${number(total)}`);
  });
  return create('ul', { class: 'profile-sync-legend' }, ...entries);
}

/** The numbers of the chart, for those who do not see it; stretches of time without a run are left out. */
export function chartTable({ kind, buckets, labels }: ChartContent, { text, number }: Wording): HTMLElement {
  const series = seriesOf(kind, buckets);
  const rows = buckets.flatMap((bucket, at) =>
    bucket.runs === 0
      ? []
      : [
          create(
            'tr',
            {},
            create('th', { scope: 'row' }, labels[at] ?? ''),
            create('td', {}, number(bucket.runs)),
            ...series.map(({ values }) => create('td', {}, number(values[at] ?? 0))),
          ),
        ],
  );
  const heads = [
    text(key('time')),
    text(key('runs')),
    ...series.map(({ name }) => text(key(`series.${name}`))),
  ];
  return create(
    'table',
    { class: 'profile-sync-table' },
    create('caption', {}, text(key(`kind.${kind}`))),
    create('thead', {}, create('tr', {}, ...heads.map((head) => create('th', { scope: 'col' }, head)))),
    create('tbody', {}, ...rows),
  );
}

/** Thousands and millions in short, so that they fit beside the lines. */
function short(value: number, number: Wording['number']): string {
  if (value >= 1_000_000) return `${number(value / 1_000_000)} M`;
  return value >= 10_000 ? `${number(value / 1_000)} k` : number(value);
}

/** The pattern of what was saved; it is named by the style. */
function hatching(): SVGElement {
  const definitions = svg('defs', {});
  const pattern = svg('pattern', {
    id: 'profile-sync-hatching',
    width: '4',
    height: '4',
    patternUnits: 'userSpaceOnUse',
    patternTransform: 'rotate(45)',
  });
  pattern.append(svg('rect', { class: 'profile-sync-hatching', width: '2', height: '4' }));
  definitions.append(pattern);
  return definitions;
}

function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string>,
  text?: string,
): SVGElementTagNameMap[Tag] {
  const made = document.createElementNS(svgNamespace, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}
