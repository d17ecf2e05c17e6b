/** The TCP transport: the common contract over real sockets, and what is its own. */

import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, test } from "vitest";
import type { NodeTransportOptions } from "../../host-sim/io/node-transport.js";
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
    await world.until(() => handler.opened);
    const handlers = Array.from({ length: count }, () => new RecordingHandler());
    const before = await heldByteLength();
    for (const each of handlers) each.transport = world.provider.open(endpoint, each);
    await world.until(
      () => handlers.every(({ opened }) => opened) && world.server.sockets.length === count + 1,
    );
    for (const each of handlers) each.transport?.write(Uint8Array.of(1, 2, 3));
    for (const socket of world.server.sockets) socket.write("answer");
    await world.until(() => handlers.every(({ receivedByteLength }) => receivedByteLength === 6));
    const perStream = ((await heldByteLength()) - before) / count;
    // Two buffers of 64 KiB for each stream would be 131,072; what there is are the few that the provider keeps.
    expect(perStream).toBeLessThan(8_192);
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
    const bytes = new Uint8Array(100);
    handler.onRoom = () => {
      if (!timeHasPassed && performance.now() < limit) {
        transport.write(bytes);
      }
    };
    handler.onRoom();
    await world.until(() => timeHasPassed);
    expect(performance.now()).toBeLessThan(limit);
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
