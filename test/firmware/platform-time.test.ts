/** Clock, timers and the time of day of a board, over stand-ins for the SDK's modules. */

import { describe, expect, test } from "vitest";
import { DeviceTimers } from "../../firmware/platform/device-timers.js";
import { MonotonicClock } from "../../firmware/platform/monotonic-clock.js";
import { decodeAnswer, encodeRequest } from "../../firmware/platform/sntp-packet.js";
import type { UdpSocket } from "../../firmware/platform/time-of-day.js";
import { TimeOfDay } from "../../firmware/platform/time-of-day.js";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { FakeBoard } from "./fake-board.js";

const NOON = Date.parse("2026-11-21T12:00:00.250Z");
/** Seconds from 1900 to 1970. */
const UNIX_EPOCH = 2_208_988_800;

/** An answer to a request, of a server whose time is `time`. */
function answerTo(request: Uint8Array, time: number): Uint8Array {
  const packet = new Uint8Array(48);
  const view = new DataView(packet.buffer);
  view.setUint8(0, 0x24);
  view.setUint8(1, 2);
  packet.set(request.subarray(40, 48), 24);
  const seconds = (Math.floor(time / 1000) + UNIX_EPOCH) % 2 ** 32;
  for (const offset of [32, 40]) {
    view.setUint32(offset, seconds);
    view.setUint32(offset + 4, ((time % 1000) / 1000) * 2 ** 32);
  }
  return packet;
}

describe("the monotonic clock of a board", () => {
  test("goes on across the wrap of the 32-bit ticks", () => {
    const counter = {
      ticks: 2 ** 31 - 100,
      delta: (start: number, end = 0) => (end - start) | 0,
    };
    const clock = new MonotonicClock(counter);
    expect(clock.now()).toBe(0);
    counter.ticks = (counter.ticks + 250) | 0;
    expect(counter.ticks).toBeLessThan(0);
    expect(clock.now()).toBe(250);
    for (let day = 0; day < 100; day += 1) {
      counter.ticks = (counter.ticks + 86_400_000) | 0;
      clock.now();
    }
    expect(clock.now()).toBe(250 + 100 * 86_400_000);
  });
});

describe("a timer of a board", () => {
  function world() {
    const set: { readonly callback: () => void; readonly delay: number; cleared: boolean }[] = [];
    const timers = new DeviceTimers({
      set(callback: () => void, delay: number) {
        const handle = { callback, delay, cleared: false };
        set.push(handle);
        return handle;
      },
      clear(handle: (typeof set)[number]) {
        handle.cleared = true;
      },
    });
    return { set, timers };
  }

  test("replaces an earlier schedule, and can be cancelled", () => {
    const { set, timers } = world();
    const timer = timers.create(() => {});
    timer.schedule(5);
    timer.schedule(7);
    expect(set.map(({ cleared }) => cleared)).toEqual([true, false]);
    timer.cancel();
    timer.cancel();
    expect(set.map(({ cleared }) => cleared)).toEqual([true, true]);
  });

  test("may be scheduled again by its own callback, and leaves the spent handle alone", () => {
    const { set, timers } = world();
    const timer = timers.create(() => timer.schedule(1));
    timer.schedule(1);
    set[0]?.callback();
    expect(set.map(({ cleared }) => cleared)).toEqual([false, false]);
  });

  test("hands over the target it was made for, each time", () => {
    const { set, timers } = world();
    const handed: unknown[] = [];
    const timer = timers.create((target) => handed.push(target), "door");
    for (let round = 0; round < 2; round += 1) {
      timer.schedule(1);
      set[round]?.callback();
    }
    expect(handed).toEqual(["door", "door"]);
  });

  test("is never early, and knows no delay that the SDK would take for a negative one", () => {
    const { set, timers } = world();
    const timer = timers.create(() => {});
    for (const delay of [0.1, -1, 1e12]) timer.schedule(delay);
    expect(set.map(({ delay }) => delay)).toEqual([1, 0, 2 ** 31 - 1]);
  });
});

describe("an SNTP packet", () => {
  test("is a request of a client of version 4 that carries the nonce", () => {
    const request = encodeRequest(0xdeadbeef);
    expect(request).toHaveLength(48);
    expect(request[0]).toBe(0x23);
    expect([...request.subarray(44)]).toEqual([0xde, 0xad, 0xbe, 0xef]);
  });

  test("gives the time, with half of the way added", () => {
    const answer = answerTo(encodeRequest(7), NOON);
    expect(decodeAnswer(answer, 7, 80)).toBeCloseTo(NOON + 40, 1);
  });

  test("gives times after 2036 too", () => {
    const time = Date.parse("2037-01-01T00:00:00Z");
    expect(decodeAnswer(answerTo(encodeRequest(7), time), 7, 0)).toBe(time);
  });

  test.each([
    ["is too short", (packet: Uint8Array) => packet.subarray(0, 47)],
    ["answers another request", (packet: Uint8Array) => packet.with(31, 8)],
    ["is a request itself", (packet: Uint8Array) => packet.with(0, 0x23)],
    ["comes from a server that is not synchronized", (packet: Uint8Array) => packet.with(0, 0xe4)],
    ["is a refusal", (packet: Uint8Array) => packet.with(1, 0)],
    ["has a reserved stratum", (packet: Uint8Array) => packet.with(1, 16)],
    ["has no time", (packet: Uint8Array) => packet.fill(0, 40)],
  ])("that %s is no answer", (_what, spoil) => {
    expect(decodeAnswer(spoil(answerTo(encodeRequest(7), NOON)), 7, 0)).toBeUndefined();
  });
});

describe("the time of day of a board", () => {
  function world(systemTime = 5000) {
    const clock = new VirtualClock();
    const board = new FakeBoard(clock);
    const sockets: FakeUdp[] = [];
    const learnt: number[] = [];
    let address: string | undefined = "10.0.0.1";
    class FakeUdp implements UdpSocket {
      readonly requests: Uint8Array[] = [];
      readonly packets: Uint8Array[] = [];
      closed = false;
      readonly #onReadable: (count: number) => void;
      constructor({ onReadable }: { onReadable(count: number): void }) {
        this.#onReadable = onReadable;
        sockets.push(this);
      }
      read() {
        const packet = this.packets.shift();
        return packet && (new Uint8Array(packet).buffer as ArrayBuffer);
      }
      write(packet: Uint8Array, to: string, port: number) {
        expect([to, port]).toEqual(["10.0.0.1", 123]);
        this.requests.push(packet);
      }
      close() {
        this.closed = true;
      }
      arrive(...packets: Uint8Array[]) {
        this.packets.push(...packets);
        this.#onReadable(packets.length);
      }
    }
    const time = new TimeOfDay("time.lan", {
      UDP: FakeUdp,
      resolve: (_host, callback) => clock.defer(() => callback(address === undefined ? [] : [address])),
      clock,
      timers: clock,
      random: () => 0.5,
      log: board,
      earliest: Date.parse("2026-11-20"),
      systemTime: () => systemTime,
      onTime: (now) => learnt.push(now),
    });
    const unresolve = () => {
      address = undefined;
    };
    return { clock, board, sockets, learnt, time, unresolve };
  }

  test("is unknown until a server answers, then goes on with the clock, and is asked for again every hour", () => {
    const { clock, board, sockets, learnt, time } = world();
    time.start();
    expect([time.now(), time.isAwaited]).toEqual([undefined, true]);
    clock.advance(100);
    const [socket] = sockets;
    socket?.arrive(new Uint8Array(3), answerTo(socket.requests[0] ?? new Uint8Array(48), NOON));
    expect(time.now()).toBeCloseTo(NOON + 50, 0);
    expect(time.isAwaited).toBe(false);
    expect(learnt).toHaveLength(1);
    expect(socket?.closed).toBe(true);
    clock.advance(1000);
    expect(time.now()).toBeCloseTo(NOON + 1050, 0);
    expect(board.lines).toEqual(["info: clock: 2026-11-21T12:00:00.300Z from time.lan"]);
    clock.advance(3_600_000);
    expect(sockets).toHaveLength(2);
  });

  test("is asked for again and again when nobody answers, ever more slowly, and the log says so once", () => {
    const { clock, board, sockets, time } = world();
    time.start();
    clock.advance(600_000);
    expect(sockets.length).toBeGreaterThan(10);
    expect(sockets.length).toBeLessThan(20);
    expect(sockets.filter(({ closed }) => !closed)).toHaveLength(1);
    expect(board.lines).toEqual(["warn: no time from time.lan so far; check sntp.server"]);
  });

  test("survives a name that cannot be resolved", () => {
    const { clock, sockets, time, unresolve } = world();
    unresolve();
    time.start();
    clock.advance(60_000);
    expect(sockets).toEqual([]);
    expect(clock.pending).toBe(1);
  });

  test("is not what the system's clock says when that is before the firmware was built", () => {
    expect(world(Date.parse("2026-11-19")).time.now()).toBeUndefined();
  });

  test("is what the system's clock says when that was set before a restart by software", () => {
    const { clock, time } = world(NOON);
    clock.advance(10);
    expect(time.now()).toBe(NOON + 10);
    expect(time.isAwaited).toBe(false);
  });
});
