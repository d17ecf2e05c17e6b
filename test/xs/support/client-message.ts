/** What a test tells the MQTT client that it runs in the worker. */

import type { QoS } from "../../../src/mqtt/packet.js";

/** Keys of a server's section in a config. */
export type Settings = Readonly<Record<string, string | number | boolean>>;

export type ClientCommand =
  | { readonly type: "connect"; readonly settings: Settings }
  | { readonly type: "disconnect" }
  | { readonly type: "publish"; readonly topicName: string; readonly payload: string; readonly qos: QoS }
  | { readonly type: "subscribe"; readonly topicFilter: string; readonly qos: QoS }
  /** Asks for a `ClientState`. */
  | { readonly type: "state" };

export interface ClientState {
  /** Of each message published, in order; null while it is on its way. */
  readonly outcomes: readonly (string | null)[];
  /** "topic name: QoS: text" of each message received, in order. */
  readonly received: readonly string[];
}
