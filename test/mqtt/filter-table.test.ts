/** The table of topic filters, against a Map: few entries or many, they come, go and are found in the same order. */

import { describe, expect, test } from "vitest";
import { FilterTable } from "../../src/mqtt/filter-table.js";
import { SubscriptionEntry } from "../../src/mqtt/subscription-entry.js";
import { RandomSource } from "./support/random.js";

function tableOf(...filters: readonly string[]): FilterTable {
  const table = new FilterTable();
  for (const filter of filters) table.add(new SubscriptionEntry(filter));
  return table;
}

function filtersOf(table: FilterTable): readonly string[] {
  return [...table.entries].map(({ topicFilter }) => topicFilter);
}

function drop(table: FilterTable, filter: string): boolean {
  return table.delete(table.get(filter) ?? new SubscriptionEntry(filter));
}

describe("a table of topic filters", () => {
  test("is empty at first, and knows none", () => {
    const table = new FilterTable();
    expect([table.length, filtersOf(table), table.get("a"), drop(table, "a")]).toEqual([
      0,
      [],
      undefined,
      false,
    ]);
  });

  for (const count of [1, 2, 3, 4, 5, 6, 9]) {
    const all = Array.from({ length: count }, (_, i) => `f/${i}`);

    test(`of ${count} gives back each entry that was put in, in order`, () => {
      const table = new FilterTable();
      const entries = all.map((filter) => new SubscriptionEntry(filter));
      for (const entry of entries) table.add(entry);
      expect(all.every((filter, i) => table.get(filter) === entries[i])).toBe(true);
      expect([table.length, filtersOf(table), table.get("f/"), table.get(`f/${count}`)]).toEqual([
        ...[count, all],
        ...[undefined, undefined],
      ]);
    });

    test(`of ${count} loses any of them, and has it at its end when it comes again`, () => {
      for (const gone of all) {
        const table = tableOf(...all);
        const rest = all.filter((filter) => filter !== gone);
        expect([drop(table, gone), drop(table, gone)]).toEqual([true, false]);
        expect([table.length, filtersOf(table), table.get(gone)]).toEqual([count - 1, rest, undefined]);
        table.add(new SubscriptionEntry(gone));
        expect([table.length, filtersOf(table)]).toEqual([count, [...rest, gone]]);
      }
    });

    test(`of ${count} loses all while they are visited, and takes in new ones`, () => {
      const table = tableOf(...all);
      const visited: string[] = [];
      for (const entry of table.entries) {
        visited.push(entry.topicFilter);
        table.delete(entry);
      }
      expect([visited, table.length, filtersOf(table)]).toEqual([all, 0, []]);
      for (const filter of all) table.add(new SubscriptionEntry(filter));
      expect([table.length, filtersOf(table)]).toEqual([count, all]);
    });
  }

  test("does not share its entries with another one", () => {
    const one = tableOf("a");
    const other = tableOf();
    expect([one.length, other.length, other.get("a")]).toEqual([1, 0, undefined]);
  });

  test("is as a Map is, whatever comes and goes", () => {
    const random = new RandomSource(1);
    for (let round = 0; round < 60; round += 1) {
      const table = new FilterTable();
      const model = new Map<string, SubscriptionEntry>();
      const different = 2 + random.below(8);
      for (let step = 0; step < 40; step += 1) {
        const filter = `f/${random.below(different)}`;
        const known = model.get(filter);
        if (known === undefined) {
          const entry = new SubscriptionEntry(filter);
          table.add(entry);
          model.set(filter, entry);
        } else if (random.below(2) === 0) {
          expect(table.delete(known)).toBe(model.delete(filter));
        }
        expect(table.get(filter) === model.get(filter)).toBe(true);
        const [entries, expected] = [[...table.entries], [...model.values()]];
        expect(entries.length === expected.length && entries.every((one, i) => one === expected[i])).toBe(
          true,
        );
        expect(table.length).toBe(model.size);
      }
    }
  });
});
