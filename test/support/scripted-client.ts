/** A client that sends exactly the packets a test says: the counterpart of the scripted server, for testing brokers. */

import type { Packet } from "mqtt-packet";
import type { VirtualNetwork } from "../../host-sim/virtual/virtual-network.js";
import type { VirtualTransportProvider } from "../../host-sim/virtual/virtual-transport-provider.js";
import type { Transport, TransportHandler } from "../../src/mqtt/ports.js";
import { bytesFromHex } from "./hex.js";
import type { PacketDescription, PacketOf } from "./server-codec.js";
import { generatePacket, packetByteLength, parsePacket } from "./server-codec.js";

/** Connects at once. Its methods first let everything happen that is due at the present time. */
export class ScriptedClient implements TransportHandler {
  readonly provider: VirtualTransportProvider;
  isEnded = false;
  readonly #network: VirtualNetwork;
  readonly #transport: Transport;
  readonly #packets: Packet[] = [];
  #unparsed = Buffer.alloc(0);

  constructor(network: VirtualNetwork, host = "broker", port = 1883) {
    this.#network = network;
    this.provider = network.provider("scripted client");
    this.#transport = this.provider.open({ host, port }, this);
    this.#settle();
  }

  send(...packets: readonly PacketDescription[]): void {
    for (const packet of packets) {
      this.#transport.write(generatePacket(packet));
    }
    this.#settle();
  }

  /** Sends bytes as `bytesFromHex` reads them. */
  sendBytes(text: string): void {
    this.#transport.write(bytesFromHex(text));
    this.#settle();
  }

  /** Sends CONNECT with a clean session unless told otherwise, and returns the answer. */
  connect(clientId: string, options: Partial<Omit<PacketOf<"connect">, "cmd">> = {}): PacketOf<"connack"> {
    this.send({ cmd: "connect", clientId, clean: true, ...options });
    const [connack] = this.#packets.splice(0, 1);
    if (connack?.cmd !== "connack") {
      throw new Error(`the answer to CONNECT is ${connack?.cmd ?? "missing"}`);
    }
    return connack;
  }

  /** What has been received since the last call, by the fields that tests care about. */
  take(): readonly object[] {
    this.#settle();
    return this.#packets.splice(0).map(summary);
  }

  /** Ends the stream without DISCONNECT. */
  close(): void {
    this.#transport.close();
    this.#settle();
  }

  onReadable(byteLength: number): void {
    const bytes = Buffer.alloc(byteLength);
    this.#transport.read(bytes);
    this.#unparsed = Buffer.concat([this.#unparsed, bytes]);
    for (;;) {
      const length = packetByteLength(this.#unparsed);
      if (length === undefined || length > this.#unparsed.byteLength) {
        return;
      }
      this.#packets.push(parsePacket(this.#unparsed.subarray(0, length)));
      this.#unparsed = this.#unparsed.subarray(length);
    }
  }

  onWritable(): void {}

  onError(): void {
    this.isEnded = true;
  }

  #settle(): void {
    this.#network.clock.advance(0);
  }
}

/** Only true flags, and texts in place of bytes: `{ cmd: "publish", topic: "a", payload: "x", qos: 1, messageId: 1 }`. */
function summary(packet: Packet): object {
  const { cmd, messageId } = packet;
  const identifier = messageId === undefined ? {} : { messageId };
  switch (packet.cmd) {
    case "publish": {
      const { topic, payload, qos, retain, dup } = packet;
      const flags = { ...(retain ? { retain } : {}), ...(dup ? { dup } : {}) };
      return { cmd, topic, payload: payload.toString(), qos, ...flags, ...identifier };
    }
    case "suback":
      return { cmd, ...identifier, granted: packet.granted };
    case "connack":
      return { cmd, returnCode: packet.returnCode };
    default:
      return { cmd, ...identifier };
  }
}
