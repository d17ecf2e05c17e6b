/** A connection that somebody else has opened is handed to the client. */

import { beforeEach, describe, expect, test } from "vitest";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { UsageError } from "../../src/mqtt/errors.js";
import type { TransportHandler } from "../../src/mqtt/ports.js";
import { HandedTransportProvider } from "../../src/transport/handed-transport.js";
import { ManualTransport } from "../mqtt/support/manual-transport.js";
import { causeText } from "../support/layer-run.js";

const ENDPOINT = { host: "broker", port: 1883 };

let clock: VirtualClock;
let dialled: ManualTransport;
let handed: ManualTransport;
let provider: HandedTransportProvider;
let calls: string[];
const handler: TransportHandler = {
  onReadable: (byteLength) => calls.push(`readable ${byteLength}`),
  onWritable: (byteLength) => calls.push(`writable ${byteLength}`),
  onError: (cause) => calls.push(causeText(cause)),
};
const opener = (above: TransportHandler) => handed.open(ENDPOINT, above);

beforeEach(() => {
  clock = new VirtualClock();
  dialled = new ManualTransport();
  handed = new ManualTransport();
  provider = new HandedTransportProvider(clock, dialled);
  calls = [];
});

describe("a stream that is handed", () => {
  test("is taken by the next attempt instead of dialling, and by no other", () => {
    provider.hand(opener);
    expect(handed.openCount).toBe(0);
    expect(provider.open(ENDPOINT, handler)).toBe(handed);
    handed.give(10);
    expect([calls, dialled.openCount]).toEqual([["writable 10"], 0]);
    expect(provider.open(ENDPOINT, handler)).toBe(dialled);
    expect([handed.openCount, dialled.openCount]).toEqual([1, 1]);
  });

  test("can be followed by another one, once it is in use", () => {
    provider.hand(opener);
    provider.open(ENDPOINT, handler);
    provider.hand(opener);
    provider.open(ENDPOINT, handler);
    expect([handed.openCount, dialled.openCount]).toEqual([2, 0]);
  });

  test("cannot be followed by another one before: one of the two would be forgotten, open", () => {
    provider.hand(opener);
    expect(() => provider.hand(opener)).toThrow(UsageError);
    expect(() => provider.hand(opener)).toThrow("a stream was handed already and waits: take it back first");
    expect(provider.open(ENDPOINT, handler)).toBe(handed);
    expect(provider.open(ENDPOINT, handler)).toBe(dialled);
  });

  test("can be taken back while it waits", () => {
    provider.hand(opener);
    expect([provider.takeBack(), provider.takeBack()]).toEqual([opener, undefined]);
    expect(provider.open(ENDPOINT, handler)).toBe(dialled);
    provider.hand(opener);
    provider.open(ENDPOINT, handler);
    expect(provider.takeBack()).toBeUndefined();
  });
});

describe("without a way to dial", () => {
  beforeEach(() => {
    provider = new HandedTransportProvider(clock);
  });

  test("an attempt fails, later, when nothing was handed", () => {
    const transport = provider.open(ENDPOINT, handler);
    expect(calls).toEqual([]);
    expect(() => transport.read(new Uint8Array(1))).toThrow("cannot read 1 bytes, 0 unread");
    expect(() => transport.write(new Uint8Array(1))).toThrow("cannot write to a stream that is not open");
    clock.advance(0);
    expect(calls).toEqual([
      "nothing-handed [no key]: no open connection was handed over, and none can be dialled here",
    ]);
    transport.close();
  });

  test("an attempt that is given up calls nobody", () => {
    provider.open(ENDPOINT, handler).close();
    clock.advance(1_000);
    expect([calls, clock.pending]).toEqual([[], 0]);
  });

  test("a handed stream is taken all the same", () => {
    provider.hand(opener);
    expect(provider.open(ENDPOINT, handler)).toBe(handed);
  });
});
