/** What can be asked of the program under measurement. */

import type { QoS } from "../../src/mqtt/packet.js";

/** Publishing: from `publish()` until the last acknowledgement has been handled. */
export interface SendWork {
  readonly type: "send";
  readonly qos: QoS;
  readonly payloadLength: number;
  /** Messages per operation; more than one: published at once, and their acknowledgements read at once. */
  readonly burst: number;
  /** The payload is a string. */
  readonly text?: boolean;
}

/** Receiving: from the bytes until the last acknowledgement is at the transport. */
export interface ReceiveWork {
  readonly type: "receive";
  readonly qos: QoS;
  readonly payloadLength: number;
  /** Messages per operation; more than one: read at once. */
  readonly burst: number;
  /** Subscriptions that do not match, besides the one that does; every other one has a wildcard. */
  readonly others: number;
}

export type Work = SendWork | ReceiveWork;

/** Who does it: the client under measurement, or a stand-in that only moves the bytes, whose cost is the harness's. */
export type Worker = "reed" | "nobody";

export type BenchCommand =
  | { readonly type: "set-up"; readonly work: Work; readonly worker: Worker }
  | { readonly type: "collect" }
  /** Whether garbage was collected since the last "collect". */
  | { readonly type: "was-collected" }
  | { readonly type: "check" }
  /** In a bundle with a profiler: forgets what it has, and answers with it. */
  | { readonly type: "profile" }
  /** Likewise: the next operation is to be stopped there. */
  | { readonly type: "stop-at"; readonly place: number }
  /** The number of the function that it was stopped in; nothing when it came to its end. */
  | { readonly type: "stopped-in" };

/** The first byte of the one command that is not packed JSON, so that it takes the same whatever it says. */
export const RUN = 0xff;

/** `count` operations. */
export function runCommand(count: number): Uint8Array {
  return Uint8Array.of(RUN, count >> 8, count & 0xff);
}

/** Units and calls of each function, by its number. */
export interface Profile {
  readonly units: readonly number[];
  readonly calls: readonly number[];
}

/** What was done since the set-up, to be compared with what should have been. */
export interface Done {
  readonly operations: number;
  /** Messages that the client counts as completed, or that its handler was given. */
  readonly messages: number;
  /** Messages not completed. */
  readonly pending: number;
  /** Bytes written to the transport, in so many writes. */
  readonly bytes: number;
  readonly writes: number;
}
