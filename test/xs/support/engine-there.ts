/** Whether XS is there, and whether it has to be. */

import { describe, test } from "vitest";
import { findWorkerFile } from "../../../host-sim/xs/worker-file.js";

/** CI says so: there, tests on XS must run. */
const IS_REQUIRED = process.env["REED_REQUIRE_XS"] === "1" || process.env["CI"] !== undefined;

/**
 * Declares tests that need XS. Without it they appear as one skipped test that says why; where it is required, as one
 * that fails.
 */
export async function describeOnXs(name: string, declare: () => void | Promise<void>): Promise<void> {
  const file = findWorkerFile();
  if ("path" in file) {
    await declare();
    return;
  }
  describe(name, () => {
    if (!IS_REQUIRED) {
      test.skip(`skipped, since XS is not available: ${file.missing}`, () => {});
      return;
    }
    test("XS is available", () => {
      throw new Error(file.missing);
    });
  });
}
