/**
 * A broker on the virtual network that does the least: it takes every connection, acknowledges what comes at once, and
 * routes nothing. What it costs counts as the simulator's, so it must not cost much.
 */

import type { VirtualNetwork } from "../../host-sim/virtual/virtual-network.js";
import type { Transport, TransportHandler } from "../../src/mqtt/ports.js";

const CONNECT = 1;
const PUBLISH = 3;
const PINGREQ = 12;
const DISCONNECT = 14;

const CONNACK = Uint8Array.of(0x20, 2, 0, 0);
const PINGRESP = Uint8Array.of(0xd0, 0);

/** More than a device of the bench ever sends at once; little, since it counts as memory of the devices. In bytes. */
const LONGEST_READ = 1_024;

/** Listens as `host`, on the port of MQTT. */
export function startInstantBroker(network: VirtualNetwork, host: string): void {
  const scratch = { received: new ArrayBuffer(LONGEST_READ), puback: Uint8Array.of(0x40, 2, 0, 0) };
  network.listen(host, 1883, ({ server }) => new Peer(server, scratch));
}

/** Memory for what is done with at once, the same for all peers. */
interface Scratch {
  readonly received: ArrayBuffer;
  readonly puback: Uint8Array;
}

class Peer implements TransportHandler {
  readonly #stream: Transport;
  readonly #scratch: Scratch;

  constructor(stream: Transport, scratch: Scratch) {
    this.#stream = stream;
    this.#scratch = scratch;
  }

  /** Packets come whole, since the network cuts nothing. */
  onReadable(byteLength: number): void {
    if (byteLength > LONGEST_READ) throw new RangeError(`${byteLength} bytes at once: raise LONGEST_READ`);
    const bytes = new Uint8Array(this.#scratch.received, 0, byteLength);
    this.#stream.read(bytes);
    for (let start = 0; start < byteLength; ) start = this.#take(bytes, start);
  }

  onWritable(): void {}

  onError(): void {}

  /** Answers the packet at `start`, and returns where it ends. */
  #take(bytes: Uint8Array, start: number): number {
    let remaining = 0;
    let body = start + 1;
    for (let shift = 0; ; shift += 7) {
      const digit = bytes[body] ?? 0;
      body += 1;
      remaining |= (digit & 127) << shift;
      if (digit < 128) break;
    }
    const first = bytes[start] ?? 0;
    const stream = this.#stream;
    switch (first >> 4) {
      case CONNECT:
        stream.write(CONNACK);
        break;
      case PUBLISH:
        if (((first >> 1) & 3) === 1) {
          const topicLength = ((bytes[body] ?? 0) << 8) | (bytes[body + 1] ?? 0);
          const identifier = body + 2 + topicLength;
          const { puback } = this.#scratch;
          puback[2] = bytes[identifier] ?? 0;
          puback[3] = bytes[identifier + 1] ?? 0;
          stream.write(puback);
        }
        break;
      case PINGREQ:
        stream.write(PINGRESP);
        break;
      case DISCONNECT:
        break;
      default:
        throw new Error(`the broker of the bench does not know packets like ${first.toString(16)}`);
    }
    return body + remaining;
  }
}
