/** Flash in a file. */

import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { FileFlash } from "../../host-sim/io/file-flash.js";
import { Journal } from "../../src/mqtt/journal.js";

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "reed-flash-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "flash");
}

function open(path: string): FileFlash {
  const flash = new FileFlash(path, 256, 4);
  onTestFinished(() => flash.close());
  return flash;
}

function contentOf(flash: FileFlash, offset: number, length: number): readonly number[] {
  const target = new Uint8Array(length);
  flash.read(offset, target);
  return [...target];
}

describe("flash in a file", () => {
  test("is erased at first, keeps what is written, and erases by the block", () => {
    const path = newPath();
    const flash = open(path);
    expect(statSync(path).size).toBe(1024);
    expect(contentOf(flash, 0, 1024).every((byte) => byte === 0xff)).toBe(true);
    flash.write(250, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    const again = open(path);
    expect(contentOf(again, 249, 10)).toEqual([255, 1, 2, 3, 4, 5, 6, 7, 8, 255]);
    again.erase(0);
    expect(contentOf(again, 249, 10)).toEqual([255, 255, 255, 255, 255, 255, 255, 7, 8, 255]);
  });

  test("of another length is made anew", () => {
    const path = newPath();
    writeFileSync(path, "what is this");
    expect(contentOf(open(path), 0, 4)).toEqual([255, 255, 255, 255]);
  });

  test("refuses to read beyond its end", () => {
    expect(() => open(newPath()).read(1020, new Uint8Array(8))).toThrow("cannot read 8 bytes at 1020");
  });

  test("carries a journal from one process to the next", () => {
    const path = newPath();
    const found: number[][] = [];
    const owner = {
      onRecord: (payload: Uint8Array) => found.push([...payload]),
      rewrite: (append: (payload: Uint8Array) => boolean) => append(Uint8Array.of(1)),
    };
    const journal = new Journal(open(path), owner);
    journal.append(Uint8Array.of(1));
    journal.append(Uint8Array.of(2, 3));
    expect(found).toEqual([]);
    new Journal(open(path), owner);
    expect(found).toEqual([[1], [2, 3]]);
  });
});
