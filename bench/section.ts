/** A part of the benchmarks: what it measures, and how its result is shown on the terminal and in docs/performance.md. */

/** @typeParam Result plain data: it goes into bench/results.json as it is */
export interface Section<Result> {
  /** Its key in bench/results.json, and the name of its place in docs/performance.md. */
  readonly name: string;
  /** A line for the terminal: what is about to be measured. */
  readonly title: string;
  /**
   * Measures.
   * @param log tells how far it is, a line each
   * @throws Error that says what is missing, when it cannot be measured here
   */
  run(log: (line: string) => void): Promise<Result>;
  /** The result as tables of plain text. */
  text(result: Result): string;
  /** The result as Markdown; charts are referred to as `performance/<file name>`. */
  markdown(result: Result): string;
  /** SVG documents by file name, such as `node-rate.svg`. */
  charts(result: Result): Readonly<Record<string, string>>;
}
