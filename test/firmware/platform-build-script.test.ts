/** What `npm run build:esp32` and the others say when the Moddable SDK is not there. */

import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

/** Exit status and messages of the script, with only these variables of the environment. */
function build(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const script = new URL("../../scripts/build-firmware.mjs", import.meta.url).pathname;
  const { status, stderr } = spawnSync(process.execPath, [script, ...args], { env, encoding: "utf8" });
  return { status, stderr };
}

test("without the SDK says how to get it", () => {
  const { status, stderr } = build(["esp32"]);
  expect(status).toBe(2);
  expect(stderr).toContain("the Moddable SDK is needed: MODDABLE is not set");
  expect(stderr).toContain("npx xs-dev setup --device esp32");
  expect(stderr).toContain("https://github.com/Moddable-OpenSource/moddable");
});

test("with a folder that is no SDK says which tool it misses", () => {
  const { status, stderr } = build(["lin"], { MODDABLE: "/nowhere" });
  expect(status).toBe(2);
  expect(stderr).toMatch(/there is no mcconfig in .*nowhere/);
  expect(stderr).not.toContain("--device esp32");
});

test.each([[[]], [["esp8266"]], [["lin", "--flash"]], [["esp32", "lin"]]])("refuses %j", (args) => {
  const { status, stderr } = build(args);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^usage:|nothing to flash/);
});
