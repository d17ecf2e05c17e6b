/** What Reed costs on XS against what was recorded; XS's meter gives the same figures on every machine. */

import { expect, test } from "vitest";
import type { Baseline } from "../../bench/xs/baseline.js";
import { compareWithBaseline, readBaseline } from "../../bench/xs/baseline.js";
import { payloadCost } from "../../bench/xs/copies.js";
import { checkDone } from "../../bench/xs/expected.js";
import { instrument } from "../../bench/xs/instrumenting.js";
import { measureReed } from "../../bench/xs/measure.js";
import { meter, unitsPerByteCopied } from "../../bench/xs/meter.js";
import { BenchBundle, REED } from "../../bench/xs/program.js";
import { targetsOf } from "../../bench/xs/targets.js";
import type { Done, ReceiveWork, SendWork } from "../../bench/xs/work.js";
import { describeOnXs } from "./support/engine-there.js";

const SEND: SendWork = { type: "send", qos: 1, payloadLength: 42, burst: 1 };

await describeOnXs("what an operation costs", () => {
  test("a payload is copied once when it is sent, and not when it is received", async () => {
    const bundle = await BenchBundle.make(REED);
    const unitsPerByte = await unitsPerByteCopied(bundle);
    const costOf = async (work: SendWork | ReceiveWork) => {
      const [short, long] = [
        { ...work, payloadLength: 1024 },
        { ...work, payloadLength: 16_384 },
      ];
      const figures = [await meter(bundle, short, true), await meter(bundle, long, true)] as const;
      return payloadCost(...figures, 15_360, unitsPerByte);
    };
    const sent = await costOf(SEND);
    expect(sent.copies).toBeCloseTo(1, 1);
    expect(sent.allocated).toBeCloseTo(1, 1);
    const received = await costOf({ ...SEND, type: "receive", others: 0 });
    expect(received.copies).toBeCloseTo(0, 1);
    expect(received.allocated).toBeCloseTo(1, 1);
  });

  test("no operation takes more than 3 % above its record", async () => {
    const figures = await measureReed(false);
    expect(compareWithBaseline(figures, readBaseline())).toEqual([]);
  });
});

const RECORD: Baseline = {
  "send QoS 1": { units: 1000, slots: 0 },
  "receive QoS 1": { units: 400, slots: 10 },
};

/** The record with other figures for sending. */
function withSend(units: number, slots: number): Baseline {
  return { ...RECORD, "send QoS 1": { units, slots } };
}

test("growth up to 3 % passes, and so does any saving", () => {
  expect(compareWithBaseline(RECORD, RECORD)).toEqual([]);
  expect(compareWithBaseline(withSend(1030, 0), RECORD)).toEqual([]);
  expect(compareWithBaseline(withSend(1, 0), RECORD)).toEqual([]);
});

test("growth beyond 3 % is told: of what, by how much, and what to do", () => {
  const [problem, ...others] = compareWithBaseline(withSend(1031, 0), RECORD);
  expect(problem).toContain('"send QoS 1" takes 1031 units, 3.1 % more than the recorded 1000');
  expect(problem).toContain("dist/bench/xs/profile.js");
  expect(problem).toContain("npm run bench -- xs --record");
  expect(others).toEqual([]);
});

test("a slot where there was none is told", () => {
  const [problem] = compareWithBaseline(withSend(1000, 1), RECORD);
  expect(problem).toContain('"send QoS 1" takes 1 slots, more than the recorded 0');
});

test("each figure is compared", () => {
  expect(
    compareWithBaseline(
      { "send QoS 1": { units: 2000, slots: 3 }, "receive QoS 1": { units: 400, slots: 11 } },
      RECORD,
    ),
  ).toHaveLength(3);
});

test("what is not recorded is told, and so is what is not measured any more", () => {
  const { "send QoS 1": send, ...rest } = RECORD;
  const other = { ...rest, "send QoS 3": send } as Baseline;
  expect(compareWithBaseline(other, RECORD)).toEqual([
    '"send QoS 3" is not recorded: `npm run bench -- xs --record` records it',
    '"send QoS 1" is recorded, but was not measured',
  ]);
});

test("a copy of the payload shows in the units, and in the bytes allocated", () => {
  const figures = { slots: 0, writes: 1, harness: 0 };
  const short = { ...figures, units: 500, chunkBytes: 200 };
  const long = { ...figures, units: 500 + 2 * 2 * 1000, chunkBytes: 1200 };
  expect(payloadCost(short, long, 1000, 2)).toEqual({ copies: 2, allocated: 1 });
});

test("a target is met by what it says, and missed by more", () => {
  const figure = (units: number, slots: number) => ({ units, slots, chunkBytes: 0, writes: 1, harness: 0 });
  const reed = {
    "send QoS 1": figure(1200, 12),
    "receive QoS 1": figure(501, 11),
    "receive QoS 1, 1 other subscriptions": figure(500, 10),
    "receive QoS 1, 10 other subscriptions": figure(510, 10),
    "receive QoS 1, 100 other subscriptions": figure(520, 10),
  };
  const copies = { send: { copies: 1, allocated: 1 }, receive: { copies: 2, allocated: 1 } };
  expect(targetsOf({ copies, reed, withLines: reed }).map(({ isMet }) => isMet)).toEqual([
    true,
    true,
    false,
    false,
    false,
    true,
    false,
  ]);
});

const DONE: Done = {
  messages: 2,
  written: 150,
  pending: 0,
  unread: 0,
  writes: 2,
  reads: 2,
  read: 8,
  byteReads: 0,
  clock: 0,
  timer: 0,
  handler: 0,
};

test("work that was not done is not taken for cheap", () => {
  expect(() => checkDone(SEND, DONE)).not.toThrow();
  expect(() => checkDone(SEND, { ...DONE, messages: 1 })).toThrow(
    "1 messages and 150 bytes written, where 75 belong to them",
  );
  expect(() => checkDone(SEND, { ...DONE, pending: 1 })).toThrow("1 messages were not completed");
  expect(() => checkDone(SEND, { ...DONE, unread: 4 })).toThrow("4 bytes were not read");
  expect(() => checkDone(SEND, { ...DONE, messages: 0, written: 0 })).toThrow("0 messages");
});

test("functions and methods tell the profiler that they begin and end, and nothing else does", () => {
  const names = ["(outside)"];
  const code = [
    "export class Thing {",
    "  #a = 1;",
    "  get #sum() {",
    "    if (this.#a) {",
    "      return 2;",
    "    }",
    "  }",
    "}",
    "export function make(a, b = 1) {",
    "  return new Thing();",
    "}",
  ];
  const instrumented = instrument(code.join("\n"), "src/mqtt/thing.ts", names).split("\n");
  expect(names).toEqual(["(outside)", "thing: Thing.#sum", "thing: make"]);
  expect(instrumented).toEqual([
    ...code.slice(0, 3),
    "profiler.enter(1); try {",
    ...code.slice(3, 6),
    "} finally { profiler.leave(); }",
    ...code.slice(6, 9),
    "profiler.enter(2); try {",
    "  return new Thing();",
    "} finally { profiler.leave(); }",
    "}",
  ]);
});
