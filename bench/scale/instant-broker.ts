/**
 * A broker on the virtual network that does the least: it takes every connection, acknowledges what comes at once, and
 * routes nothing. What it costs counts as the simulator's, so it must not cost much.
 */

import type { VirtualLink } from "../../host-sim/virtual/virtual-link.js";
import type { VirtualNetwork } from "../../host-sim/virtual/virtual-network.js";
import type { TransportHandler } from "../../src/mqtt/ports.js";

const CONNECT = 1;
const PUBLISH = 3;
const PINGREQ = 12;
const DISCONNECT = 14;

const CONNACK = Uint8Array.of(0x20, 2, 0, 0);
const PINGRESP = Uint8Array.of(0xd0, 0);

/** Listens as `host`, on the port of MQTT. */
export function startInstantBroker(network: VirtualNetwork, host: string): void {
  network.listen(host, 1883, (link) => new Peer(link));
}

class Peer implements TransportHandler {
  readonly #link: VirtualLink;

  constructor(link: VirtualLink) {
    this.#link = link;
  }

  /** Packets come whole, since the network cuts nothing. */
  onReadable(byteLength: number): void {
    const bytes = Buffer.allocUnsafe(byteLength);
    this.#link.server.read(bytes);
    for (let start = 0; start < byteLength; ) start = this.#take(bytes, start);
  }

  onWritable(): void {}

  onError(): void {}

  /** Answers the packet at `start`, and returns where it ends. */
  #take(bytes: Buffer, start: number): number {
    let remaining = 0;
    let body = start + 1;
    for (let shift = 0; ; shift += 7) {
      const digit = bytes.readUInt8(body);
      body += 1;
      remaining |= (digit & 127) << shift;
      if (digit < 128) break;
    }
    const first = bytes.readUInt8(start);
    const { server } = this.#link;
    switch (first >> 4) {
      case CONNECT:
        server.write(CONNACK);
        break;
      case PUBLISH:
        if (((first >> 1) & 3) === 1) {
          const identifier = body + 2 + bytes.readUInt16BE(body);
          server.write(Uint8Array.of(0x40, 2, bytes.readUInt8(identifier), bytes.readUInt8(identifier + 1)));
        }
        break;
      case PINGREQ:
        server.write(PINGRESP);
        break;
      case DISCONNECT:
        break;
      default:
        throw new Error(`the broker of the bench does not know packets like ${first.toString(16)}`);
    }
    return body + remaining;
  }
}
