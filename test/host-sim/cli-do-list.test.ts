/** The `--do` list: times, actions, and what is refused. */

import { describe, expect, test } from "vitest";
import { parseDoList } from "../../host-sim/cli/do-list.js";
import { BAD_USAGE, CommandError } from "../../host-sim/cli/exit.js";

describe("the --do list", () => {
  test("reads times in ms, s and minutes, with fractions", () => {
    expect(parseDoList("250ms open, 1.5s close, 2m exit")).toEqual([
      { time: 250, action: "open" },
      { time: 1500, action: "close" },
      { time: 120_000, action: "exit" },
    ]);
  });

  test("lets an entry without a time happen with the one before it", () => {
    expect(parseDoList("open, 1s close, exit")).toEqual([
      { time: 0, action: "open" },
      { time: 1000, action: "close" },
      { time: 1000, action: "exit" },
    ]);
  });

  test("is sorted by time, and stable", () => {
    expect(parseDoList("2s exit, 1s open, 1s close").map(({ action }) => action)).toEqual([
      "open",
      "close",
      "exit",
    ]);
  });

  test("is empty for an empty text", () => {
    expect(parseDoList("")).toEqual([]);
    expect(parseDoList(" , ")).toEqual([]);
  });

  test.each(["1s", "open 1s", "1s explode", "1h open", "-1s open", "1 open", "1s open close"])(
    "refuses %s and says what would be right",
    (text) => {
      let caught: unknown;
      try {
        parseDoList(text);
      } catch (error) {
        caught = error;
      }
      expect(caught).toBeInstanceOf(CommandError);
      expect((caught as CommandError).status).toBe(BAD_USAGE);
      expect((caught as CommandError).message).toContain(`"${text}"`);
      expect((caught as CommandError).message).toContain("1.5s open");
    },
  );
});
