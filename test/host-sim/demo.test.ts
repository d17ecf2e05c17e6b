/** The demonstration that `npm start` plays. */

import { expect, test } from "vitest";
import { Cli, reedSim } from "../support/cli.js";

test("npm start sees every step, says that the back-off is shortened, and ends with status 0 within a minute", async () => {
  const { status, stdout, stderr } = await reedSim(["demo"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain("the back-off is shortened, 8 times");
  expect(stdout).toContain("mqtt (primary) is gone");
  expect(stdout).toContain("giving up on mqtt for now: first attempt at mqtt1");
  expect(stdout.match(/\*\*\* SIREN ON \*\*\*/g)).toHaveLength(2);
  expect(stdout).toContain("Every step was observed");
}, 60_000);

test("Ctrl-C ends it cleanly, with status 1 because not every step was seen", async () => {
  const demo = new Cli(["demo"]);
  await demo.prints("the siren sounds");
  demo.signal("SIGINT");
  const { status, stdout, stderr } = await demo.result();
  expect({ status, stderr }).toEqual({ status: 1, stderr: "reed-sim: interrupted\n" });
  expect(stdout).toContain("disconnected from mqtt");
});
