/** What can be asked of a program under measurement, and what it answers. */

import type { QoS } from "../../src/mqtt/packet.js";

/** The topic name of all messages; ASCII. */
export const TOPIC = "reed/footprint/door/event/1";
/** Bytes of payload, unless a work says otherwise. */
export const PAYLOAD_LENGTH = 42;

/** Publishing: from `publish()` until the last acknowledgement has been handled. */
export interface SendWork {
  readonly type: "send";
  readonly qos: QoS;
  readonly payloadLength: number;
  /** Messages per operation; more than one: published at once, and their acknowledgements read at once. */
  readonly burst: number;
  /** The payload is a string. */
  readonly text?: boolean;
  /** Until the bytes are at the transport only: the server does not answer. */
  readonly isUnanswered?: boolean;
}

/** Receiving: from the bytes until the last acknowledgement is at the transport. */
export interface ReceiveWork {
  readonly type: "receive";
  readonly qos: QoS;
  readonly payloadLength: number;
  /** Messages per operation; more than one: announced at once. */
  readonly burst: number;
  /** Bytes that are announced at a time; unless given, all there are. */
  readonly segment?: number;
  /** Subscriptions that do not match, besides the one that does; every other one has a wildcard. */
  readonly others: number;
  /** The payload is over the receive limit, and given to the handler in parts. */
  readonly streamed?: boolean;
  /** For a codec alone: nothing is acknowledged. */
  readonly isUnanswered?: boolean;
}

/** From the open transport until all subscriptions and all messages that were waiting are acknowledged; QoS 1. */
export interface ConnectWork {
  readonly type: "connect";
  readonly payloadLength: number;
  readonly subscriptions: number;
  readonly messages: number;
}

export type Work = SendWork | ReceiveWork | ConnectWork;

/** Who does it: the client under measurement, or nobody, so that what is metered is the driver alone. */
export type Worker = "client" | "nobody";

export type BenchCommand =
  | { readonly type: "set-up"; readonly work: Work; readonly worker: Worker }
  /** After an operation of a `ConnectWork`: whether the server has something to say in the next one. */
  | { readonly type: "more" }
  | { readonly type: "collect" }
  /** Makes one more of the work's clients, or only the ports it would have, and keeps it for good. */
  | { readonly type: "hold"; readonly work: Work; readonly worker: Worker }
  /** Asks for a `Done`. */
  | { readonly type: "done" }
  /** Asks for `StubCosts`. */
  | { readonly type: "stub-costs" }
  /** Takes this many bytes of the heap for chunks, for good. */
  | { readonly type: "fill"; readonly byteLength: number }
  /** In a bundle with a profiler: asks for a `Profile` of the last operations. */
  | { readonly type: "profile" }
  /** Likewise: the next operations are to be stopped there; 0: nowhere. */
  | { readonly type: "stop-at"; readonly place: number }
  /** Asks for the number of the function that they were stopped in; nothing when they came to their end. */
  | { readonly type: "stopped-in" };

/** The first byte of commands that are not packed JSON, so that each takes the same whatever it says. */
export const RUN = 0xff;
export const PROBE = 0xfe;

/** `count` operations. */
export function runCommand(count: number): Uint8Array {
  return Uint8Array.of(RUN, count >> 8, count & 0xff);
}

/** Bytes of a chunk, with its header, that a probe takes. */
export const PROBE_LENGTH = 256;

/** Takes `count` chunks, and lets them go. */
export function probeCommand(count: number): Uint8Array {
  return Uint8Array.of(PROBE, count >> 8, count & 0xff);
}

/** How often the stubs of the ports, and the handler of the messages, were called, and for how many bytes. */
export interface StubCalls {
  readonly writes: number;
  readonly written: number;
  readonly reads: number;
  readonly read: number;
  /** Of single bytes, in the manner of ECMA-419's format "number". */
  readonly byteReads: number;
  readonly clock: number;
  readonly timer: number;
  readonly handler: number;
}

/** Units that each of these calls, and each of these bytes, takes inside the stubs. */
export type StubCosts = StubCalls;

/** What was done since the set-up, to be compared with what should have been. */
export interface Done extends StubCalls {
  /** Messages that the client counts as completed, or that its handler was given. */
  readonly messages: number;
  /** Messages not completed. */
  readonly pending: number;
  /** Bytes that were announced and not read. */
  readonly unread: number;
}

/** Units and calls of each function, by its number. */
export interface Profile {
  readonly units: readonly number[];
  readonly calls: readonly number[];
}
