/** Tables of the benchmarks. */

import { expect, it } from "vitest";
import { markdownTable, textTable } from "../../bench/report/table.js";

const HEADER = ["name", "units", "ratio"];
const ROWS = [
  ["send", 15_467, "1.00"],
  ["receive", 2.345, "0.5"],
];

it("has columns of one width on the terminal, numbers to the right", () => {
  expect(textTable(HEADER, ROWS)).toBe(
    ["name      units  ratio", "send     15,467   1.00", "receive    2.35    0.5"].join("\n"),
  );
});

it("has the first column to the left in Markdown, the others to the right", () => {
  expect(markdownTable(HEADER, ROWS)).toBe(
    [
      "| name | units | ratio |",
      "|---|---:|---:|",
      "| send | 15,467 | 1.00 |",
      "| receive | 2.35 | 0.5 |",
    ].join("\n"),
  );
});

it("may have no rows", () => {
  expect(textTable(HEADER, [])).toBe("name  units  ratio");
  expect(markdownTable(HEADER, [])).toBe("| name | units | ratio |\n|---|---:|---:|");
});
