import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/no-secrets-setup.ts"],
    // Generous, for property tests on a busy machine with two cores.
    testTimeout: 60_000,
  },
});
