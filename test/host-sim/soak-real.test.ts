/** `npm run soak` itself, and a few seconds of it against mosquitto. */

import { execFileSync, spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { isPassed, reportText } from "../../host-sim/soak/report.js";
import { realSoak } from "../../scripts/soak/soaks.js";

const SCRIPT = new URL("../../scripts/soak.mjs", import.meta.url).pathname;

test("some seconds against a mosquitto that is killed and started again keep every promise", async () => {
  // With this seed the broker is killed in this time.
  const report = await realSoak(0.1, 8);
  expect(isPassed(report), reportText(report)).toBe(true);
  expect([...report.faults.keys()]).toContain("broker killed");
  expect(report.reconnects).toBeGreaterThan(0);
  expect(report.flows.every(({ sent }) => sent > 10)).toBe(true);
});

test("the command prints the figures and ends with 0 when nothing was lost", () => {
  const output = execFileSync("node", [SCRIPT, "--hours", "1", "--events", "200", "--seed", "3"]).toString();
  expect(output).toContain("virtual soak: 1 h, 200 movements of the door, seed 3");
  expect(output).toContain("nothing lost, nothing twice at QoS 2");
});

test("the command ends with 2 when it does not know for how long", () => {
  const { status, stderr } = spawnSync("node", [SCRIPT, "--hours", "soon"], { encoding: "utf8" });
  expect([status, stderr]).toEqual([2, expect.stringContaining("usage: npm run soak")]);
});
