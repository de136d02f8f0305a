/** A scenario that would take longer is cut to `leastRuns`. */
const patienceMs = 15 * 60_000;
const leastRuns = 3;

/**
 * Repeats a measurement `runs` times, or three times where the first shows that all would take over 15 minutes.
 * @returns what each one found, in order.
 */
export async function repeatInTime<T>(runs: number, measure: (run: number) => Promise<T>): Promise<T[]> {
  const found: T[] = [];
  let wanted = runs;
  const start = Date.now();
  while (found.length < wanted) {
    found.push(await measure(found.length + 1));
    if (found.length === 1 && (Date.now() - start) * runs > patienceMs) wanted = Math.min(runs, leastRuns);
  }
  return found;
}
