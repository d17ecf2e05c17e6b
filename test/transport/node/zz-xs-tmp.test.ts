import { expect, test } from "vitest";
import { runOnXs } from "../../xs/support/test-file.js";

for (const f of (process.env["XSF"] ?? "").split(","))
  test(f, async () => {
    const r = await runOnXs(f);
    console.log(
      f,
      r.length,
      r.filter((x) => x.failure),
    );
    expect(r.filter((x) => x.failure)).toEqual([]);
  });
