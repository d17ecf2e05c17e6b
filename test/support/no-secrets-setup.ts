/** For every test file: no test prints a secret. */

import { afterEach, expect } from "vitest";
import { overheard, takeLeaks } from "./no-secrets.js";

for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write.bind(stream);
  stream.write = ((chunk: Uint8Array | string, ...rest: never[]) => {
    overheard(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8"));
    return write(chunk, ...rest);
  }) as typeof stream.write;
}

afterEach(() => {
  expect(takeLeaks()).toEqual([]);
});
