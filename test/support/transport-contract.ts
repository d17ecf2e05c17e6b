/**
 * What every transport must do, as one test suite for all of them: the port's contract from both ends of the wire. It
 * is long because a contract is read as a whole, and its parts share their beginnings.
 */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TransportError } from "../../src/mqtt/errors.js";
import type { Endpoint, Transport, TransportProvider } from "../../src/mqtt/ports.js";
import { RecordingHandler } from "./recording-handler.js";

/** The server's end of the newest connection, however the world makes it. */
export interface ContractServer {
  readonly connectionCount: number;
  /** All bytes of the newest connection, in the pieces in which they came. */
  readonly pieces: readonly Uint8Array[];
  /** How the device ended its newest connection. */
  readonly ending: "none" | "ended" | "broken";
  /** Bytes sent that the device's side has not taken. */
  readonly unsentByteLength: number;
  send(bytes: Uint8Array): void;
  end(): void;
  reset(): void;
  /** Stops or goes on reading. */
  setReading(reading: boolean): void;
}

/** A provider with a way to cut its streams off. */
export interface CuttableProvider extends TransportProvider {
  drop(cause?: unknown): void;
  destroyAll(): void;
}

/** One kind of transport with a server at its other end. */
export interface TransportWorld {
  readonly provider: CuttableProvider;
  /** Where the server listens. */
  readonly endpoint: Endpoint;
  /** Where nothing listens. */
  readonly refusingEndpoint: Endpoint;
  readonly unknownEndpoint: Endpoint;
  readonly server: ContractServer;
  /** Lets things happen until `isDone()`; rejects after a while. */
  until(isDone: () => boolean): Promise<void>;
  /** Lets everything happen that is bound to. */
  settle(): Promise<void>;
  dispose(): Promise<void>;
}

const MEBIBYTE = 1_048_576;

/** Declares the suite for the transport that `createWorld` makes, anew for every test. */
export function describeTransport(name: string, createWorld: () => Promise<TransportWorld>): void {
  describe(`${name}, as any transport,`, () => {
    let world: TransportWorld;
    let handler: RecordingHandler;
    beforeEach(async () => {
      world = await createWorld();
      handler = new RecordingHandler();
    });
    afterEach(() => world.dispose());

    function open(endpoint = world.endpoint): Transport {
      const transport = quietly(handler, () => world.provider.open(endpoint, handler));
      handler.transport = quiet(transport, handler);
      return handler.transport;
    }

    async function openFully(): Promise<Transport> {
      const transport = open();
      await world.until(() => handler.opened && world.server.connectionCount > 0);
      return transport;
    }

    describe("opening", () => {
      test("says by the first onWritable that the stream is open, with room for 1 KiB at least", async () => {
        open();
        expect(handler.calls).toEqual([]);
        await world.until(() => handler.opened);
        expect(handler.calls).toHaveLength(1);
        expect(handler.room).toBeGreaterThanOrEqual(1024);
      });

      test("reports that nothing listens by onError, once, with the cause", async () => {
        open(world.refusingEndpoint);
        await world.until(() => handler.ended);
        await world.settle();
        expect(handler.calls).toEqual(["error"]);
        expect(systemErrorOf(handler.cause)).toMatchObject({ code: "ECONNREFUSED" });
      });

      test("reports a name that does not exist by onError, once, with the cause", async () => {
        open(world.unknownEndpoint);
        await world.until(() => handler.ended);
        await world.settle();
        expect(handler.calls).toEqual(["error"]);
        expect(systemErrorOf(handler.cause)).toMatchObject({ code: "ENOTFOUND" });
      });

      test("reports a port out of range by onError instead of throwing", async () => {
        open({ host: world.endpoint.host, port: 70_000 });
        await world.until(() => handler.ended);
        expect(handler.calls).toEqual(["error"]);
        expect(handler.cause).toBeInstanceOf(Error);
      });

      test("can be given up by close, and then calls nobody", async () => {
        open().close();
        await world.settle();
        expect(handler.calls).toEqual([]);
        const isLeft = world.server.connectionCount > 0 && world.server.ending === "none";
        expect(isLeft, "the server is left with a connection").toBe(false);
      });

      test("refuses to write before the stream is open", () => {
        const transport = open();
        expect(() => transport.write(bytesOf(1))).toThrow("cannot write to a stream that is opening");
      });
    });

    describe("writing", () => {
      test("sends the writes of one turn in order and in one piece", async () => {
        const transport = await openFully();
        transport.write(Uint8Array.of(1, 2));
        transport.write(Uint8Array.of(3));
        transport.write(Uint8Array.of(4, 5, 6));
        await world.until(() => receivedLength(world.server) === 6);
        expect(world.server.pieces.map((piece) => [...piece])).toEqual([[1, 2, 3, 4, 5, 6]]);
      });

      test("leaves the bytes to the caller, who may reuse them at once", async () => {
        const transport = await openFully();
        const bytes = Uint8Array.of(1, 2, 3);
        transport.write(bytes);
        bytes.fill(9);
        transport.write(bytes);
        bytes.fill(0);
        await world.until(() => receivedLength(world.server) === 6);
        expect([...concatenate(world.server.pieces)]).toEqual([1, 2, 3, 9, 9, 9]);
      });

      test("returns the room left, and announces it again once the bytes are gone", async () => {
        const transport = await openFully();
        const room = handler.room;
        expect(transport.write(bytesOf(100))).toBe(room - 100);
        expect(transport.write(bytesOf(room - 100))).toBe(0);
        handler.room = 0;
        await world.until(() => handler.room === room);
      });

      test("refuses more bytes than there is room for, and sends none of them", async () => {
        const transport = await openFully();
        const bytes = bytesOf(handler.room + 1);
        expect(() => transport.write(bytes)).toThrow(
          new RangeError(`cannot write ${bytes.byteLength} bytes, room for ${handler.room}`),
        );
        await world.settle();
        expect(receivedLength(world.server)).toBe(0);
      });

      test("holds the writer back while the peer does not read, and loses nothing", async () => {
        const transport = await openFully();
        world.server.setReading(false);
        const bytes = patternOf(8 * MEBIBYTE);
        let offset = 0;
        handler.onRoom = () => {
          while (handler.room > 0 && offset < bytes.byteLength) {
            const end = Math.min(bytes.byteLength, offset + Math.min(handler.room, 5_000));
            handler.room = transport.write(bytes.subarray(offset, end));
            offset = end;
          }
        };
        handler.onRoom();
        await world.settle();
        expect(handler.room).toBe(0);
        expect(offset).toBeLessThan(bytes.byteLength);
        world.server.setReading(true);
        await world.until(() => receivedLength(world.server) === bytes.byteLength);
        expectSameBytes(concatenate(world.server.pieces), bytes);
      });

      test("may be done inside onReadable", async () => {
        const transport = await openFully();
        handler.onBytes = () => {
          transport.write(handler.received);
        };
        world.server.send(Uint8Array.of(7, 8, 9));
        await world.until(() => receivedLength(world.server) === 3);
        expect([...concatenate(world.server.pieces)]).toEqual([7, 8, 9]);
      });
    });

    describe("reading", () => {
      test("gives the bytes as they were sent", async () => {
        await openFully();
        const bytes = patternOf(300_000);
        world.server.send(bytes);
        await world.until(() => handler.receivedByteLength === bytes.byteLength);
        expectSameBytes(handler.received, bytes);
      });

      test("may be done in portions and later, and is not announced again until more arrives", async () => {
        await openFully();
        handler.reads = false;
        world.server.send(Uint8Array.of(1, 2, 3, 4, 5));
        await world.until(() => handler.unread === 5);
        handler.read(2);
        await world.settle();
        expect(handler.calls.filter((call) => call.startsWith("readable"))).toEqual(["readable 5"]);
        world.server.send(Uint8Array.of(6, 7));
        await world.until(() => handler.unread === 5);
        handler.readAll(1);
        expect(handler.received).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6, 7));
      });

      test("refuses to read more than is unread", async () => {
        const transport = await openFully();
        handler.reads = false;
        expect(() => transport.read(bytesOf(1))).toThrow(new RangeError("cannot read 1 bytes, 0 unread"));
        world.server.send(Uint8Array.of(1, 2));
        await world.until(() => handler.unread === 2);
        expect(() => transport.read(bytesOf(3))).toThrow(new RangeError("cannot read 3 bytes, 2 unread"));
      });

      test("holds the peer back while nothing is read, and loses nothing", async () => {
        await openFully();
        handler.reads = false;
        const bytes = patternOf(8 * MEBIBYTE);
        world.server.send(bytes);
        await world.settle();
        expect(handler.unread).toBeLessThan(MEBIBYTE);
        expect(world.server.unsentByteLength).toBeGreaterThan(0);
        handler.reads = true;
        handler.readAll(3_000);
        await world.until(() => handler.receivedByteLength === bytes.byteLength);
        expectSameBytes(handler.received, bytes);
      });
    });

    describe("the end", () => {
      test("by the peer is reported without a cause, once, as the last call", async () => {
        await openFully();
        world.server.end();
        await world.until(() => handler.ended);
        await world.settle();
        expect(handler.calls).toEqual([`writable ${handler.room}`, "error"]);
        expect(handler.cause).toBeUndefined();
      });

      test("is reported only after all that was received before it has been read", async () => {
        await openFully();
        handler.reads = false;
        world.server.send(Uint8Array.of(1, 2, 3));
        world.server.end();
        await world.until(() => handler.unread === 3);
        await world.settle();
        expect(handler.ended).toBe(false);
        handler.read(2);
        await world.settle();
        expect(handler.ended).toBe(false);
        handler.read(1);
        expect(handler.ended).toBe(false);
        await world.until(() => handler.ended);
        expect(handler.received).toEqual(Uint8Array.of(1, 2, 3));
        expect(handler.cause).toBeUndefined();
      });

      test("unblocks a writer that would read on only after writing", async () => {
        const transport = await openFully();
        handler.reads = false;
        world.server.setReading(false);
        world.server.send(Uint8Array.of(1));
        await world.until(() => handler.unread === 1);
        handler.onRoom = () => {
          handler.room = transport.write(bytesOf(handler.room));
        };
        handler.onRoom();
        await world.settle();
        expect(handler.room).toBe(0);
        handler.onRoom = undefined;
        world.server.end();
        await world.until(() => handler.room > 0);
        expect(transport.write(bytesOf(10))).toBeGreaterThan(0);
        handler.readAll();
        await world.until(() => handler.ended);
      });

      test("by a reset is reported with a cause, once", async () => {
        await openFully();
        world.server.reset();
        await world.until(() => handler.ended);
        await world.settle();
        expect(handler.calls).toEqual([`writable ${handler.room}`, "error"]);
        expect(systemErrorOf(handler.cause)).toMatchObject({ code: "ECONNRESET" });
      });

      test("makes further writes an error of the caller", async () => {
        const transport = await openFully();
        world.server.end();
        await world.until(() => handler.ended);
        expect(() => transport.write(bytesOf(1))).toThrow("cannot write to a stream that is closed");
      });
    });

    describe("closing", () => {
      test("lets everything written arrive, and then ends the stream", async () => {
        const transport = await openFully();
        const bytes = patternOf(handler.room);
        transport.write(bytes);
        transport.close();
        await world.until(() => world.server.ending !== "none");
        expect(world.server.ending).toBe("ended");
        expectSameBytes(concatenate(world.server.pieces), bytes);
      });

      test("ends the callbacks, whatever the peer still does", async () => {
        const transport = await openFully();
        world.server.send(Uint8Array.of(1, 2, 3));
        transport.write(bytesOf(handler.room));
        transport.close();
        world.server.send(Uint8Array.of(4));
        world.server.end();
        await world.settle();
        expect(handler.calls).toEqual([`writable ${handler.room}`]);
      });

      test("inside onReadable ends the callbacks too", async () => {
        const transport = await openFully();
        handler.reads = false;
        handler.onBytes = () => transport.close();
        world.server.send(patternOf(200_000));
        world.server.end();
        await world.settle();
        expect(handler.calls.filter((call) => call.startsWith("readable"))).toHaveLength(1);
        expect(handler.ended).toBe(false);
      });

      test("with an end unreported means that it never is", async () => {
        const transport = await openFully();
        handler.reads = false;
        world.server.send(Uint8Array.of(1));
        world.server.end();
        await world.until(() => handler.unread === 1);
        await world.settle();
        handler.readAll();
        transport.close();
        await world.settle();
        expect(handler.ended).toBe(false);
      });

      test("may be done twice, and makes further reads and writes errors of the caller", async () => {
        const transport = await openFully();
        transport.close();
        transport.close();
        expect(() => transport.write(bytesOf(1))).toThrow("cannot write to a stream that is closed");
        expect(() => transport.read(bytesOf(1))).toThrow("cannot read 1 bytes, 0 unread");
      });
    });

    describe("cut off by the simulator", () => {
      test("with drop, tells the handler the cause, and the peer sees no orderly end", async () => {
        await openFully();
        const cause = new Error("cable pulled");
        quietly(handler, () => world.provider.drop(cause));
        await world.until(() => handler.ended && world.server.ending !== "none");
        expect(handler.cause).toBe(cause);
        expect(world.server.ending).toBe("broken");
      });

      test("with destroyAll, tells the handler nothing, and the peer sees no orderly end", async () => {
        await openFully();
        world.provider.destroyAll();
        await world.until(() => world.server.ending !== "none");
        await world.settle();
        expect(handler.ended).toBe(false);
        expect(world.server.ending).toBe("broken");
      });

      test("while it is still opening, is given up", async () => {
        open();
        world.provider.drop(new Error("cable pulled"));
        await world.until(() => handler.ended);
        await world.settle();
        expect(handler.calls).toEqual(["error"]);
      });
    });
  });
}

/** Runs `call`, and fails when it makes a callback. */
function quietly<T>(handler: RecordingHandler, call: () => T): T {
  const before = handler.calls.length;
  const result = call();
  expect(handler.calls.slice(before), "callbacks from inside a call").toEqual([]);
  return result;
}

/** The same transport, failing when one of its methods makes a callback. */
function quiet(transport: Transport, handler: RecordingHandler): Transport {
  return {
    read: (target) => quietly(handler, () => transport.read(target)),
    write: (bytes) => quietly(handler, () => transport.write(bytes)),
    close: () => quietly(handler, () => transport.close()),
  };
}

/** The system's own error, which a `TransportError` has for its cause. */
function systemErrorOf(error: unknown): unknown {
  return error instanceof TransportError ? error.cause : error;
}

function bytesOf(byteLength: number): Uint8Array {
  return new Uint8Array(byteLength);
}

/** Bytes in which any shift, loss or repetition shows. */
function patternOf(byteLength: number): Uint8Array {
  return Uint8Array.from({ length: byteLength }, (_, index) => (index * 31 + (index >> 8) * 7) & 0xff);
}

function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}

function receivedLength(server: ContractServer): number {
  return server.pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
}

/** Unlike `toEqual`, quick with megabytes. */
function expectSameBytes(actual: Uint8Array, expected: Uint8Array): void {
  expect(actual.byteLength).toBe(expected.byteLength);
  expect(Buffer.compare(actual, expected)).toBe(0);
}
