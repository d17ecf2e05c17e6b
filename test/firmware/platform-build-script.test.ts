/** What `npm run build:esp32` and the others say when the Moddable SDK is not there. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

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

test("refuses a file that the device could not store under its name, and one that is no text", () => {
  const folder = mkdtempSync(join(tmpdir(), "reed-files-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const long = join(folder, "authorities-of-mine.pem");
  writeFileSync(long, "a certificate");
  expect(build(["esp32", "--file", long])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("authorities-of-mine.pem: the device stores files with names of at most"),
  });
  const binary = join(folder, "ca.der");
  writeFileSync(binary, new Uint8Array([0x30, 0x82, 0xff]));
  expect(build(["esp32", "--file", binary]).stderr).toContain(`cannot read ${binary}`);
  expect(build(["esp32", "--file", join(folder, "absent.pem")]).stderr).toContain("no such file");
});

test.each([[[]], [["esp8266"]], [["lin", "--flash"]], [["esp32", "lin"]]])("refuses %j", (args) => {
  const { status, stderr } = build(args);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^usage:|nothing to flash/);
});
