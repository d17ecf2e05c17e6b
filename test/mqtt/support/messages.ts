/** Messages for the outbox, and what one looks like on the wire. */

import { decode } from "../../../src/mqtt/decode.js";
import type { Outbox, OutboxLimits } from "../../../src/mqtt/outbox.js";
import type { DeliveryHandler, OutgoingSource } from "../../../src/mqtt/outgoing.js";
import { Outgoing } from "../../../src/mqtt/outgoing.js";
import type { Publish, QoS } from "../../../src/mqtt/packet.js";
import type { Milliseconds } from "../../../src/mqtt/ports.js";
import { utf8Length } from "../../../src/mqtt/utf8.js";

/** A message measured as `publish()` does it. */
export function sourceOf(
  topicName: string,
  payload: Uint8Array | string,
  qos: QoS,
  retain = false,
): OutgoingSource {
  const payloadByteLength = typeof payload === "string" ? utf8Length(payload) : payload.length;
  return { topicName, topicByteLength: utf8Length(topicName), payload, payloadByteLength, qos, retain };
}

/** An encoded message that no outbox holds. */
export function outgoingOf(source: OutgoingSource): Outgoing {
  const outgoing = new Outgoing(source.qos, undefined);
  outgoing.encode(source);
  return outgoing;
}

/** What its packet says; while it has no packet identifier yet, as if that were 65,535. */
export function publishOf(outgoing: Outgoing): Publish {
  const bytes = (outgoing.bytes as Uint8Array).slice();
  if (outgoing.qos > 0 && outgoing.packetIdentifier === 0) {
    const copy = new Outgoing(outgoing.qos, undefined);
    copy.bytes = bytes;
    copy.identify(65_535);
  }
  return decode(bytes) as Publish;
}

/** How a message is added; left out: QoS 1, connected with no room in the window, and never expiring. */
export interface Addition {
  readonly qos?: QoS;
  readonly payload?: string;
  readonly limits?: Partial<OutboxLimits>;
  readonly connected?: boolean;
  readonly room?: number;
  readonly expiresAt?: Milliseconds;
  readonly handler?: DeliveryHandler;
  readonly isState?: boolean;
  /** "t" unless given. */
  readonly topicName?: string;
}

export const ROOMY: OutboxLimits = Object.freeze({
  maximumQueueLength: 100,
  maximumQueueBytes: 10_000,
  queueQos0: false,
  maximumInFlight: 20,
});

/** Adds a message to topic "t" and returns it. With QoS 1 and a payload of n bytes it takes 7 + n. */
export function addTo(outbox: Outbox, addition: Addition): Outgoing {
  const {
    qos = 1,
    payload = "",
    connected = true,
    room = 0,
    expiresAt = Number.POSITIVE_INFINITY,
    topicName = "t",
    isState = false,
  } = addition;
  const outgoing = new Outgoing(qos, addition.handler);
  const limits = { ...ROOMY, ...addition.limits };
  const source = { ...sourceOf(topicName, payload, qos), stateTopic: isState ? topicName : undefined };
  outbox.add(outgoing, source, limits, connected, room, expiresAt);
  return outgoing;
}
