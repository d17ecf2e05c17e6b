/** Sockets that somebody else has opened, as streams. */

import type { Socket } from "node:net";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RecordingHandler } from "../support/recording-handler.js";
import type { TcpWorld } from "../support/tcp-world.js";
import { createTcpWorld } from "../support/tcp-world.js";
import type { TransportWorld } from "../support/transport-contract.js";

/** An open connection to `world`'s server that is not the provider's. */
async function connected(world: TransportWorld): Promise<Socket> {
  const { host, port } = world.endpoint;
  const count = world.server.connectionCount;
  const socket = connect(port, host);
  await new Promise((resolve) => socket.once("connect", resolve));
  await world.until(() => world.server.connectionCount > count);
  return socket;
}

/** Sockets are open before they are adopted, so what the contract says of opening is not for them. */
describe("a socket that is adopted", () => {
  let world: TcpWorld;
  beforeEach(async () => {
    world = await createTcpWorld();
  });
  afterEach(() => world.dispose());

  async function adopt(): Promise<{ socket: Socket; handler: RecordingHandler }> {
    const socket = await connected(world);
    const handler = new RecordingHandler();
    handler.transport = world.provider.adopt(socket)(handler);
    expect(handler.calls).toEqual([]);
    return { socket, handler };
  }

  test("is open at once, without stages, but not before its opener has returned", async () => {
    const { handler } = await adopt();
    await world.until(() => handler.opened);
    expect(handler.calls).toEqual(["writable 65536"]);
    expect(world.provider.streamCount).toBe(1);
  });

  test("carries bytes both ways, also those that came before", async () => {
    const socket = await connected(world);
    world.server.send(Uint8Array.of(1, 2));
    await world.settle();
    const handler = new RecordingHandler();
    const transport = world.provider.adopt(socket)(handler);
    handler.transport = transport;
    await world.until(() => handler.receivedByteLength === 2);
    transport.write(Uint8Array.of(3, 4, 5));
    await world.until(() => world.server.pieces.length === 1);
    expect([[...handler.received], [...(world.server.pieces[0] ?? [])]]).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
  });

  test("holds the peer back while nothing is read, and loses nothing", async () => {
    const { handler } = await adopt();
    await world.until(() => handler.opened);
    handler.reads = false;
    const bytes = new Uint8Array(8_000_000).map((_, index) => (index * 31) >> 3);
    world.server.send(bytes);
    await world.settle();
    expect(handler.unread).toBeLessThan(1_000_000);
    expect(world.server.unsentByteLength).toBeGreaterThan(0);
    handler.reads = true;
    handler.readAll(3_000);
    await world.until(() => handler.receivedByteLength === bytes.byteLength);
    expect(Buffer.compare(handler.received, bytes)).toBe(0);
  });

  test("ends in an orderly way when it is closed, and tells when the peer ends", async () => {
    const first = await adopt();
    await world.until(() => first.handler.opened);
    first.handler.transport?.close();
    await world.until(() => world.server.ending === "ended");
    const second = await adopt();
    await world.until(() => second.handler.opened);
    world.server.end();
    await world.until(() => second.handler.ended);
    expect(second.handler.cause).toBeUndefined();
    expect(world.provider.streamCount).toBe(0);
  });

  test("is cut off with the provider's others", async () => {
    const { handler } = await adopt();
    await world.until(() => handler.opened);
    world.provider.drop(new Error("cable pulled"));
    await world.until(() => handler.ended && world.server.ending !== "none");
    expect(world.server.ending).toBe("broken");
  });

  test("may still be connecting", async () => {
    const { host, port } = world.endpoint;
    const handler = new RecordingHandler();
    world.provider.adopt(connect(port, host))(handler);
    await world.until(() => handler.opened);
    const refused = new RecordingHandler();
    world.provider.adopt(connect(world.refusingEndpoint.port, host))(refused);
    await world.until(() => refused.ended);
    expect(refused.cause).toMatchObject({ stage: "tcp", code: "connection-refused" });
  });

  test("that is closed already is reported", async () => {
    const socket = await connected(world);
    socket.destroy();
    const handler = new RecordingHandler();
    world.provider.adopt(socket)(handler);
    await world.until(() => handler.ended);
    expect(handler.calls).toEqual(["error"]);
    expect(handler.cause).toBeInstanceOf(Error);
  });
});
