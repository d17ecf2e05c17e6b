/** The TCP transport: the common contract over real sockets, and what is its own. */

import type { LookupFunction } from "node:net";
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

  test("resolves a name anew at every attempt, so a server that has moved is found", async () => {
    const names: string[] = [];
    const lookup: LookupFunction = (name, _, callback) => {
      names.push(name);
      process.nextTick(callback, null, [{ address: "127.0.0.1", family: 4 }]);
    };
    const { world, handler, endpoint } = await open("broker.example", { lookup });
    await world.until(() => handler.opened);
    const second = new RecordingHandler();
    world.provider.open(endpoint, second);
    await world.until(() => second.opened);
    expect(names).toEqual(["broker.example", "broker.example"]);
  });

  test("tries the next address of a name when one refuses", async () => {
    const lookup: LookupFunction = (_, __, callback) => {
      const addresses = [
        { address: "127.0.0.2", family: 4 },
        { address: "::1", family: 6 },
        { address: "127.0.0.1", family: 4 },
      ];
      process.nextTick(callback, null, addresses);
    };
    const { world, handler } = await open("broker.example", { lookup });
    await world.until(() => handler.opened || handler.ended);
    expect(handler.opened).toBe(true);
  });

  test("says for each address of a name why it could not be reached", async () => {
    const lookup: LookupFunction = (_, __, callback) => {
      const addresses = [
        { address: "127.0.0.2", family: 4 },
        { address: "127.0.0.3", family: 4 },
      ];
      process.nextTick(callback, null, addresses);
    };
    const { world, handler, endpoint } = await open("broker.example", { lookup });
    await world.until(() => handler.ended);
    const { port } = endpoint;
    expect(handler.cause).toMatchObject({
      code: "ECONNREFUSED",
      message: `connect ECONNREFUSED 127.0.0.2:${port}; connect ECONNREFUSED 127.0.0.3:${port}`,
    });
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
