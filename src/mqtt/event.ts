/** What the client tells about itself: the observer's events, plain data made for logs, timelines and tests. */

import type { StageTime } from "./attempt.js";
import type { QoS, RefusalCode } from "./packet.js";
import type { Milliseconds } from "./ports.js";

/** The config section a server comes from: the primary or the backup. */
export type ServerName = "mqtt" | "mqtt1";

/** Where a connection was when it ended. */
export type Stage = "open" | "connack" | "connected" | "disconnecting";

/** Why a connection ended, or an attempt failed. */
export type DisconnectReason =
  /** The network: not reachable, reset, name not found; `cause` says more. */
  | "network"
  /** The server ended the stream without an error. */
  | "closed-by-server"
  /** CONNACK refused; see `returnCode`. */
  | "refused"
  /** No CONNACK in time. */
  | "connect-timeout"
  /** No PINGRESP in time: the link is half open. */
  | "ping-timeout"
  /** The server broke the specification; `cause` is the `ProtocolError`. */
  | "protocol-error"
  /** The client could not take in what arrived, for want of memory; `cause` says more. */
  | "internal-error"
  /** The application asked for it. */
  | "requested";

/** How a published message ended. */
export type Outcome =
  /** QoS 0: handed to the transport. */
  | "sent"
  /** QoS 1: PUBACK received. QoS 2: PUBCOMP received. */
  | "acknowledged"
  /** A newer state of the same topic took its place while it waited. */
  | "replaced"
  /** Pushed out of a full queue by a newer message. */
  | "evicted"
  /** Waited longer than its `expiresAfter`. */
  | "expired"
  /** Never accepted; see `Delivery.reason`. */
  | "refused";

/** Why a message was refused. */
export type RefusalReason =
  /** QoS 0 without a connection, and `queue_qos0` is off. */
  | "offline"
  /** The queue is full and holds nothing that may be evicted, or `max_queue_length` is 0. */
  | "queue-full"
  /** Longer than `max_queue_bytes`. */
  | "packet-too-large";

/** Everything the observer can hear. `server` says which section of the config is in use. */
export type ClientEvent =
  /** An attempt starts: a transport is being opened. `attempt` counts from 1 since the last stable connection or switch. */
  | {
      readonly type: "connecting";
      readonly server: ServerName;
      readonly host: string;
      readonly port: number;
      readonly attempt: number;
    }
  | { readonly type: "connected"; readonly server: ServerName; readonly sessionPresent: boolean }
  /** The attempt is over: CONNACK, and the answers to all subscriptions, have come. `stages`: what took how long. */
  | { readonly type: "ready"; readonly server: ServerName; readonly stages: readonly StageTime[] }
  /** `stages` is there unless `ready` had come: what took how long, the last of them being where the attempt failed. */
  | {
      readonly type: "disconnected";
      readonly server: ServerName;
      readonly stage: Stage;
      readonly reason: DisconnectReason;
      readonly returnCode?: RefusalCode;
      readonly cause?: unknown;
      readonly stages?: readonly StageTime[];
    }
  /** The next attempt is `delay` ms away, to `server`; `switched` when that is the other one than before. */
  | {
      readonly type: "waiting";
      readonly server: ServerName;
      readonly delay: Milliseconds;
      readonly switched: boolean;
    }
  /** The primary has been good for `failBackAfter`: the connection to the backup ends, and the next one goes there. */
  | { readonly type: "failing-back" }
  | {
      readonly type: "subscribed";
      readonly server: ServerName;
      readonly topicFilter: string;
      readonly qos: QoS;
    }
  /** SUBACK 0x80. */
  | { readonly type: "subscription-refused"; readonly server: ServerName; readonly topicFilter: string }
  | { readonly type: "unsubscribed"; readonly server: ServerName; readonly topicFilter: string }
  /** A payload over the receive limit came, and not every handler streams it; it was acknowledged all the same. */
  | { readonly type: "message-refused"; readonly topicName: string; readonly payloadLength: number }
  /** What `finish` was called for is over, and the connection has ended. `pending` messages are kept for the next start. */
  | { readonly type: "finished"; readonly pending: number }
  /** At the start: messages that were stored before the last loss of power, and are sent now. */
  | { readonly type: "restored"; readonly messageCount: number }
  /** The flash has failed: from now on nothing survives a loss of power. */
  | { readonly type: "store-failed"; readonly error: unknown }
  /** An application callback threw; the client goes on. */
  | { readonly type: "handler-failed"; readonly error: unknown }
  /** The server keeps ending fresh connections: most often another device uses the same client identifier [MQTT-3.1.4-2]. */
  | {
      readonly type: "client-identifier-in-use";
      readonly server: ServerName;
      readonly clientIdentifier: string;
    };

/** Who listens to a client. Called from the client's own turn, never from inside one of its methods. */
export interface ClientObserver {
  onEvent(event: ClientEvent): void;
}
