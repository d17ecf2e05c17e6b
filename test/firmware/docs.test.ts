/** docs/apps.md says what the code does. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { AlarmState } from "../../firmware/apps/alarm-state.js";
import { ALARM_TRANSITIONS } from "../../firmware/apps/alarm-state.js";
import { ALARM_KEYS, DOOR_KEYS } from "../../src/config/app-keys.js";
import { CLIMATE_KEYS } from "../../src/config/climate-keys.js";

const TEXT = readFileSync(new URL("../../docs/apps.md", import.meta.url), "utf8");

/** The second cell of the row that starts with `first`. */
function cell(first: string): string | undefined {
  const row = TEXT.split("\n").find((line) => line.startsWith(`| ${first} |`));
  return row?.split("|")[2]?.trim();
}

describe("docs/apps.md", () => {
  for (const [section, keys] of Object.entries({
    door: DOOR_KEYS,
    alarm: ALARM_KEYS,
    climate: CLIMATE_KEYS,
  })) {
    for (const [name, key] of Object.entries(keys)) {
      test(`has ${section}.${name} with its default`, () => {
        const value = cell(`\`${section}.${name}\``);
        if (key.type === "strings") expect(value).toBe("none");
        else if (key.type === "string") expect(key.doc).toContain(`When empty: ${value}.`);
        else expect(value).toBe(String(key.default));
      });
    }
  }

  test("has the alarm's transitions", () => {
    for (const state of Object.keys(ALARM_TRANSITIONS)) {
      const row = TEXT.split("\n").find((line) => line.startsWith(`| **${state}** |`));
      const next = row?.split("|").slice(2, 6);
      expect(next?.map((text) => text.trim())).toEqual(Object.values(ALARM_TRANSITIONS[state as AlarmState]));
    }
  });
});
