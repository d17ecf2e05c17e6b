/** Two devices with one client identifier, as seen by one of them. */

import { describe, expect, test } from "vitest";
import type { ClosedEvent } from "../../src/mqtt/connection-event.js";
import { TakeoverWatch } from "../../src/mqtt/takeover-watch.js";

const SHORT = 120_000;

function closed(fields: Partial<ClosedEvent>): ClosedEvent {
  return {
    type: "closed",
    stage: "connected",
    reason: "closed-by-server",
    returnCode: undefined,
    cause: undefined,
    ...fields,
  };
}

/** What is said after each of these ends, each after a short connection unless a length is given. */
function said(...ends: (Partial<ClosedEvent> & { lasted?: number })[]): boolean[] {
  const watch = new TakeoverWatch();
  return ends.map(({ lasted = 2000, ...fields }) => watch.ended(closed(fields), lasted, SHORT));
}

describe("the watch for take-overs [MQTT-3.1.4-2]", () => {
  test("speaks at every third short connection in a row that the server ended", () => {
    expect(said({}, {}, {}, {}, {}, {})).toEqual([false, false, true, false, false, true]);
  });

  test("begins anew after a connection that lasted", () => {
    expect(said({}, {}, { lasted: SHORT + 1 }, {}, {}, {})).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  test("begins anew when the application asked for the end", () => {
    expect(said({}, {}, { reason: "requested" }, {})).toEqual([false, false, false, false]);
  });

  test("takes a broken link neither for a sign nor against one", () => {
    expect(said({}, { reason: "network" }, {}, { reason: "network" }, {})).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  test("ignores attempts that never came to a connection", () => {
    expect(said({}, { stage: "open" }, {}, { stage: "connack" }, {})).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
  });
});
