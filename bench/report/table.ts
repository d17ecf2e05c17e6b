/** Tables, for the terminal and for Markdown. The first column is text, the others are numbers or short words. */

export type Row = readonly (string | number)[];

const number = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

function cell(value: string | number): string {
  return typeof value === "number" ? number.format(value) : value;
}

/** Columns padded to their width. */
export function textTable(header: Row, rows: readonly Row[]): string {
  const lines = [header, ...rows].map((row) => row.map(cell));
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((text, column) => {
          const width = widths[column] ?? 0;
          return column === 0 ? text.padEnd(width) : text.padStart(width);
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The same as Markdown. */
export function markdownTable(header: Row, rows: readonly Row[]): string {
  const line = (row: Row): string => `| ${row.map(cell).join(" | ")} |`;
  const rule = `|${header.map((_, column) => (column === 0 ? "---" : "---:")).join("|")}|`;
  return [line(header), rule, ...rows.map(line)].join("\n");
}
