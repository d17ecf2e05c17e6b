/** Every transition of the alarm. */

import { describe, expect, test } from "vitest";
import type { AlarmInput, AlarmState } from "../../firmware/apps/alarm-state.js";
import { ALARM_COMMANDS, ALARM_TRANSITIONS } from "../../firmware/apps/alarm-state.js";

/** State, input, next state: all there are. */
const EXPECTED: readonly (readonly [AlarmState, AlarmInput, AlarmState])[] = [
  ["disarmed", "arm", "armed"],
  ["disarmed", "disarm", "disarmed"],
  ["disarmed", "silence", "disarmed"],
  ["disarmed", "door-open", "disarmed"],
  ["armed", "arm", "armed"],
  ["armed", "disarm", "disarmed"],
  ["armed", "silence", "armed"],
  ["armed", "door-open", "triggered"],
  ["triggered", "arm", "triggered"],
  ["triggered", "disarm", "disarmed"],
  ["triggered", "silence", "armed"],
  ["triggered", "door-open", "triggered"],
];

describe("the alarm's states", () => {
  for (const [state, input, next] of EXPECTED) {
    test(`${state}, at ${input}: ${next}`, () => {
      expect(ALARM_TRANSITIONS[state][input]).toBe(next);
    });
  }

  test("the list above has every state and every input", () => {
    const listed = Object.keys(ALARM_TRANSITIONS).flatMap((state) =>
      Object.keys(ALARM_TRANSITIONS[state as AlarmState]).map((input) => `${state} ${input}`),
    );
    expect(listed).toEqual(EXPECTED.map(([state, input]) => `${state} ${input}`));
  });

  test("no command is a door", () => {
    expect([...ALARM_COMMANDS]).toEqual(["arm", "disarm", "silence"]);
  });

  test("the table is frozen at every level", () => {
    expect(Object.isFrozen(ALARM_TRANSITIONS)).toBe(true);
    expect(Object.values(ALARM_TRANSITIONS).every((row) => Object.isFrozen(row))).toBe(true);
    expect(Object.isFrozen(ALARM_COMMANDS)).toBe(true);
  });
});
