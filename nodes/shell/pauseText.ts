import type { Words } from './statusText';

/** Why sending pauses: in words where the pace holds it back, else the code of what went wrong. */
export function pauseText(words: Words, why: string, ms: number): string {
  const until = new Date(Date.now() + ms).toLocaleTimeString();
  if (why === 'window') return words('status.window', { until });
  if (why === 'refused') return words('status.refused', { until });
  if (why === 'budget') return words('status.budget', { until });
  return why;
}
