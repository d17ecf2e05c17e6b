/** The works that are metered, by name. */

import type { QoS } from "../../src/mqtt/packet.js";
import type { ReceiveWork, SendWork, Work } from "./work.js";
import { PAYLOAD_LENGTH } from "./work.js";

export interface Entry {
  readonly name: string;
  readonly work: Work;
}

const BURST = 10;
/** What a TCP segment carries over Ethernet, at most. */
const SEGMENT = 1460;

function send(qos: QoS, more: Partial<SendWork> = {}): SendWork {
  return { type: "send", qos, payloadLength: PAYLOAD_LENGTH, burst: 1, ...more };
}

function receive(qos: QoS, more: Partial<ReceiveWork> = {}): ReceiveWork {
  return { type: "receive", qos, payloadLength: PAYLOAD_LENGTH, burst: 1, others: 0, ...more };
}

const EACH_QOS: readonly QoS[] = Object.freeze([0, 1, 2]);
export const SHORT = 1024;
export const LONG = 16_384;
const LENGTHS: readonly (readonly [name: string, byteLength: number])[] = Object.freeze([
  ["16 B", 16],
  ["1 KiB", SHORT],
  ["16 KiB", LONG],
]);
const OTHERS: readonly number[] = Object.freeze([1, 10, 100]);

const SINGLE: readonly Entry[] = Object.freeze([
  ...EACH_QOS.map((qos) => ({ name: `send QoS ${qos}`, work: send(qos) })),
  ...EACH_QOS.map((qos) => ({ name: `receive QoS ${qos}`, work: receive(qos) })),
]);

/** What targets are about. */
export const HEADLINES: readonly Entry[] = Object.freeze(
  SINGLE.filter(({ work }) => work.type !== "connect" && work.qos === 1),
);

const BURSTS: readonly Entry[] = Object.freeze([
  ...EACH_QOS.map((qos) => ({ name: `send QoS ${qos}, 10 at once`, work: send(qos, { burst: BURST }) })),
  ...EACH_QOS.map((qos) => ({
    name: `receive QoS ${qos}, 10 at once`,
    work: receive(qos, { burst: BURST }),
  })),
]);

export const PAYLOADS: readonly Entry[] = Object.freeze([
  { name: "send QoS 1, text", work: send(1, { text: true }) },
  ...LENGTHS.map(([name, payloadLength]) => ({
    name: `send QoS 1, ${name}`,
    work: send(1, { payloadLength }),
  })),
  ...LENGTHS.map(([name, payloadLength]) => ({
    name: `receive QoS 1, ${name}`,
    work: receive(1, { payloadLength }),
  })),
  {
    name: "receive QoS 1, 16 KiB in segments",
    work: receive(1, { payloadLength: LONG, segment: SEGMENT }),
  },
  {
    name: "receive QoS 1, 16 KiB in segments, streamed",
    work: receive(1, { payloadLength: LONG, segment: SEGMENT, streamed: true }),
  },
  {
    name: "receive QoS 1, 1 MiB in segments, streamed",
    work: receive(1, { payloadLength: 1_048_576, segment: SEGMENT, streamed: true }),
  },
]);

export const MATCHING: readonly (Entry & { readonly others: number })[] = Object.freeze(
  OTHERS.map((others) => ({
    name: `receive QoS 1, ${others} other subscriptions`,
    work: receive(1, { others }),
    others,
  })),
);

export const CONNECTING: readonly Entry[] = Object.freeze([
  {
    name: "connect, 10 subscriptions, 20 messages",
    work: { type: "connect", payloadLength: PAYLOAD_LENGTH, subscriptions: 10, messages: 20 },
  },
]);

export const SUITE: readonly Entry[] = Object.freeze([
  ...SINGLE,
  ...BURSTS,
  ...PAYLOADS,
  ...MATCHING,
  ...CONNECTING,
]);

/** For Moddable's client, which keeps no session: its message has done with at the transport. */
export const MODDABLE_SUITE: readonly Entry[] = Object.freeze([
  { name: "send QoS 1, to the transport only", work: send(1, { isUnanswered: true }) },
  { name: "send QoS 1", work: send(1) },
  { name: "receive QoS 1", work: receive(1) },
]);

/** For a codec without a client. */
export const CODEC_SUITE: readonly Entry[] = Object.freeze([
  { name: "generate PUBLISH QoS 1", work: send(1, { isUnanswered: true }) },
  { name: "parse PUBLISH QoS 1", work: receive(1, { isUnanswered: true }) },
]);
