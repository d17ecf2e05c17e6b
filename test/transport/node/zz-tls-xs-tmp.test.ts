import { expect, test } from "vitest";
import { runOnXs } from "../../xs/support/test-file.js";
const files = (process.env["XS_FILES"] ?? "").split(",");
for (const f of files) test(f, async () => {
  const t = Date.now();
  const r = await runOnXs(f);
  console.log(f, r.length, "tests", Date.now() - t, "ms");
  const bad = r.filter((x) => x.failure !== undefined);
  expect(bad).toEqual([]);
}, 300_000);
