/**
 * The link between a device and its broker, with a round trip of a given time: a TCP proxy that passes everything on
 * unchanged, half a round trip later. It also notes when which packet reaches the broker.
 *
 * A proxy on the same machine makes the handshake of TCP free, so its round trip is put where every client of Node
 * waits in any case: `lookup`, which stands for the name resolution, answers after a round trip. The stream is thus
 * open a round trip after it was asked for, as on a real link, where SYN goes and SYN-ACK comes back.
 *
 * Nagle's algorithm is lost on the way too, since on one machine everything is acknowledged at once. The broker's end
 * may be given it back, see `isBrokerNagled`: it holds an answer back that follows another one. Each packet is then taken
 * for a write of its own, which they are with mosquitto.
 *
 * Not modelled: the sizes of segments, delayed acknowledgements of TCP, loss, bandwidth, and the name resolution itself.
 */

import type { AddressInfo, LookupFunction, Server, Socket } from "node:net";
import { connect, createServer } from "node:net";
import type { Packet } from "mqtt-packet";
import mqttPacket from "mqtt-packet";
import { NodeTimers } from "../../host-sim/io/node-timers.js";
import type { Milliseconds, TimerProvider } from "../../src/mqtt/ports.js";
import type { DirectionOptions } from "./delayed-direction.js";
import { DelayedDirection } from "./delayed-direction.js";

/** A packet has been handed to the broker, whole. */
export type OnPacket = (command: Packet["cmd"], at: Milliseconds) => void;

/** A name that only `lookup` knows. */
export const HOST = "delayed-broker";

const ADDRESS = "127.0.0.1";

export class DelayedLink {
  readonly roundTrip: Milliseconds;
  /** Whether the broker uses Nagle's algorithm; for the next connections. */
  isBrokerNagled = false;
  /** For the next packets from any client. */
  onPacket: OnPacket = () => {};
  readonly #brokerPort: number;
  readonly #timers: TimerProvider = new NodeTimers();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(brokerPort: number, roundTrip: Milliseconds) {
    this.#brokerPort = brokerPort;
    this.roundTrip = roundTrip;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#join(socket));
  }

  /** A link to a broker of this machine. */
  static async open(brokerPort: number, roundTrip: Milliseconds): Promise<DelayedLink> {
    const link = new DelayedLink(brokerPort, roundTrip);
    await new Promise<void>((resolve, reject) => {
      link.#server.once("error", reject);
      link.#server.listen(0, ADDRESS, resolve);
    });
    return link;
  }

  /** Where clients connect to, under the name `HOST`. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections that have not ended at both ends. */
  get connectionCount(): number {
    return this.#sockets.size / 2;
  }

  /** Resolves names, in the form of `dns.lookup`: the round trip of the handshake. */
  readonly lookup: LookupFunction = (_name, options, callback) => {
    const timer = this.#timers.create(() => {
      if (options.all === true) callback(null, [{ address: ADDRESS, family: 4 }]);
      else callback(null, ADDRESS, 4);
    });
    timer.schedule(this.roundTrip);
  };

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #join(client: Socket): void {
    const broker = connect({ host: ADDRESS, port: this.#brokerPort, noDelay: true, allowHalfOpen: true });
    const parser = mqttPacket.parser({ protocolVersion: 4 });
    let now: Milliseconds = 0;
    parser.on("packet", ({ cmd }) => this.onPacket(cmd, now));
    const both = { delay: this.roundTrip / 2, timers: this.#timers };
    this.#connect(client, {
      ...both,
      target: broker,
      isNagled: false,
      onArrival(bytes, at) {
        now = at;
        parser.parse(bytes);
      },
    });
    this.#connect(broker, { ...both, target: client, isNagled: this.isBrokerNagled, onArrival() {} });
  }

  #connect(source: Socket, options: DirectionOptions): void {
    const direction = new DelayedDirection(options);
    const { target } = options;
    this.#sockets.add(source);
    source.on("data", (bytes: Buffer) => {
      if (!options.isNagled) direction.take(bytes);
      else for (const packet of packetsOf(bytes)) direction.take(packet);
    });
    source.on("end", () => direction.end());
    // A connection that breaks ends at both ends; no figure is taken from one.
    source.on("error", () => target.destroy());
    source.once("close", (hadError) => {
      this.#sockets.delete(source);
      if (hadError) direction.close();
    });
  }
}

/** Cuts `bytes`, which begin with a packet, before each packet; all of them are short. */
function packetsOf(bytes: Buffer): readonly Buffer[] {
  const packets: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    // The fixed header's first byte, and one of remaining length.
    const end = start + 2 + (bytes[start + 1] ?? 0);
    packets.push(bytes.subarray(start, end));
    start = end;
  }
  return packets;
}
