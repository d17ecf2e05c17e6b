/** What the client is told about its servers: the typed form that `src/config` makes from the device's JSON. */

import { checkQos, encodedLength } from "./encode.js";
import { UsageError } from "./errors.js";
import type { Connect, QoS } from "./packet.js";
import { CONNECT } from "./packet-type.js";
import type { Endpoint, Milliseconds } from "./ports.js";

/** The message the server publishes when the connection is lost without DISCONNECT (section 3.1.2.5). */
export interface Will {
  readonly topicName: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
}

/** How to connect to one server, and how to behave while it is the one in use. Mongoose: `mqtt`, `mqtt1`. */
export interface ServerOptions {
  readonly endpoint: Endpoint;
  /** 0 to 65,535 bytes of UTF-8; empty only with `cleanSession` [MQTT-3.1.3-7]. */
  readonly clientIdentifier: string;
  readonly userName?: string;
  /** Only with a user name [MQTT-3.1.2-22]. */
  readonly password?: Uint8Array;
  readonly will?: Will;
  readonly cleanSession: boolean;
  /** Seconds, 0 to 65,535; 0 turns it off, and with it the detection of a half-open link. */
  readonly keepAlive: number;
  /** Outgoing messages are lowered to this QoS. */
  readonly maximumQos: QoS;
  /** The first wait before a new attempt. */
  readonly reconnectMinimum: Milliseconds;
  /** The longest wait; after it the other server is tried. */
  readonly reconnectMaximum: Milliseconds;
  /** A connection that has lasted this long resets the wait. */
  readonly reconnectStable: Milliseconds;
  /** Of the primary: how long it must have been good before the client goes back to it from the backup; 0: never. */
  readonly failBackAfter: Milliseconds;
  /** From the start of an attempt to CONNACK. */
  readonly connectTimeout: Milliseconds;
  /** From PINGREQ to PINGRESP, and the longest wait for DISCONNECT to leave. */
  readonly responseTimeout: Milliseconds;
  /** Longest payload, in bytes, that is held whole when received. */
  readonly receiveLimit: number;
  /** QoS 1 and 2 messages sent and not yet completed, at most; 1 to 65,535. */
  readonly maximumInFlight: number;
  /** Messages that wait to be sent, at most; 0: none. */
  readonly maximumQueueLength: number;
  /** Bytes of encoded packets held, waiting and in flight together, at most. */
  readonly maximumQueueBytes: number;
  /** QoS 0 messages wait too while there is no connection. */
  readonly queueQos0: boolean;
  /** Messages of QoS 1 and 2 follow CONNECT without waiting for CONNACK (section 3.1.4); absent: they wait. */
  readonly earlyPublish?: boolean;
}

/** The CONNECT that these options make. */
export function connectPacket(options: ServerOptions): Connect {
  const { clientIdentifier, cleanSession, keepAlive, will, userName, password } = options;
  return { type: CONNECT, clientIdentifier, cleanSession, keepAlive, will, userName, password };
}

/** Whether CONNECT would tell who the device is, or what it knows. */
export function carriesCredentials({ clientIdentifier, userName, password }: ServerOptions): boolean {
  return clientIdentifier !== "" || userName !== undefined || password !== undefined;
}

/**
 * Refuses options that no connection could be made with.
 * @throws UsageError
 */
export function checkServerOptions(options: ServerOptions): void {
  encodedLength(connectPacket(options));
  checkQos(options.maximumQos, "maximumQos");
  checkRange(options.endpoint.port, 1, 65_535, "endpoint.port");
  checkRange(options.maximumInFlight, 1, 65_535, "maximumInFlight");
  checkRange(options.receiveLimit, 0, 268_435_455, "receiveLimit");
  checkRange(options.maximumQueueLength, 0, Number.MAX_SAFE_INTEGER, "maximumQueueLength");
  checkRange(options.maximumQueueBytes, 0, Number.MAX_SAFE_INTEGER, "maximumQueueBytes");
  checkTime(options.connectTimeout, 1, "connectTimeout");
  checkTime(options.responseTimeout, 1, "responseTimeout");
  checkTime(options.reconnectStable, 0, "reconnectStable");
  checkTime(options.failBackAfter, 0, "failBackAfter");
  if (!(options.reconnectMinimum > 0) || !(options.reconnectMinimum <= options.reconnectMaximum)) {
    throw new UsageError(
      "invalid-option",
      `reconnectMinimum is ${options.reconnectMinimum} and reconnectMaximum ${options.reconnectMaximum} ms, ` +
        "but they must be more than 0 and in this order",
    );
  }
}

function checkTime(value: Milliseconds, minimum: Milliseconds, what: string): void {
  if (!(value >= minimum)) {
    throw new UsageError("invalid-option", `${what} is ${value}, but must be ${minimum} ms or more`);
  }
}

function checkRange(value: number, minimum: number, maximum: number, what: string): void {
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    throw new UsageError("invalid-option", `${what} is ${value}, but must be ${minimum} to ${maximum}`);
  }
}
