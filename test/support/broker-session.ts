/** What the test broker keeps for one client, across its connections where the client wants that (section 3.1.2.4). */

import type { QoS } from "mqtt-packet";
import type { PacketDescription } from "./server-codec.js";

/** A message as published. */
export interface BrokerMessage {
  readonly topicName: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
}

/** A QoS 1 or 2 message sent to the client and not completed. */
export interface Outgoing {
  readonly message: BrokerMessage;
  /** `released`: PUBREC was received, PUBREL sent, PUBCOMP is awaited. */
  state: "published" | "released";
}

export class BrokerSession {
  readonly clientIdentifier: string;
  /** Ends with the connection. */
  readonly isClean: boolean;
  /** By topic filter: the QoS granted. */
  readonly subscriptions = new Map<string, QoS>();
  /** By packet identifier, in the order of sending. */
  readonly inFlight = new Map<number, Outgoing>();
  /** QoS 1 and 2 messages that wait for the window or for the client. */
  readonly queue: BrokerMessage[] = [];
  /** By packet identifier: QoS 2 messages from the client that are routed at PUBREL. */
  readonly unreleased = new Map<number, BrokerMessage>();
  readonly #maximumInFlight: number;
  #send: ((packet: PacketDescription) => void) | undefined;
  #lastIdentifier = 0;

  constructor(clientIdentifier: string, isClean: boolean, maximumInFlight: number) {
    this.clientIdentifier = clientIdentifier;
    this.isClean = isClean;
    this.#maximumInFlight = maximumInFlight;
  }

  get isConnected(): boolean {
    return this.#send !== undefined;
  }

  /** The client is there, and has its CONNACK: what it has not acknowledged is sent again, in order [MQTT-4.4.0-1]. */
  attach(send: (packet: PacketDescription) => void): void {
    this.#send = send;
    for (const [messageId, { message, state }] of this.inFlight) {
      if (state === "published") {
        this.#publish(message, messageId, true);
      } else {
        this.#send({ cmd: "pubrel", messageId });
      }
    }
    this.#fillWindow();
  }

  detach(): void {
    this.#send = undefined;
  }

  /** Takes a message for the client, of the QoS and with the retain flag it is to arrive with. */
  deliver(message: BrokerMessage): void {
    if (message.qos === 0) {
      if (this.isConnected) {
        this.#publish(message, undefined, false);
      }
      return;
    }
    this.queue.push(message);
    this.#fillWindow();
  }

  /** PUBACK or PUBCOMP: the message is complete. */
  completed(messageId: number): void {
    this.inFlight.delete(messageId);
    this.#fillWindow();
  }

  /** PUBREC: from now on only PUBREL is sent [MQTT-4.3.3-1]. */
  recorded(messageId: number): void {
    const outgoing = this.inFlight.get(messageId);
    if (outgoing !== undefined) {
      outgoing.state = "released";
    }
    this.#send?.({ cmd: "pubrel", messageId });
  }

  #fillWindow(): void {
    while (this.isConnected && this.inFlight.size < this.#maximumInFlight) {
      const message = this.queue.shift();
      if (message === undefined) {
        return;
      }
      const messageId = this.#freeIdentifier();
      this.inFlight.set(messageId, { message, state: "published" });
      this.#publish(message, messageId, false);
    }
  }

  #publish(message: BrokerMessage, messageId: number | undefined, dup: boolean): void {
    const { topicName, payload, qos, retain } = message;
    const packet = {
      cmd: "publish",
      topic: topicName,
      payload: Buffer.from(payload),
      qos,
      retain,
      dup,
    } as const;
    this.#send?.(messageId === undefined ? packet : { ...packet, messageId });
  }

  #freeIdentifier(): number {
    do {
      this.#lastIdentifier = (this.#lastIdentifier % 65_535) + 1;
    } while (this.inFlight.has(this.#lastIdentifier));
    return this.#lastIdentifier;
  }
}
