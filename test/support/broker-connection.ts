/** One client's connection to the test broker: the order of packets, keep alive, and the answers due to each packet. */

import type { IConnectPacket, IPublishPacket, ISubscribePacket, Packet, Parser } from "mqtt-packet";
import { parser } from "mqtt-packet";
import type { VirtualLink } from "../../host-sim/virtual/virtual-link.js";
import type { Timer, TimerProvider, TransportHandler } from "../../src/mqtt/ports.js";
import type { BrokerMessage, BrokerSession } from "./broker-session.js";
import { isTopicName } from "./broker-topic.js";
import type { PacketDescription } from "./server-codec.js";
import { generatePacket } from "./server-codec.js";

/** How long a client may take from the connection to CONNECT, in ms. */
const CONNECT_TIMEOUT = 30_000;

/** Why a connection ended. */
export type EndReason =
  | "disconnected by the client"
  | "closed by the client"
  | "connection lost"
  | "keep alive exceeded"
  | "no CONNECT in time"
  | "refused"
  | "taken over"
  | "kicked"
  | `violation: ${string}`;

/** What a connection asks of its broker. */
export interface ConnectionOwner {
  /** Gives the connection its session and answers with CONNACK, and returns 0; or returns the code of a refusal. */
  onConnect(connect: IConnectPacket, connection: BrokerConnection): number;
  onMessage(message: BrokerMessage, from: string): void;
  onSubscribe(subscribe: ISubscribePacket, session: BrokerSession): number[];
  /** After SUBACK: the retained messages are due. */
  onSubscribed(subscribe: ISubscribePacket, granted: readonly number[], session: BrokerSession): void;
  onEnd(connection: BrokerConnection, reason: EndReason): void;
  /** Whether the fault injected loses this packet. */
  isLost(direction: "in" | "out", packet: PacketDescription, clientIdentifier: string): boolean;
}

export class BrokerConnection implements TransportHandler {
  readonly link: VirtualLink;
  session: BrokerSession | undefined;
  will: BrokerMessage | undefined;
  readonly #owner: ConnectionOwner;
  readonly #parser: Parser;
  readonly #keepAliveTimer: Timer;
  #keepAliveLimit = Number.POSITIVE_INFINITY;
  #isOver = false;

  constructor(link: VirtualLink, timers: TimerProvider, owner: ConnectionOwner) {
    this.link = link;
    this.#owner = owner;
    this.#parser = parser({ protocolVersion: 4 });
    this.#parser.on("packet", (packet) => this.#onPacket(packet));
    this.#parser.on("error", (error) => this.end(`violation: ${error.message}`));
    this.#keepAliveTimer = timers.create(() =>
      this.end(this.session === undefined ? "no CONNECT in time" : "keep alive exceeded"),
    );
    this.#keepAliveTimer.schedule(CONNECT_TIMEOUT);
  }

  get clientIdentifier(): string {
    return this.session?.clientIdentifier ?? "";
  }

  onWritable(): void {}

  onReadable(byteLength: number): void {
    const bytes = Buffer.alloc(byteLength);
    this.link.server.read(bytes);
    this.#parser.parse(bytes);
  }

  onError(cause?: unknown): void {
    this.end(cause === undefined ? "closed by the client" : "connection lost");
  }

  send(packet: PacketDescription): void {
    if (!this.#isOver && !this.#owner.isLost("out", packet, this.clientIdentifier)) {
      this.link.server.write(generatePacket(packet));
    }
  }

  /** Closes the connection, once. */
  end(reason: EndReason): void {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#keepAliveTimer.cancel();
      this.session?.detach();
      this.link.server.close();
      this.#owner.onEnd(this, reason);
    }
  }

  #onPacket(packet: Packet): void {
    if (this.#isOver || this.#owner.isLost("in", packet, this.clientIdentifier)) {
      return;
    }
    if (this.session === undefined) {
      if (packet.cmd === "connect") {
        this.#onConnect(packet);
      } else {
        this.end("violation: the first packet is not CONNECT [MQTT-3.1.0-1]");
      }
      return;
    }
    this.#keepAliveTimer.schedule(this.#keepAliveLimit);
    this.#onSessionPacket(packet, this.session);
  }

  #onConnect(connect: IConnectPacket): void {
    // One and a half times the keep alive, and for ever when it is 0 [MQTT-3.1.2-24].
    this.#keepAliveLimit = connect.keepalive ? connect.keepalive * 1_500 : Number.POSITIVE_INFINITY;
    this.#keepAliveTimer.schedule(this.#keepAliveLimit);
    this.will = willOf(connect);
    const returnCode = this.#owner.onConnect(connect, this);
    if (returnCode !== 0) {
      this.will = undefined;
      this.send({ cmd: "connack", returnCode, sessionPresent: false });
      this.end("refused");
    }
  }

  #onSessionPacket(packet: Packet, session: BrokerSession): void {
    const messageId = packet.messageId ?? 0;
    switch (packet.cmd) {
      case "publish":
        this.#onPublish(packet, session);
        break;
      case "puback":
      case "pubcomp":
        session.completed(messageId);
        break;
      case "pubrec":
        session.recorded(messageId);
        break;
      case "pubrel":
        this.#onRelease(messageId, session);
        break;
      case "subscribe": {
        const granted = this.#owner.onSubscribe(packet, session);
        this.send({ cmd: "suback", messageId, granted });
        this.#owner.onSubscribed(packet, granted, session);
        break;
      }
      case "unsubscribe":
        for (const topicFilter of packet.unsubscriptions) {
          session.subscriptions.delete(topicFilter);
        }
        this.send({ cmd: "unsuback", messageId });
        break;
      case "pingreq":
        this.send({ cmd: "pingresp" });
        break;
      case "disconnect":
        this.will = undefined;
        this.end("disconnected by the client");
        break;
      default:
        this.end(`violation: unexpected ${packet.cmd}`);
    }
  }

  #onPublish(packet: IPublishPacket, session: BrokerSession): void {
    const message: BrokerMessage = {
      topicName: packet.topic,
      payload: new Uint8Array(Buffer.from(packet.payload)),
      qos: packet.qos,
      retain: packet.retain,
    };
    const messageId = packet.messageId ?? 0;
    if (!isTopicName(message.topicName)) {
      this.end("violation: not a topic name [MQTT-3.3.2-2]");
    } else if (message.qos > 0 && messageId === 0) {
      this.end("violation: packet identifier 0 [MQTT-2.3.1-1]");
    } else if (message.qos === 2) {
      session.unreleased.set(messageId, message);
      this.send({ cmd: "pubrec", messageId });
    } else {
      this.#owner.onMessage(message, session.clientIdentifier);
      if (message.qos === 1) {
        this.send({ cmd: "puback", messageId });
      }
    }
  }

  #onRelease(messageId: number, session: BrokerSession): void {
    const message = session.unreleased.get(messageId);
    session.unreleased.delete(messageId);
    if (message !== undefined) {
      this.#owner.onMessage(message, session.clientIdentifier);
    }
    this.send({ cmd: "pubcomp", messageId });
  }
}

function willOf({ will }: IConnectPacket): BrokerMessage | undefined {
  if (will === undefined) {
    return undefined;
  }
  return {
    topicName: will.topic,
    payload: new Uint8Array(Buffer.from(will.payload)),
    qos: will.qos ?? 0,
    retain: will.retain ?? false,
  };
}
