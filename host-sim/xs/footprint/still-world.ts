/** A world in which nothing depends on the time: measurements in it come out the same on every machine. */

import type { ClientEvent } from "../../../src/mqtt/event.js";
import type { Endpoint, Transport, TransportHandler, TransportProvider } from "../../../src/mqtt/ports.js";
import { SimulatedPins } from "../../device/simulated-pins.js";
import { ByteQueue } from "../../io/byte-queue.js";
import { MemoryStore } from "../../io/memory-store.js";
import { NodeCrypto } from "../../io/node-crypto.js";
import type { RelayPorts } from "../relay.js";

const CONNECT = 1;
const PUBLISH = 3;
const SUBSCRIBE = 8;
const ROOM = 65_536;

/** A server in memory that accepts everything, and acknowledges it at once. It takes one control packet per write. */
export class StillServer implements TransportProvider, Transport {
  readonly #received = new ByteQueue();
  #handler: TransportHandler | undefined;

  open(_endpoint: Endpoint, handler: TransportHandler): Transport {
    this.#handler = handler;
    setImmediate(() => handler.onWritable(ROOM));
    return this;
  }

  read(target: Uint8Array): void {
    this.#received.read(target);
  }

  write(bytes: Uint8Array): number {
    for (let start = 0; start < bytes.length; start = this.#answer(bytes, start)) {
      // One packet after another.
    }
    return ROOM;
  }

  close(): void {
    this.#handler = undefined;
  }

  /** Bytes on their way to the client. */
  send(bytes: Uint8Array): void {
    this.#received.append(bytes);
    setImmediate(() => this.#handler?.onReadable(this.#received.byteLength));
  }

  /** Answers the packet at `start`, and returns its end. */
  #answer(bytes: Uint8Array, start: number): number {
    let body = start + 1;
    let remaining = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[body] as number;
      body += 1;
      remaining += (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    const end = body + remaining;
    const first = bytes[start] as number;
    switch (first >> 4) {
      case CONNECT:
        this.send(Uint8Array.of(0x20, 2, 0, 0));
        break;
      case PUBLISH: {
        const identifier = body + 2 + uint16(bytes, body);
        if ((first & 6) !== 0)
          this.send(Uint8Array.of(0x40, 2, ...bytes.subarray(identifier, identifier + 2)));
        break;
      }
      case SUBSCRIBE: {
        const granted: number[] = [];
        for (let filter = body + 2; filter < end; filter += 3 + uint16(bytes, filter)) granted.push(1);
        this.send(Uint8Array.of(0x90, 2 + granted.length, ...bytes.subarray(body, body + 2), ...granted));
        break;
      }
    }
    return end;
  }
}

/** The world around `server`; only what is due at once ever falls due. */
export function stillPorts(server: StillServer, onEvent: (event: ClientEvent) => void): RelayPorts {
  return {
    transport: server,
    timers: {
      create: (onExpired, target) => {
        let immediate: NodeJS.Immediate | undefined;
        const cancel = (): void => clearImmediate(immediate);
        return {
          schedule(delay) {
            cancel();
            if (delay === 0)
              immediate = setImmediate(() => onExpired(target as Parameters<typeof onExpired>[0]));
          },
          cancel,
        };
      },
    },
    clock: { now: () => 1000 },
    wallClock: { now: () => Date.UTC(2026, 0, 1) },
    random: () => 0.5,
    pins: new SimulatedPins({ onOutput: () => {} }),
    log: { info: () => {}, warn: () => {}, error: () => {} },
    store: new MemoryStore(),
    files: { read: () => undefined },
    crypto: new NodeCrypto(),
    observer: { onEvent },
    onStopped: () => {},
  };
}

function uint16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] as number) << 8) | (bytes[offset + 1] as number);
}
