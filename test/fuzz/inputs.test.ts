/** How many inputs the fuzzers of this folder get when nothing else is said. */

import { expect, test } from "vitest";
import { DEFAULT_RUNS } from "../transport/node/support/fuzz.js";
import { SHARES } from "./support/targets.js";

test("the fuzzers try 200,000 inputs and more in every run", () => {
  const shares = Object.values(SHARES).reduce((sum, share) => sum + share, 0);
  expect(shares * DEFAULT_RUNS).toBeGreaterThanOrEqual(200_000);
});
