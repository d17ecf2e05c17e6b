/** The control packets as plain data: what a client sends, and what a server sends. */

import type { Will } from "./options.js";
import type {
  CONNACK,
  CONNECT,
  DISCONNECT,
  PINGREQ,
  PINGRESP,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  SUBACK,
  SUBSCRIBE,
  UNSUBACK,
  UNSUBSCRIBE,
} from "./packet-type.js";

/** Quality of Service (section 4.3): at most once, at least once, exactly once. */
export type QoS = 0 | 1 | 2;

/** 1 to 65,535 [MQTT-2.3.1-1]. */
export type PacketIdentifier = number;

/** CONNACK return codes 1 to 5 (table 3.1). */
export type RefusalCode = 1 | 2 | 3 | 4 | 5;

export interface Connect {
  readonly type: typeof CONNECT;
  readonly clientIdentifier: string;
  readonly cleanSession: boolean;
  /** Seconds. */
  readonly keepAlive: number;
  readonly will?: Will | undefined;
  readonly userName?: string | undefined;
  readonly password?: Uint8Array | undefined;
}

export interface ConnectAcknowledgement {
  readonly type: typeof CONNACK;
  readonly sessionPresent: boolean;
  readonly returnCode: 0 | RefusalCode;
}

export interface Publish {
  readonly type: typeof PUBLISH;
  readonly topicName: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly duplicate: boolean;
  /** 0 with QoS 0, where the packet has none [MQTT-2.3.1-5]. */
  readonly packetIdentifier: PacketIdentifier | 0;
}

/** The four packets that are nothing but a packet identifier, and UNSUBACK. */
export interface Acknowledgement {
  readonly type: typeof PUBACK | typeof PUBREC | typeof PUBREL | typeof PUBCOMP | typeof UNSUBACK;
  readonly packetIdentifier: PacketIdentifier;
}

/** One topic filter of a SUBSCRIBE with the QoS asked for. */
export interface Subscription {
  readonly topicFilter: string;
  readonly qos: QoS;
}

export interface Subscribe {
  readonly type: typeof SUBSCRIBE;
  readonly packetIdentifier: PacketIdentifier;
  readonly subscriptions: readonly Subscription[];
}

export interface SubscribeAcknowledgement {
  readonly type: typeof SUBACK;
  readonly packetIdentifier: PacketIdentifier;
  /** For each topic filter in order: the QoS granted, or 0x80 for refused. */
  readonly returnCodes: readonly (QoS | 0x80)[];
}

export interface Unsubscribe {
  readonly type: typeof UNSUBSCRIBE;
  readonly packetIdentifier: PacketIdentifier;
  readonly topicFilters: readonly string[];
}

/** The packets of two bytes. */
export interface Bare {
  readonly type: typeof PINGREQ | typeof PINGRESP | typeof DISCONNECT;
}

/** Every packet a client may send. */
export type ClientPacket = Connect | Publish | Acknowledgement | Subscribe | Unsubscribe | Bare;

/** Every packet a server may send. */
export type ServerPacket =
  | ConnectAcknowledgement
  | Publish
  | Acknowledgement
  | SubscribeAcknowledgement
  | Bare;
