/** The driver of the XS worker: requests, questions in between, failures, and what the heap figures count. */

import { expect, onTestFinished, test } from "vitest";
import { heapBytes, heapGrowth, readHeapSnapshot } from "../../host-sim/xs/heap-snapshot.js";
import { XsWorker } from "../../host-sim/xs/worker.js";
import { describeOnXs } from "./support/engine-there.js";

function start(onQuery?: (question: Uint8Array) => Uint8Array): XsWorker {
  const worker = new XsWorker(onQuery);
  onTestFinished(() => worker.kill());
  return worker;
}

const REPLY = "globalThis.handleCommand = (question) => { const text = new TextDecoder().decode(question);";

await describeOnXs("the XS worker", () => {
  test("answers commands in order, and meters them", async () => {
    const worker = start();
    await worker.evaluate(`${REPLY} return new TextEncoder().encode(text + text).buffer; }`);
    const replies = await Promise.all(["a", "ü"].map((text) => worker.command(Buffer.from(text))));
    expect(replies.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(["aa", "üü"]);
    expect(replies.every(({ compute, heapCount }) => compute > 0 && heapCount > 0)).toBe(true);
  });

  test("waits in the middle of a command for what its host answers", async () => {
    const worker = start((question) => Buffer.from(Buffer.from(question).toString().toUpperCase()));
    await worker.evaluate(`${REPLY} return issueCommand(question); }`);
    const { bytes } = await worker.command(Buffer.from("quiet"));
    expect(Buffer.from(bytes).toString()).toBe("QUIET");
  });

  test("rejects with what is thrown, and goes on", async () => {
    const worker = start();
    await expect(worker.evaluate("throw new RangeError('too far')")).rejects.toThrow("RangeError: too far");
    await expect(worker.evaluate("1 +")).rejects.toThrow("SyntaxError");
    await worker.evaluate("1");
  });

  test("a host that fails in its answer ends the worker, with the host's own error", async () => {
    const worker = start(() => {
      throw new Error("no answer");
    });
    await expect(worker.evaluate("issueCommand(new ArrayBuffer(1))")).rejects.toThrow("no answer");
    await expect(worker.evaluate("1")).rejects.toThrow("no answer");
  });

  test("a worker that dies rejects what is under way, and says how it died", async () => {
    const worker = start();
    await expect(worker.evaluate("(function f() { return f() + 1; })()")).rejects.toThrow(
      /XS worker ended: .*stack/,
    );
    await expect(worker.evaluate("1")).rejects.toThrow("XS worker ended");
  });

  test("the heap figures count what is kept, as a 32-bit device would", async () => {
    const worker = start();
    await worker.evaluate("globalThis.kept = []; for (let i = 0; i < 50; i++) kept.push(undefined)");
    const before = await worker.heap();
    await worker.evaluate("kept[0] = new Uint8Array(1000); kept[1] = 'x'.repeat(500)");
    const buffers = heapGrowth(before, await worker.heap());
    // Their contents and headers of 8 bytes, rounded up; and the slots of a typed array and its buffer.
    expect(buffers.chunkBytes).toBeGreaterThanOrEqual(1000 + 501 + 16);
    expect(buffers.chunkBytes).toBeLessThan(1000 + 501 + 16 + 24);
    expect(buffers.slots).toBeLessThan(12);
    expect(heapBytes(buffers)).toBe(16 * buffers.slots + buffers.chunkBytes);
  });

  test("the heap figures count a slot of an array as 16 bytes, byte code apart, and no garbage", async () => {
    const worker = start();
    await worker.evaluate("globalThis.kept = undefined");
    const before = await worker.heap();
    await worker.evaluate(
      "kept = []; for (let i = 0; i < 100; i++) kept.push(i); for (let i = 0; i < 999; i++) ({ i })",
    );
    const list = heapGrowth(before, await worker.heap());
    expect(list.slots).toBeLessThan(10);
    expect(list.chunkBytes).toBeGreaterThanOrEqual(1600);
    expect(list.chunkBytes).toBeLessThan(2400);
    const filled = await worker.heap();
    await worker.evaluate(
      "kept[0] = () => { let sum = 0; for (let i = 0; i < 9; i++) sum += i * i; return sum; }",
    );
    const code = heapGrowth(filled, await worker.heap());
    expect(code.codeBytes).toBeGreaterThan(20);
    expect(code.chunkBytes).toBeLessThan(64);
  });
});

test("a file that is no heap snapshot is refused", () => {
  expect(() => readHeapSnapshot(Buffer.from("nothing of the kind"))).toThrow("heap snapshot");
});
