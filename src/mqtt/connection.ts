/**
 * One network connection from CONNECT to its end, without I/O: bytes and times go in, events, bytes and a deadline
 * come out.
 *
 *     opening ──opened──> connecting ──CONNACK 0──> connected ──disconnect──> disconnecting
 *        └──────────────────────┴───────────────────────┴───────────────────────┴──> closed
 *
 * It is made for one use; what outlives it is in the `Session`. It is longer than most files here because it is the
 * one place where every control packet is answered.
 */

import type { ConnectionEvent, MessageEvent } from "./connection-event.js";
import {
  decodeConnectReturnCode,
  decodeIdentifier,
  decodeReturnCodes,
  decodeTopicName,
  publishTopicEnd,
} from "./decode.js";
import { encoded } from "./encode.js";
import { ProtocolError } from "./errors.js";
import type { DisconnectReason, Stage } from "./event.js";
import { CHUNK, END, Framer, HEAD, HEAD_WITHOUT_TOPIC, NONE, PACKET } from "./framer.js";
import { KeepAlive } from "./keep-alive.js";
import type { ServerOptions } from "./options.js";
import { connectPacket } from "./options.js";
import type { PacketIdentifier, QoS, RefusalCode, Subscription } from "./packet.js";
import {
  CONNACK,
  PINGRESP,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  SUBACK,
  SUBSCRIBE,
  UNSUBSCRIBE,
} from "./packet-type.js";
import type { Milliseconds } from "./ports.js";
import { ReceiveBuffer } from "./receive-buffer.js";
import type { Session } from "./session.js";
import { Transmitter } from "./transmitter.js";

/** Bytes of a connection's own receive buffer. */
const RECEIVE_BUFFER_LENGTH = 256;
/** Bytes that are read at a time when more is ready: a segment of TCP on Ethernet. */
const LONGEST_READ = 1460;

export type ConnectionState = "opening" | "connecting" | "connected" | "disconnecting" | "closed";

const STAGES: Readonly<Record<Exclude<ConnectionState, "closed">, Stage>> = Object.freeze({
  opening: "open",
  connecting: "connack",
  connected: "connected",
  disconnecting: "disconnecting",
});

/** Reads topic names faster than our own decoder, and refuses what that refuses. */
export interface TopicReader {
  /** @throws ProtocolError */
  readTopicName(bytes: Uint8Array, start: number, end: number): string;
}

const TOPIC_DECODER: TopicReader = Object.freeze({ readTopicName: decodeTopicName });

export class Connection {
  /** Changed here only: a getter would be asked several times for every packet. */
  state: ConnectionState = "opening";
  /** Whether `nextEvent` has used up what was received, so that `space` may be called. Set by the fast path, too. */
  starved = true;
  readonly session: Session;
  readonly framer: Framer;
  readonly keepAlive: KeepAlive;
  private readonly options: ServerOptions;
  private readonly topics: TopicReader;
  private readonly transmitter: Transmitter;
  /** When to give up, but for keep alive. */
  private timeout: Milliseconds;
  /** Events that wait to be taken: how the connection ended, and what ended with it. */
  declare private last?: ConnectionEvent[];

  /** SUBSCRIBE (number of its filters) and UNSUBSCRIBE (0) not acknowledged yet; undefined when there are none. */
  private asked: Map<PacketIdentifier, number> | undefined = undefined;
  /**
   * What to send once the message that was delivered last has been handled: PUBACK, PUBREC or 0 for nothing. Set by the
   * fast path, too.
   */
  owed: typeof PUBACK | typeof PUBREC | 0 = 0;
  owedIdentifier: PacketIdentifier = 0;
  /** The PUBLISH that is being streamed, once there was one. */
  declare private streamQos: QoS;
  declare private streamIdentifier: PacketIdentifier | 0;
  declare private isStreamDelivered?: boolean;

  constructor(
    options: ServerOptions,
    session: Session,
    now: Milliseconds,
    topics = TOPIC_DECODER,
    receiveBuffer = new ReceiveBuffer(new Uint8Array(RECEIVE_BUFFER_LENGTH), false),
  ) {
    this.options = options;
    this.session = session;
    this.topics = topics;
    const longestRead = Math.max(LONGEST_READ, receiveBuffer.bytes.length);
    this.framer = new Framer(options.receiveLimit, receiveBuffer, longestRead);
    this.keepAlive = new KeepAlive(options, now);
    this.transmitter = new Transmitter(options, session);
    this.timeout = now + options.connectTimeout;
  }

  /** When to call `expired`; earlier calls do nothing. */
  get deadline(): Milliseconds | undefined {
    if (this.state === "closed") return undefined;
    return this.state === "connected" ? this.keepAlive.deadline : this.timeout;
  }

  /** The byte stream is open: CONNECT is the first packet on it [MQTT-3.1.0-1]. */
  opened(now: Milliseconds): void {
    if (this.state !== "opening") return;
    const { cleanSession, earlyPublish } = this.options;
    this.transmitter.request(encoded(connectPacket(this.options)));
    if (earlyPublish === true && this.session.beginEarly(cleanSession)) this.transmitter.flow();
    this.keepAlive.lastSent = now;
    this.state = "connecting";
  }

  /** Where to put what arrives, at most `byteLength` bytes; only when `starved`. Then call `received`. */
  space(byteLength: number): Uint8Array {
    return this.framer.space(byteLength);
  }

  /** The first `byteLength` bytes of `space` have been filled. */
  received(byteLength: number, now: Milliseconds): void {
    this.framer.commit(byteLength);
    this.keepAlive.lastReceived = now;
    this.starved = false;
  }

  /** The byte stream is gone: with a cause when it broke, without one when the server ended it. */
  lost(cause?: unknown): void {
    this.close(cause === undefined && this.state !== "opening" ? "closed-by-server" : "network", cause);
  }

  /**
   * Something arrived that could not be taken in: because it breaks the specification, or for want of memory. Either
   * way the connection ends [MQTT-4.8.0-1], [MQTT-4.8.0-2].
   */
  failed(cause: unknown): void {
    this.close(cause instanceof ProtocolError ? "protocol-error" : "internal-error", cause);
  }

  /** Time has passed. */
  expired(now: Milliseconds): void {
    if (this.state === "connected") {
      if (this.keepAlive.isDead(now)) this.close("ping-timeout");
      else if (this.keepAlive.takePing(now)) this.transmitter.ping();
    } else if (this.state !== "closed" && now >= this.timeout) {
      this.close(this.state === "disconnecting" ? "requested" : "connect-timeout");
    }
  }

  /**
   * Asks for subscriptions, in one packet; only when connected.
   * @throws LimitError `identifiers-exhausted`
   */
  subscribe(subscriptions: readonly Subscription[]): PacketIdentifier {
    const packetIdentifier = this.session.identifiers.take();
    this.transmitter.request(encoded({ type: SUBSCRIBE, packetIdentifier, subscriptions }));
    return this.ask(packetIdentifier, subscriptions.length);
  }

  /** Takes subscriptions back, in one packet; only when connected. Throws as `subscribe`. */
  unsubscribe(topicFilters: readonly string[]): PacketIdentifier {
    const packetIdentifier = this.session.identifiers.take();
    this.transmitter.request(encoded({ type: UNSUBSCRIBE, packetIdentifier, topicFilters }));
    return this.ask(packetIdentifier, 0);
  }

  private ask(packetIdentifier: PacketIdentifier, count: number): PacketIdentifier {
    this.asked ??= new Map();
    this.asked.set(packetIdentifier, count);
    return packetIdentifier;
  }

  /** Says goodbye: after DISCONNECT nothing is sent any more [MQTT-3.14.4-2]. */
  disconnect(now: Milliseconds): void {
    if (this.state === "opening" || this.state === "connecting") this.close("requested");
    else if (this.state === "connected") {
      this.payOwed();
      this.transmitter.sayGoodbye();
      this.timeout = now + this.options.responseTimeout;
      this.state = "disconnecting";
    }
  }

  /** Ends without a goodbye: the server publishes the will. */
  abandon(): void {
    this.close("requested");
  }

  /** What happened next; undefined when more bytes, more time, or `nextTransmit` are needed first. */
  nextEvent(now: Milliseconds): ConnectionEvent | undefined {
    if (this.last !== undefined && this.last.length > 0) return this.last.shift();
    if (this.owed !== 0) this.payOwed();
    if (this.starved || this.state === "closed" || this.state === "disconnecting") return undefined;
    try {
      while (this.transmitter.hasRoom) {
        const frame = this.framer.next();
        if (frame === NONE) {
          this.starved = true;
          return undefined;
        }
        const event =
          frame === PACKET && this.state === "connected"
            ? this.answer(this.framer.first >> 4)
            : this.take(frame, now);
        // Most reads end with a packet: it need not be asked for what comes behind it.
        if (this.framer.isDrained) {
          this.framer.empty();
          this.starved = !this.isClosed;
          return event ?? this.last?.shift();
        }
        if (event !== undefined) return event;
      }
    } catch (error) {
      this.failed(error);
    }
    return this.last?.shift();
  }

  /**
   * The bytes to write next, at most `limit`; undefined when there are none. They must be written, or copied, before
   * the next call.
   */
  nextTransmit(limit: number, now: Milliseconds): Uint8Array | undefined {
    if (limit <= 0 || this.state === "opening" || this.state === "closed") return undefined;
    const transmitter = this.transmitter;
    const bytes = transmitter.next(limit);
    if (bytes !== undefined) {
      this.keepAlive.lastSent = now;
      if (transmitter.pingWaits) this.keepAlive.delayed(now);
    } else if (this.state === "disconnecting" && transmitter.finished) {
      this.close("requested");
    }
    return bytes;
  }

  /** Whether a message would be the next thing to be sent. */
  get isIdle(): boolean {
    return this.state === "connected" && this.transmitter.isIdle;
  }

  private get isClosed(): boolean {
    return this.state === "closed";
  }

  private take(frame: number, now: Milliseconds): ConnectionEvent | undefined {
    if (frame === CHUNK) {
      if (this.isStreamDelivered !== true) return undefined;
      return { type: "chunk", bytes: this.framer.buffer.subarray(this.framer.start, this.framer.end) };
    }
    if (frame === END) return this.endStream();
    const type = this.framer.first >> 4;
    if (this.state === "connecting") {
      if (type !== CONNACK) {
        throw new ProtocolError("MQTT-3.2.0-1", `packet type ${type} before CONNACK`);
      }
      return this.accept(now);
    }
    return frame === HEAD || frame === HEAD_WITHOUT_TOPIC ? this.beginStream(frame) : this.answer(type);
  }

  private accept(now: Milliseconds): ConnectionEvent | undefined {
    const { buffer, body } = this.framer;
    const returnCode = decodeConnectReturnCode(buffer, body);
    if (returnCode !== 0) {
      this.close("refused", undefined, returnCode);
      return undefined;
    }
    const sessionPresent = buffer[body] === 1;
    if (sessionPresent && this.options.cleanSession) {
      throw new ProtocolError("MQTT-3.2.2-1", "session present, though a clean session was asked for");
    }
    this.session.begin(sessionPresent);
    this.keepAlive.lastReceived = now;
    this.transmitter.flow();
    this.state = "connected";
    return { type: "connected", sessionPresent };
  }

  /** Every packet of a connection that is up. */
  private answer(type: number): ConnectionEvent | undefined {
    if (type === PUBLISH) {
      const framer = this.framer;
      return this.deliver(framer.buffer, framer.first, framer.body, framer.end);
    }
    if (type === PINGRESP) {
      this.keepAlive.answered();
      return undefined;
    }
    if (type === CONNACK) throw new ProtocolError("MQTT-3.2.0-1", "a second CONNACK");
    const { buffer, body } = this.framer;
    const session = this.session;
    const packetIdentifier = decodeIdentifier(buffer, body);
    if ((type === PUBACK || type === PUBREC) && this.transmitter.isPartOf(packetIdentifier)) {
      throw new ProtocolError("MQTT-4.8.0-1", "a PUBLISH is acknowledged of which only a part was sent");
    }
    switch (type) {
      case PUBACK:
        session.acknowledged(packetIdentifier);
        return undefined;
      case PUBREC:
        if (session.recorded(packetIdentifier)) this.transmitter.releaseAgain(packetIdentifier);
        return undefined;
      case PUBREL:
        session.forget(packetIdentifier);
        this.transmitter.acknowledge(PUBCOMP, packetIdentifier);
        return undefined;
      case PUBCOMP:
        session.completed(packetIdentifier);
        return undefined;
      case SUBACK: {
        const returnCodes = decodeReturnCodes(buffer, body + 2, this.framer.end);
        const count = this.takeAsked(packetIdentifier);
        if (count === undefined || count === 0) {
          throw new ProtocolError("MQTT-3.8.4-2", `SUBACK for packet identifier ${packetIdentifier}`);
        }
        if (count !== returnCodes.length) {
          throw new ProtocolError(
            "MQTT-3.8.4-5",
            `SUBACK with ${returnCodes.length} codes for ${count} filters`,
          );
        }
        return { type: "subscribed", packetIdentifier, returnCodes };
      }
      default:
        if (this.takeAsked(packetIdentifier) !== 0) {
          throw new ProtocolError("MQTT-3.10.4-4", `UNSUBACK for packet identifier ${packetIdentifier}`);
        }
        return { type: "unsubscribed", packetIdentifier };
    }
  }

  /** The PUBLISH whose first byte is `first`, and whose rest stands from `body` to `end`. */
  private deliver(buffer: Uint8Array, first: number, body: number, end: number): MessageEvent | undefined {
    const qos = ((first >> 1) & 3) as QoS;
    const topicEnd = publishTopicEnd(buffer, body, end, qos);
    let payloadStart = topicEnd;
    if (qos > 0) {
      this.owedIdentifier = decodeIdentifier(buffer, topicEnd);
      this.owed = qos === 1 ? PUBACK : PUBREC;
      payloadStart += 2;
    }
    const topicName = this.topics.readTopicName(buffer, body + 2, topicEnd);
    if (qos === 2 && !this.session.receive(this.owedIdentifier)) {
      this.payOwed();
      return undefined;
    }
    return {
      type: "message",
      topicName,
      payload: buffer.subarray(payloadStart, end),
      qos,
      retain: (first & 1) === 1,
      duplicate: (first & 8) === 8,
    };
  }

  private beginStream(frame: number): ConnectionEvent | undefined {
    const { buffer, first, body, end, payloadLength } = this.framer;
    const qos = ((first >> 1) & 3) as QoS;
    const topicEnd = qos === 0 ? end : end - 2;
    this.streamQos = qos;
    this.streamIdentifier = qos === 0 ? 0 : decodeIdentifier(buffer, topicEnd);
    // It counts as received when all of it has come.
    const isNew = qos !== 2 || !this.session.wasReceived(this.streamIdentifier);
    if (frame === HEAD_WITHOUT_TOPIC) {
      return isNew ? { type: "too-long", topicName: "", payloadLength } : undefined;
    }
    const topicName = this.topics.readTopicName(buffer, body + 2, topicEnd);
    if (!isNew) return undefined;
    this.isStreamDelivered = true;
    return {
      type: "stream",
      topicName,
      qos,
      retain: (first & 1) === 1,
      duplicate: (first & 8) === 8,
      payloadLength,
    };
  }

  private endStream(): ConnectionEvent | undefined {
    const isDelivered = this.isStreamDelivered;
    this.isStreamDelivered = false;
    if (this.streamQos === 2) this.session.receive(this.streamIdentifier);
    if (this.streamQos > 0) {
      this.owed = this.streamQos === 1 ? PUBACK : PUBREC;
      this.owedIdentifier = this.streamIdentifier;
    }
    if (isDelivered === true) return { type: "stream-end" };
    this.payOwed();
    return undefined;
  }

  /** Acknowledges the message delivered last, now that it has been handled. */
  private payOwed(): void {
    if (this.owed === 0) return;
    this.transmitter.acknowledge(this.owed, this.owedIdentifier);
    this.owed = 0;
  }

  private takeAsked(packetIdentifier: PacketIdentifier): number | undefined {
    const { asked } = this;
    const count = asked?.get(packetIdentifier);
    if (asked === undefined || count === undefined) return undefined;
    asked.delete(packetIdentifier);
    if (asked.size === 0) this.asked = undefined;
    this.session.identifiers.release(packetIdentifier);
    return count;
  }

  private close(why: DisconnectReason, cause?: unknown, returnCode?: RefusalCode): void {
    if (this.state === "closed") return;
    const stage = STAGES[this.state];
    // However a goodbye ends, it was asked for.
    const reason = this.state === "disconnecting" ? "requested" : why;
    this.state = "closed";
    this.starved = false;
    if (this.asked !== undefined) {
      for (const packetIdentifier of this.asked.keys()) this.session.identifiers.release(packetIdentifier);
      this.asked = undefined;
    }
    this.transmitter.close();
    if (why === "refused") this.session.refused();
    const last: ConnectionEvent[] = this.isStreamDelivered === true ? [{ type: "stream-aborted" }] : [];
    last.push({ type: "closed", stage, reason, returnCode, cause });
    this.last = last;
  }
}
