/** What became of one test on XS. */

export interface XsResult {
  /** Its groups' names and its own, with " > " between them. */
  readonly name: string;
  /** Why it failed; absent when it passed. */
  readonly failure?: string;
  /** Why it was not run. */
  readonly skipped?: string;
}
