/** The TCP transport: the common contract over real sockets, and what is its own. */

import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, test } from "vitest";
import type { NodeTransportOptions } from "../../host-sim/io/node-transport.js";
import { NodeTransportProvider } from "../../host-sim/io/node-transport.js";
import { RecordingHandler } from "../support/recording-handler.js";
import type { TcpWorld } from "../support/tcp-world.js";
import { createTcpWorld } from "../support/tcp-world.js";
import { describeTransport } from "../support/transport-contract.js";

describeTransport("the TCP transport", () => createTcpWorld());

describe("the TCP transport", () => {
  let world: TcpWorld | undefined;
  afterEach(() => world?.dispose());

  async function open(host?: string, options: NodeTransportOptions = {}) {
    world = await createTcpWorld(options);
    const handler = new RecordingHandler();
    const endpoint = { host: host ?? world.endpoint.host, port: world.endpoint.port };
    const transport = world.provider.open(endpoint, handler);
    handler.transport = transport;
    return { world, handler, transport, endpoint };
  }

  test("refuses an endpoint that wants more than TCP, so that nothing goes out in the clear by mistake", async () => {
    const { world, handler, endpoint } = await open();
    const more = [
      { tls: { caCertificates: "ca.pem" } },
      { proxy: { host: "proxy", port: 1080 } },
      { webSocket: { path: "/" } },
    ];
    for (const each of more) {
      expect(() => world.provider.open({ ...endpoint, ...each }, handler)).toThrow("plain TCP");
    }
  });

  test("says that a port is out of range", async () => {
    world = await createTcpWorld();
    const handler = new RecordingHandler();
    world.provider.open({ host: "127.0.0.1", port: 70_000 }, handler);
    await world.until(() => handler.ended);
    expect(handler.cause).toMatchObject({ stage: "tcp", code: "connection-failed", key: "server" });
  });

  test("needs little memory for a stream that has nothing to do", async () => {
    const count = 400;
    const { world, handler, endpoint } = await open();
    // As the devices of a simulation have them.
    const providers = Array.from({ length: count }, () => new NodeTransportProvider());
    await world.until(() => handler.opened);
    const handlers = Array.from({ length: count }, () => new RecordingHandler());
    const before = await heldByteLength();
    handlers.forEach((each, index) => {
      each.transport = providers[index]?.open(endpoint, each);
    });
    await world.until(
      () => handlers.every(({ opened }) => opened) && world.server.sockets.length === count + 1,
    );
    for (const each of handlers) each.transport?.write(Uint8Array.of(1, 2, 3));
    for (const socket of world.server.sockets) socket.write("answer");
    await world.until(() => handlers.every(({ receivedByteLength }) => receivedByteLength === 6));
    const perStream = ((await heldByteLength()) - before) / count;
    // Two buffers of 64 KiB for each stream would be 131,072; what there is are the few that the process keeps.
    expect(perStream).toBeLessThan(1_024);
    for (const provider of providers) provider.destroyAll();
  });

  test("cuts a closed stream off when the peer does not end it too", async () => {
    const { world, handler, transport } = await open(undefined, { lingerTimeout: 30 });
    await world.until(() => handler.opened && world.server.sockets.length > 0);
    const socket = world.server.sockets[0];
    socket?.removeAllListeners("end");
    transport.close();
    await world.until(() => world.server.sockets[0]?.readableEnded === true);
    // Writing to a socket that has been destroyed is answered with a reset; to one that lingers it is not.
    const written = setInterval(() => socket?.write("?"), 10);
    await world.until(() => world.server.ending === "broken");
    clearInterval(written);
  });

  test("forgets a stream when it is over", async () => {
    const { world, handler, transport, endpoint } = await open();
    const second = new RecordingHandler();
    world.provider.open(endpoint, second);
    await world.until(() => handler.opened && second.opened && world.server.sockets.length === 2);
    expect(world.provider.streamCount).toBe(2);
    transport.close();
    expect(world.provider.streamCount).toBe(1);
    world.server.end();
    await world.until(() => world.provider.streamCount === 0);
  });

  test("gives the event loop its turn, however much is written without a pause", async () => {
    const { world, handler, transport } = await open();
    await world.until(() => handler.opened);
    let timeHasPassed = false;
    setTimeout(() => {
      timeHasPassed = true;
    }, 20);
    const limit = performance.now() + 5_000;
    let announcements = 0;
    handler.onRoom = () => {
      announcements += 1;
      if (!timeHasPassed && performance.now() < limit) {
        transport.write(new Uint8Array(handler.room));
      }
    };
    handler.onRoom();
    await world.until(() => timeHasPassed);
    expect(performance.now()).toBeLessThan(limit);
    expect(announcements).toBeGreaterThan(8);
  });

  test("announces room again only when the writer knows of little", async () => {
    const { world, handler, transport } = await open(undefined, { window: 1_000 });
    const sent = () => world.server.pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
    await world.until(() => handler.opened && world.server.sockets.length > 0);
    for (let index = 1; index <= 4; index += 1) {
      expect(transport.write(new Uint8Array(100))).toBe(900);
      await world.until(() => sent() === 100 * index);
    }
    expect(handler.calls).toEqual(["writable 1000"]);
    transport.write(new Uint8Array(500));
    await world.until(() => handler.calls.length > 1);
    expect(handler.calls).toEqual(["writable 1000", "writable 1000"]);
  });

  test("takes a write longer than its shared buffers in one piece with those before and after", async () => {
    const { world, handler, transport } = await open();
    await world.until(() => handler.opened && world.server.sockets.length > 0);
    const bytes = Uint8Array.from({ length: 60_000 }, (_, index) => index % 251);
    const ends = [10, 40_000, 40_010, 57_000, 60_000];
    ends.forEach((end, index) => {
      const portion = bytes.slice(ends[index - 1] ?? 0, end);
      transport.write(portion);
      portion.fill(255);
    });
    await world.until(() => Buffer.concat(world.server.pieces).byteLength === bytes.byteLength);
    expect(Buffer.compare(Buffer.concat(world.server.pieces), bytes)).toBe(0);
  });

  test("writes on correctly while the system takes bytes only now and then", async () => {
    const { world, handler, transport } = await open(undefined, { window: 1000 });
    await world.until(() => handler.opened && world.server.sockets.length > 0);
    world.server.setReading(false);
    const sent: number[] = [];
    let next = 0;
    const write = () => {
      while (handler.room > 0 && sent.length < 12_000_000) {
        const bytes = new Uint8Array(Math.min(handler.room, 1 + ((next * 37) % 600)));
        for (let index = 0; index < bytes.byteLength; index += 1) {
          bytes[index] = next % 251;
          next += 1;
          sent.push(bytes[index] ?? 0);
        }
        handler.room = transport.write(bytes);
      }
    };
    handler.onRoom = write;
    write();
    await world.settle();
    expect(handler.room).toBe(0);
    world.server.setReading(true);
    const length = () => world.server.pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
    await world.until(() => length() === 12_000_000);
    const received = Buffer.concat(world.server.pieces);
    expect(received.every((byte, index) => byte === sent[index])).toBe(true);
  });
});

/** Bytes in buffers, after everything that is not needed any more has been collected. */
async function heldByteLength(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  for (let round = 0; round < 3; round += 1) {
    collect();
    await sleep(20);
  }
  return process.memoryUsage().arrayBuffers;
}
