/**
 * The model check: every action in every state of small worlds, each time with the real session, connection and
 * message store. See docs/testing.md for what is explored and what must hold.
 */

import { describe, expect, test } from "vitest";
import { explore, replay } from "./explorer.js";
import { SCOPES } from "./scopes.js";
import type { Scope } from "./world.js";
import { ACTIONS } from "./world.js";

/** In each scope, at most; `REED_MODEL_TRANSITIONS` says otherwise, for a night. */
const LIMIT = Number(process.env["REED_MODEL_TRANSITIONS"] ?? 200_000);
/** In all scopes together, at least. */
const TRANSITIONS = 1_000_000;

describe("whatever happens, QoS 1 arrives at least once, QoS 2 exactly once, in order, within the bounds:", () => {
  const found: { name: string; transitions: number; states: number; depth: number; complete: string }[] = [];

  for (const scope of SCOPES) {
    test(scope.name, { timeout: 60_000 + LIMIT }, () => {
      const { transitions, states, depth, isComplete } = explore(scope, LIMIT);
      found.push({ name: scope.name, transitions, states, depth, complete: isComplete ? "yes" : "no" });
      expect(isComplete || transitions === LIMIT).toBe(true);
    });
  }

  test("in a million different steps and more", ({ skip }) => {
    skip(found.length < SCOPES.length, "only some scopes were explored");
    const transitions = found.reduce((sum, one) => sum + one.transitions, 0);
    const lines = found.map(
      ({ name, transitions: count, states, depth, complete }) =>
        `  ${count} steps, ${states} states, depth ${depth}, complete: ${complete}: ${name}`,
    );
    process.stdout.write(`model check: ${transitions} different steps\n${lines.join("\n")}\n`);
    if (LIMIT >= 200_000) expect(transitions).toBeGreaterThanOrEqual(TRANSITIONS);
  });
});

describe("found here, and mended:", () => {
  test("an identifier whose message had no room in the store is not given out again after a loss of power", () => {
    const scope = SCOPES.find(({ name }) => name.includes("more in flight")) as Scope;
    const names = [
      ...["reconnect", "device takes a packet"],
      ...["publish QoS 2", "publish QoS 2", "publish QoS 2"],
      ...["transmit", "transmit", "transmit"],
      ...["server takes a packet", "server takes a packet", "server takes a packet"],
      ...["power fails", "publish QoS 2", "reconnect", "device takes a packet"],
      ...["transmit", "transmit", "transmit"],
      ...["server takes a packet", "server takes a packet", "server takes a packet"],
    ] as const;
    replay(
      scope,
      names.map((name) => ACTIONS.indexOf(name)),
    );
  });
});
