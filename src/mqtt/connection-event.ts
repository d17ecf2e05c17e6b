/** What a connection reports, one at a time, by `Connection.nextEvent`. Views are valid until the next call. */

import type { DisconnectReason, Stage } from "./event.js";
import type { PacketIdentifier, QoS, RefusalCode } from "./packet.js";

/** What an arriving message says of itself before its payload. */
export interface MessageHeader {
  readonly topicName: string;
  readonly qos: QoS;
  /** True: kept by the server and sent because of a new subscription; false: just published (section 3.3.1.3). */
  readonly retain: boolean;
  /** The server may have sent it before. With QoS 2 it is still delivered once. */
  readonly duplicate: boolean;
}

export interface MessageEvent extends MessageHeader {
  readonly type: "message";
  /** A view of the receive buffer. */
  readonly payload: Uint8Array;
}

export interface StreamEvent extends MessageHeader {
  readonly type: "stream";
  /** Bytes of payload that will come as chunks. */
  readonly payloadLength: number;
}

/** How a connection ended. */
export interface ClosedEvent {
  readonly type: "closed";
  readonly stage: Stage;
  readonly reason: DisconnectReason;
  readonly returnCode: RefusalCode | undefined;
  readonly cause: unknown;
}

export type ConnectionEvent =
  | { readonly type: "connected"; readonly sessionPresent: boolean }
  | MessageEvent
  | StreamEvent
  | { readonly type: "chunk"; readonly bytes: Uint8Array }
  | { readonly type: "stream-end" }
  | { readonly type: "stream-aborted" }
  | { readonly type: "too-long"; readonly topicName: string; readonly payloadLength: number }
  | {
      readonly type: "subscribed";
      readonly packetIdentifier: PacketIdentifier;
      readonly returnCodes: readonly (QoS | 0x80)[];
    }
  | { readonly type: "unsubscribed"; readonly packetIdentifier: PacketIdentifier }
  | ClosedEvent;
