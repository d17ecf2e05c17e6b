/**
 * Messages between the worker and its host, both ways: a fixed part as JSON, and bytes. On the wire: the length of the
 * JSON in four bytes, big-endian, the JSON in UTF-8, the bytes.
 */

import type { Level, Log } from "../../firmware/apps/io.js";
import type { ClientEvent } from "../../src/mqtt/event.js";
import type { Address, Flash, Milliseconds, OpeningStage } from "../../src/mqtt/ports.js";
import { decodeUtf8, encodeUtf8 } from "../../src/mqtt/utf8.js";
import type { CryptoCall } from "./crypto-call.js";
import type { ErrorFacts } from "./error-facts.js";

/** What the host tells of the world; each is one turn of the event loop in the worker. */
export type WorldCommand =
  | { readonly type: "expired"; readonly timer: number }
  | { readonly type: "readable"; readonly stream: number; readonly byteLength: number }
  | { readonly type: "writable"; readonly stream: number; readonly byteLength: number }
  | { readonly type: "stage"; readonly stream: number; readonly stage: OpeningStage }
  | { readonly type: "ended"; readonly stream: number; readonly cause?: ErrorFacts }
  | { readonly type: "pin"; readonly pin: number };

/** What the host tells a device in the worker. */
export type DeviceCommand =
  /** Makes it; `config` is a config text. */
  | {
      readonly type: "make";
      readonly config: string;
      readonly deviceId: string;
      /** What the host's flash is like, if it has one. */
      readonly flash?: Pick<Flash, "blockLength" | "blockCount">;
    }
  | { readonly type: "start" }
  | { readonly type: "stop" }
  /** A key of the alarm's own panel. */
  | { readonly type: "press"; readonly command: "arm" | "disarm" }
  /** Asks for the number of messages not completed. */
  | { readonly type: "count" };

/** What a program in the worker asks of the host, and waits for. */
export type Call =
  | { readonly type: "now" }
  | { readonly type: "random" }
  | { readonly type: "time-of-day" }
  | { readonly type: "log"; readonly level: keyof Log; readonly text: string }
  /** What the client tells; fields that are errors stand beside it. */
  | {
      readonly type: "event";
      readonly event: ClientEvent;
      readonly errors: Readonly<Record<string, ErrorFacts>>;
    }
  /** A device has ended as it was told to. */
  | { readonly type: "stopped" }
  | { readonly type: "schedule"; readonly timer: number; readonly delay: Milliseconds }
  | { readonly type: "cancel"; readonly timer: number }
  | { readonly type: "open"; readonly stream: number; readonly address: Address }
  | { readonly type: "read"; readonly stream: number; readonly byteLength: number }
  /** The bytes are beside it. */
  | { readonly type: "write"; readonly stream: number }
  | { readonly type: "close"; readonly stream: number }
  | { readonly type: "open-input"; readonly pin: number; readonly pull: "up" | "down" }
  | { readonly type: "read-input"; readonly pin: number }
  | { readonly type: "close-input"; readonly pin: number }
  | { readonly type: "open-output"; readonly pin: number; readonly level: Level }
  | { readonly type: "write-output"; readonly pin: number; readonly level: Level }
  /** The answer says whether there is a value, which is beside it then. */
  | { readonly type: "store-read"; readonly key: string }
  /** The value is beside it. */
  | { readonly type: "store-write"; readonly key: string }
  | { readonly type: "store-delete"; readonly key: string }
  | { readonly type: "store-keys" }
  | { readonly type: "flash-read"; readonly offset: number; readonly byteLength: number }
  /** The bytes are beside it. */
  | { readonly type: "flash-write"; readonly offset: number }
  | { readonly type: "flash-erase"; readonly block: number }
  /** As `store-read`. */
  | { readonly type: "file-read"; readonly name: string }
  /** Its bytes are beside it. */
  | { readonly type: "crypto"; readonly call: CryptoCall };

/** What the host answers to a call, or the program to a command. */
export interface Answer {
  readonly value?: unknown;
  /** It has thrown this. */
  readonly failure?: string;
}

/** What is to be answered to a call. */
export interface Reply {
  readonly value?: unknown;
  readonly bytes?: Uint8Array | undefined;
}

/** The reply whose value says whether there are bytes. */
export function bytesOrNone(bytes: Uint8Array | undefined): Reply {
  return { value: bytes !== undefined, bytes };
}

export interface Packed<T> {
  readonly message: T;
  readonly bytes: Uint8Array;
}

const NO_BYTES = Object.freeze([]);

export function pack(message: object, bytes: ArrayLike<number> = NO_BYTES): Uint8Array {
  const text = encodeUtf8(JSON.stringify(message));
  const packed = new Uint8Array(4 + text.length + bytes.length);
  new DataView(packed.buffer).setUint32(0, text.length);
  packed.set(text, 4);
  packed.set(bytes, 4 + text.length);
  return packed;
}

/** The bytes are a view of `packed`. */
export function unpack<T>(packed: Uint8Array): Packed<T> {
  const end = 4 + new DataView(packed.buffer, packed.byteOffset, packed.length).getUint32(0);
  const message = JSON.parse(decodeUtf8(packed, 4, end) ?? "") as T;
  return { message, bytes: packed.subarray(end) };
}

/** Answers a call as `reply` does; what that throws is thrown in the worker. */
export function answerCall<C>(
  question: Uint8Array,
  reply: (call: C, bytes: Uint8Array) => Reply,
): Uint8Array {
  const { bytes, message } = unpack<C>(question);
  try {
    const { value, bytes: more } = reply(message, bytes);
    return pack({ value } satisfies Answer, more);
  } catch (error) {
    return pack({ failure: error instanceof Error ? error.message : String(error) } satisfies Answer);
  }
}
