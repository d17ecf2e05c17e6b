/** A message as an application gives it to the client. */

import { checkQos } from "./encode.js";
import { UsageError } from "./errors.js";
import type { QoS } from "./packet.js";
import type { Milliseconds, TextPort } from "./ports.js";
import { encodeText } from "./utf8.js";

/** A message to publish. */
export interface Message {
  /** Without wildcards, 1 to 65,535 bytes as UTF-8. */
  readonly topicName: string;
  /** A string is sent as UTF-8. It is copied: the caller may reuse the array. */
  readonly payload: Uint8Array | string;
  /** 0 unless given. */
  readonly qos?: QoS;
  /** False unless given. */
  readonly retain?: boolean;
  /** `state`: only the newest message of its topic matters; `event`, the default: each one does. */
  readonly kind?: MessageKind;
  /**
   * Where in the payload, in bytes, the text `false` stands that says it is not late: it becomes `true ` when the
   * message is sent after a loss of power only.
   */
  readonly lateOffset?: number;
  /** How long it may wait before it is first sent, 0: it is sent now or not at all; unless given, for ever. */
  readonly expiresAfter?: Milliseconds;
}

export type MessageKind = "state" | "event";

/**
 * Refuses what no message can be, but for its topic name and its payload.
 * @throws UsageError
 */
export function checkMessage({ qos, expiresAfter, lateOffset }: Message): void {
  if (qos !== undefined) checkQos(qos, "QoS [MQTT-3.3.1-4]");
  if (expiresAfter !== undefined && !(expiresAfter >= 0)) {
    throw new UsageError("invalid-option", `expiresAfter is ${expiresAfter}, but must be 0 ms or more`);
  }
  if (lateOffset !== undefined && !(Number.isInteger(lateOffset) && lateOffset >= 0)) {
    throw new UsageError("invalid-option", `lateOffset is ${lateOffset}, but must be a place in the payload`);
  }
}

/**
 * A payload as bytes.
 * @throws UsageError for one of another type, as JavaScript lets through, and for a string that is no Unicode text
 */
export function bytesOfPayload(payload: Uint8Array | string, text: TextPort | undefined): Uint8Array {
  if (typeof payload === "string") return encodeText(payload, text);
  if (payload instanceof Uint8Array) return payload;
  const what = payload === null ? "null" : typeof payload;
  throw new UsageError("invalid-packet", `payload is ${what}, but must be a string or a Uint8Array`);
}
