/** Returns a function that calls `work` after this many milliseconds, once however often it was called until then. */
export function soon(ms: number, work: () => void): () => void {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    setTimeout(() => {
      due = false;
      work();
    }, ms);
  };
}
