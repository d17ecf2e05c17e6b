/** The transport of a board, over a socket that behaves as the Moddable SDK's do. */

import { describe, expect, test } from "vitest";
import type { TcpOptions, TcpSocket } from "../../firmware/platform/tcp-transport.js";
import { TcpTransportProvider } from "../../firmware/platform/tcp-transport.js";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { RecordingHandler } from "../support/recording-handler.js";

/** @param resolved what the resolver gives; null: no address */
function world(resolved: string | null | Error = "10.0.0.1") {
  const clock = new VirtualClock();
  const sockets: FakeTcp[] = [];
  const asked: string[] = [];
  class FakeTcp implements TcpSocket {
    readonly written: Uint8Array[] = [];
    room: number | undefined = 100;
    closed = false;
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
      clock.defer(() => callback(host, resolved ?? undefined));
    },
  });
  const handler = new RecordingHandler();
  const open = () => {
    const transport = provider.open({ host: "broker.lan", port: 1883 }, handler);
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
    const { clock, sockets, asked, open } = world();
    open();
    expect(sockets).toEqual([]);
    clock.advance(0);
    expect(only(sockets).options).toMatchObject({ address: "10.0.0.1", port: 1883, nodelay: true });
    open();
    expect(asked).toEqual(["broker.lan", "broker.lan"]);
  });

  test("hands on what the socket announces, reads whole targets, and returns the room left", () => {
    const { clock, sockets, handler, open } = world();
    const transport = open();
    clock.advance(0);
    const { options } = only(sockets);
    options.onWritable(100);
    options.onReadable(3);
    expect(handler.calls).toEqual(["writable 100", "readable 3"]);
    expect([...handler.received]).toEqual([7, 7, 7]);
    expect(transport.write(new Uint8Array(40))).toBe(60);
  });

  test.each([
    ["a name without an address", null, "no address is known for broker.lan"],
    ["a resolver that throws", new Error("queue full"), "queue full"],
    ["a socket that cannot be made", "bad", "invalid address"],
  ])("reports %s later, by onError", (_what, resolved, message) => {
    const { clock, handler, open } = world(resolved);
    open();
    expect(handler.ended).toBe(false);
    clock.advance(0);
    expect(handler.ended).toBe(true);
    expect((handler.cause as Error).message).toBe(message);
  });

  test("says where nobody answered, and gives no cause once it was open", () => {
    const { clock, sockets, handler, open } = world();
    open();
    clock.advance(0);
    only(sockets).options.onError();
    expect((handler.cause as Error).message).toBe("no connection to 10.0.0.1 port 1883");
    expect(only(sockets).closed).toBe(true);

    const other = world();
    other.open();
    other.clock.advance(0);
    only(other.sockets).options.onWritable(1);
    only(other.sockets).options.onError();
    expect([other.handler.ended, other.handler.cause]).toEqual([true, undefined]);
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
    expect(handler.calls.filter((call) => !call.startsWith("writable"))).toHaveLength(1);
  });

  test("calls nobody after close, whatever the socket and the resolver still do", () => {
    const { clock, sockets, handler, open } = world();
    const first = open();
    clock.advance(0);
    const { options } = only(sockets);
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
});
