import type { Price } from './price';
import type { GoalReport } from './report';
import type { ReportWords } from './reportText';

/** Attributes that a text names; the machine-readable report has more. */
const shownAttributes = 5;

/** What a goal cost in data points, was spared, and would cost. Nothing where the target charges nothing. */
export function costLines(goal: GoalReport, dryRun: boolean, words: ReportWords): string[] {
  const { dataPoints, dataPointsUncertain, dataPointsSaved, attributesSaved, price } = goal;
  const number = (count: number) => count.toLocaleString(words('locale'));
  const saved = { saved: number(dataPointsSaved), attributes: number(attributesSaved) };
  const lines: string[] = [];
  if (dryRun) {
    if (attributesSaved > 0) lines.push(words('cost.saved', saved));
  } else if (dataPoints > 0 || attributesSaved > 0) {
    lines.push(words('cost.spent', { spent: number(dataPoints), ...saved }));
  }
  if (dataPointsUncertain > 0) lines.push(words('cost.uncertain', { points: number(dataPointsUncertain) }));
  return price ? [...lines, ...priceLines(price, dryRun, words)] : lines;
}

function priceLines(price: Price, dryRun: boolean, words: ReportWords): string[] {
  const number = (count: number) => count.toLocaleString(words('locale'));
  const { rows, requests, dataPoints, byAttribute, mayBeCreated, over, incomplete } = price;
  const total = { rows: number(rows), requests: number(requests), points: number(dataPoints) };
  const lines = [words(dryRun ? 'cost.dryRun' : 'cost.rest', total)];
  if (incomplete) lines.push(words('cost.atLeast'));
  if (byAttribute.length > 0) {
    const shown = byAttribute.slice(0, shownAttributes);
    const others = dataPoints - shown.reduce((sum, one) => sum + one.dataPoints, 0);
    const list = shown.map((one) => `${one.name} ${number(one.dataPoints)}`);
    if (others > 0) list.push(`${words('cost.others')} ${number(others)}`);
    lines.push(words('cost.attributes', { list: list.join(', ') }));
  }
  if (mayBeCreated) lines.push(words('cost.mayBeCreated', { users: number(mayBeCreated) }));
  if (dryRun && over) {
    const limit = { limit: number(over.limit) };
    lines.push(words(over.kind === 'run' ? 'cost.overRun' : 'cost.overEmptyStore', limit));
  }
  return lines;
}
