/** The transport of a board, over a socket that behaves as the Moddable SDK's do. */

import { describe, expect, test } from "vitest";
import type { TcpOptions, TcpSocket } from "../../firmware/platform/tcp-transport.js";
import { TcpTransportProvider } from "../../firmware/platform/tcp-transport.js";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { TransportError } from "../../src/mqtt/errors.js";
import type { OpeningStage } from "../../src/mqtt/ports.js";
import { RecordingHandler } from "../support/recording-handler.js";

class Handler extends RecordingHandler {
  onStage(stage: OpeningStage) {
    this.calls.push(`stage ${stage}`);
  }
}

/** @param resolved the addresses that the resolver gives, or what it throws */
function world(resolved: readonly string[] | Error = ["10.0.0.1"]) {
  const clock = new VirtualClock();
  const sockets: FakeTcp[] = [];
  const asked: string[] = [];
  class FakeTcp implements TcpSocket {
    readonly written: Uint8Array[] = [];
    room: number | undefined = 100;
    closed = false;
    /** As lwIP's, once the end has come with the last bytes. */
    isEnded = false;
    readonly options: TcpOptions;
    constructor(options: TcpOptions) {
      if (options.address === "bad") throw new Error("invalid address");
      this.options = options;
      sockets.push(this);
    }
    read(target: Uint8Array) {
      target.fill(7);
      return target.length;
    }
    write(bytes: Uint8Array) {
      if (this.isEnded) throw new Error("not ready");
      this.written.push(bytes.slice());
      if (this.room !== undefined) this.room -= bytes.length;
      return this.room;
    }
    close() {
      this.closed = true;
    }
  }
  const provider = new TcpTransportProvider({
    TCP: FakeTcp,
    timers: clock,
    resolve(host, callback) {
      asked.push(host);
      if (resolved instanceof Error) throw resolved;
      clock.defer(() => callback(resolved));
    },
  });
  const handler = new Handler();
  const open = (host = "broker.lan") => {
    const transport = provider.open({ host, port: 1883 }, handler);
    handler.transport = transport;
    return transport;
  };
  return { clock, sockets, asked, handler, open };
}

function only<T>(items: readonly T[]): T {
  expect(items).toHaveLength(1);
  return items[0] as T;
}

describe("the transport of a board", () => {
  test("resolves the name anew for each attempt, then opens a socket without delay for small packets", () => {
    const { clock, sockets, asked, handler, open } = world();
    open();
    expect([asked, handler.calls]).toEqual([[], []]);
    clock.advance(0);
    expect(only(sockets).options).toMatchObject({ address: "10.0.0.1", port: 1883, nodelay: true });
    expect(handler.calls).toEqual(["stage dns", "stage tcp"]);
    open();
    clock.advance(0);
    expect(asked).toEqual(["broker.lan", "broker.lan"]);
  });

  test.each(["10.0.0.7", "2001:db8::1"])("does not look up what is an address already: %s", (address) => {
    const { clock, sockets, asked, handler, open } = world();
    open(address);
    expect(handler.calls).toEqual([]);
    clock.advance(0);
    expect(asked).toEqual([]);
    expect(only(sockets).options.address).toBe(address);
    expect(handler.calls).toEqual(["stage tcp"]);
  });

  test("hands on what the socket announces, reads whole targets, and returns the room left", () => {
    const { clock, sockets, handler, open } = world();
    const transport = open();
    clock.advance(0);
    const { options } = only(sockets);
    options.onWritable(100);
    options.onReadable(3);
    expect(handler.calls.slice(2)).toEqual(["writable 100", "readable 3"]);
    expect([...handler.received]).toEqual([7, 7, 7]);
    expect(transport.write(new Uint8Array(40))).toBe(60);
  });

  test.each([
    ["a name without an address", [], "dns", "name-not-found", "no address is known for broker.lan"],
    ["a resolver that throws", new Error("queue full"), "dns", "resolver-failed", "queue full"],
    ["a socket that cannot be made", ["bad"], "tcp", "address-not-usable", "invalid address"],
  ])("reports %s later, by onError", (_what, resolved, stage, code, message) => {
    const { clock, handler, open } = world(resolved);
    open();
    expect(handler.ended).toBe(false);
    clock.advance(0);
    expect(handler.ended).toBe(true);
    expect(handler.cause).toBeInstanceOf(TransportError);
    expect(handler.cause).toMatchObject({ stage, code, key: "server" });
    expect((handler.cause as Error).message).toContain(message);
  });

  test("says where nobody answered, and gives no cause once it was open", () => {
    const { clock, sockets, handler, open } = world();
    open();
    clock.advance(0);
    only(sockets).options.onError();
    expect(handler.cause).toMatchObject({
      stage: "tcp",
      code: "refused-or-unreachable",
      key: "server",
      message: "no connection to 10.0.0.1 port 1883: nobody listens there, or no way leads there",
    });
    expect(only(sockets).closed).toBe(true);

    const other = world();
    other.open();
    other.clock.advance(0);
    only(other.sockets).options.onWritable(1);
    only(other.sockets).options.onError();
    expect([other.handler.ended, other.handler.cause]).toEqual([true, undefined]);
  });

  test("tries several addresses in turn: after an error at once, else after 5 s; the last one has no limit", () => {
    const { clock, sockets, handler, open } = world(["bad", "10.0.0.1", "10.0.0.2", "10.0.0.3"]);
    open();
    clock.advance(0);
    sockets[0]?.options.onError();
    expect(sockets.map(({ options }) => options.address)).toEqual(["10.0.0.1", "10.0.0.2"]);
    clock.advance(4999);
    expect(sockets).toHaveLength(2);
    clock.advance(1);
    expect(sockets.map(({ closed }) => closed)).toEqual([true, true, false]);
    clock.advance(3_600_000);
    expect(handler.ended).toBe(false);
    // Calls that were on their way when their sockets were closed.
    sockets[0]?.options.onWritable(9);
    sockets[1]?.options.onError();
    expect(handler.calls).toEqual(["stage dns", "stage tcp"]);
    sockets[2]?.options.onWritable(50);
    expect(handler.calls.at(-1)).toBe("writable 50");
    expect(handler.transport?.write(new Uint8Array(10))).toBe(90);
  });

  test("gives up when no address answers, at most four of them, and names them", () => {
    const addresses = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"];
    const { clock, sockets, handler, open } = world(addresses);
    open();
    clock.advance(0);
    for (let index = 0; index < 4; index += 1) sockets[index]?.options.onError();
    expect(sockets).toHaveLength(4);
    expect((handler.cause as Error).message).toContain("to 10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4 port 1883");
    expect(handler.calls.filter((call) => call === "error")).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  test("keeps a connection that opened in time, however long it takes then", () => {
    const { clock, sockets, handler, open } = world(["10.0.0.1", "10.0.0.2"]);
    open();
    clock.advance(4000);
    sockets[0]?.options.onWritable(50);
    clock.advance(60_000);
    expect(only(sockets).closed).toBe(false);
    expect(handler.ended).toBe(false);
  });

  test("reports a broken connection that shows only in a write, once", () => {
    const { clock, sockets, handler, open } = world();
    const transport = open();
    clock.advance(0);
    const socket = only(sockets);
    socket.options.onWritable(100);
    socket.room = undefined;
    expect(transport.write(new Uint8Array(1))).toBe(0);
    expect(handler.ended).toBe(false);
    socket.options.onError();
    clock.advance(10);
    expect(handler.calls.filter((call) => call === "error")).toHaveLength(1);
  });

  test("reports a connection whose end came with its last bytes, and does not throw at who answers them", () => {
    const { clock, sockets, handler, open } = world();
    const transport = open();
    clock.advance(0);
    const socket = only(sockets);
    socket.options.onWritable(100);
    socket.isEnded = true;
    socket.options.onReadable(4);
    expect(transport.write(new Uint8Array(4))).toBe(0);
    clock.advance(10);
    expect(handler.ended).toBe(true);
  });

  test("calls nobody after close, whatever the socket and the resolver still do", () => {
    const { clock, sockets, handler, open } = world();
    const first = open();
    clock.advance(0);
    const { options } = only(sockets);
    handler.calls.length = 0;
    first.close();
    first.close();
    options.onWritable(1);
    options.onReadable(1);
    options.onError();
    open().close();
    clock.advance(10);
    expect(handler.calls).toEqual([]);
    expect(only(sockets).closed).toBe(true);
  });

  test.each(["stage dns", "stage tcp"])("can be closed by its handler at %s", (stage) => {
    const { clock, sockets, handler, open } = world();
    const transport = open();
    handler.onStage = (begun) => {
      handler.calls.push(`stage ${begun}`);
      if (handler.calls.at(-1) === stage) transport.close();
    };
    clock.advance(10);
    expect(handler.calls.at(-1)).toBe(stage);
    expect(sockets).toEqual([]);
  });
});
