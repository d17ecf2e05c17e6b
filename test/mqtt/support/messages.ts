/** Messages for the outbox, and what one looks like on the wire. */

import { decode } from "../../../src/mqtt/decode.js";
import { writePublish } from "../../../src/mqtt/encode.js";
import type { Message } from "../../../src/mqtt/message.js";
import type { Outbox, OutboxLimits } from "../../../src/mqtt/outbox.js";
import type { DeliveryHandler } from "../../../src/mqtt/outgoing.js";
import { Outgoing } from "../../../src/mqtt/outgoing.js";
import type { Publish, QoS } from "../../../src/mqtt/packet.js";
import { PacketRing } from "../../../src/mqtt/packet-ring.js";
import type { Milliseconds } from "../../../src/mqtt/ports.js";
import { remainingLengthSize } from "../../../src/mqtt/remaining-length.js";
import { TopicNames } from "../../../src/mqtt/topic-names.js";
import { encodeUtf8 } from "../../../src/mqtt/utf8.js";

/** A message whose packet stands in a ring, with nobody else in it unless `ring` is given. */
export function outgoingOf(
  topicName: string,
  payload: Uint8Array | string,
  qos: QoS,
  retain = false,
  ring = new PacketRing({ relocate: () => {} }),
): Outgoing {
  const bytes = typeof payload === "string" ? encodeUtf8(payload) : payload;
  const topic = new TopicNames().encoded(topicName);
  const remaining = topic.length + (qos === 0 ? 0 : 2) + bytes.length;
  const start = ring.reserve(1 + remainingLengthSize(remaining) + remaining);
  const target = ring.bytes as Uint8Array;
  target.set(bytes, writePublish(qos, retain, remaining, topic, target, start) + (qos === 0 ? 0 : 2));
  return new Outgoing(ring, start);
}

/** What its packet says; while it has no packet identifier yet, as if that were 65,535. */
export function publishOf(outgoing: Outgoing): Publish {
  const bytes = (outgoing.bytes as Uint8Array).slice();
  if (outgoing.qos > 0 && (outgoing.packetIdentifier ?? 0) === 0) {
    const ring = new PacketRing({ relocate: () => {} });
    const copy = new Outgoing(ring, ring.reserve(bytes.length));
    ring.bytes?.set(bytes);
    copy.identify(65_535);
    return decode((copy.bytes as Uint8Array).slice()) as Publish;
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
  const limits = { ...ROOMY, ...addition.limits };
  const message: Message = { topicName, payload, qos, kind: isState ? "state" : "event" };
  if (expiresAt === Number.POSITIVE_INFINITY)
    return outbox.add(message, addition.handler, 0, limits, connected, room);
  // A wait of nothing, begun just before.
  return outbox.add(
    { ...message, expiresAfter: 0 },
    addition.handler,
    expiresAt - 1,
    limits,
    connected,
    room,
  );
}
