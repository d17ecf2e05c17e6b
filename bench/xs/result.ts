/** What the section `xs` finds out. */

import type { Figures } from "./meter.js";

export interface XsResult {
  /** The engine, and where it is from. */
  readonly engine: string;
  /** Bytes of topic name and payload of the messages, unless a name says otherwise. */
  readonly topicLength: number;
  readonly payloadLength: number;
  /** By the names of the suite. */
  readonly reed: Readonly<Record<string, Figures>>;
  /** Some of them again, with the marks of lines that a debugger wants and a device has not. */
  readonly withLines: Readonly<Record<string, Figures>>;
  readonly moddable: Peer;
  readonly mqttPacket: Peer;
  readonly copies: { readonly send: PayloadCost; readonly receive: PayloadCost };
  readonly targets: readonly Target[];
}

/** What a peer takes for each thing it was asked for, or why it was not. */
export type Peer =
  | { readonly version: string; readonly figures: Readonly<Record<string, Figures>> }
  | { readonly missing: string };

/** What a longer payload costs. */
export interface PayloadCost {
  /** How often each of its bytes is copied. */
  readonly copies: number;
  /** Bytes allocated for each of them. */
  readonly allocated: number;
}

export interface Target {
  readonly what: string;
  readonly value: number;
  readonly limit: number;
  readonly isMet: boolean;
}

/** For a target that is met by anything up to `limit`. */
export function atMost(what: string, value: number, limit: number): Target {
  return { what, value, limit, isMet: value <= limit };
}
