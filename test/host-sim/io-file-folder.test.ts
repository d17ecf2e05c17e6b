/** The files that a config names, from the folder of the config. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { FileFolder } from "../../host-sim/io/file-folder.js";

const directory = mkdtempSync(join(tmpdir(), "io-file-folder-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
mkdirSync(join(directory, "certificates"));
writeFileSync(join(directory, "ca.pem"), Uint8Array.of(1, 2, 3));
writeFileSync(join(directory, "certificates", "own.pem"), Uint8Array.of(4));
writeFileSync(join(directory, "longest"), new Uint8Array(262_144));
writeFileSync(join(directory, "too-long"), new Uint8Array(262_145));

describe("a folder of files", () => {
  const folder = new FileFolder(join(directory, "certificates"));

  test.each([
    ["by name", "own.pem", [4]],
    ["from another folder", "../ca.pem", [1, 2, 3]],
    ["by absolute path", join(directory, "ca.pem"), [1, 2, 3]],
  ])("has files %s", (_, name, bytes) => {
    expect(folder.read(name)).toEqual(Uint8Array.from(bytes));
  });

  test("has nothing for a name that no file has", () => {
    expect(folder.read("none.pem")).toBeUndefined();
    expect(folder.read("own.pem/none.pem")).toBeUndefined();
  });

  test("reads a file anew each time", () => {
    const path = join(directory, "changing");
    writeFileSync(path, "a");
    expect(folder.read(path)).toEqual(Uint8Array.of(0x61));
    writeFileSync(path, "b");
    expect(folder.read(path)).toEqual(Uint8Array.of(0x62));
  });

  test("refuses a file of more than 256 KiB", () => {
    expect(folder.read("../longest")).toHaveLength(262_144);
    expect(() => folder.read("../too-long")).toThrow("has 262145 bytes, more than 262144");
  });

  test("refuses what is no file", () => {
    expect(() => folder.read("")).toThrow("is not a file");
    expect(() => folder.read("/dev/zero")).toThrow("is not a file");
  });
});
