/** What a test run leaves for `scripts/test.mjs` in the file named in `TEST_SUMMARY_FILE`. */
export interface TestSummary {
  passed: number;
  failed: number;
  pending: number;
  /** One line for each absent system part. */
  leftOut: string[];
}
