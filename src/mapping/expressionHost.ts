/**
 * Works an expression out for a record. It calls `step` before each part of the expression that it evaluates, waits for
 * the promise if it gets one, and ends with whatever `step` throws.
 */
export type Evaluate = (record: unknown, step: () => Promise<void> | undefined) => Promise<unknown>;

/** Whoever brings JSONata along. This package has none of its own, so that a mapping means what it means elsewhere in a flow. */
export interface ExpressionHost {
  /**
   * Reads an expression, once.
   *
   * @throws Error when it cannot be read, or names a function that a mapping may not use; the message says why.
   */
  prepare(expression: string): Evaluate;
}
