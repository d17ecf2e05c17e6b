import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Generous, for property tests on a busy machine with two cores.
    testTimeout: 60_000,
  },
});
