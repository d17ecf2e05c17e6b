/** The timers of the worker, with a host of the test's: what they ask it for, and what they call back with. */

import { afterEach, expect, test, vi } from "vitest";
import { GuestTimers } from "../../host-sim/xs/guest/timers.js";
import { pack, unpack } from "../../host-sim/xs/message.js";

afterEach(() => {
  vi.unstubAllGlobals();
});

test("a timer of the worker hands over the target it was made for, each its own, each time", () => {
  const asked: unknown[] = [];
  vi.stubGlobal("xs", {
    issueCommand(question: ArrayBuffer) {
      asked.push(unpack(new Uint8Array(question)).message);
      return pack({}).buffer;
    },
  });
  const timers = new GuestTimers();
  const handed: unknown[] = [];
  const [one, other] = ["one", "other"].map((target) => timers.create((given) => handed.push(given), target));
  for (let round = 0; round < 2; round += 1) {
    one?.schedule(5);
    other?.schedule(7);
    timers.expired(1);
    timers.expired(0);
  }
  expect(handed).toEqual(["other", "one", "other", "one"]);
  expect(asked.slice(0, 2)).toEqual([
    { type: "schedule", timer: 0, delay: 5 },
    { type: "schedule", timer: 1, delay: 7 },
  ]);
});
