/** What the program whose memory is measured is told. */

export type FootprintCommand =
  | { readonly type: "load-config"; readonly text: string }
  /** Of a config text; the config itself is not kept. */
  | { readonly type: "make-client"; readonly text: string }
  /** Of the config that was loaded. */
  | { readonly type: "make-device" }
  | { readonly type: "start" }
  | { readonly type: "subscribe"; readonly topicFilter: string }
  /** At QoS 1. */
  | { readonly type: "publish"; readonly topicName: string; readonly payload: string }
  /** Asks for the number of messages not completed. */
  | { readonly type: "pending" };
