/**
 * The short way for one packet that comes in, or one more part of a long one, while nothing else is to be done; as
 * `fast-send.ts` is for what goes out.
 *
 * Only when the link is calm, with the client in turn: what arrives meanwhile, or is asked for, waits. Each function
 * returns whether that was all; else a turn is to follow.
 */

import type { Link } from "./link.js";
import type { PacketIdentifier } from "./packet.js";
import { PUBACK, PUBCOMP, PUBREC, PUBREL } from "./packet-type.js";
import type { Clock, Milliseconds } from "./ports.js";
import { ACKNOWLEDGEMENT_LENGTH } from "./receive-buffer.js";
import type { Router } from "./router.js";

/** What it needs of the client. */
export interface CalmClient {
  inTurn: boolean;
  readonly clock: Clock;
  /** When something falls due, or earlier. */
  readonly deadline: Milliseconds;
  readonly router: Router;
  /** An acknowledgement was taken; not in turn any more. */
  onAcknowledged(): void;
}

/** First bytes of packets. */
const PUBACK_HEADER = PUBACK << 4;
const PUBREC_HEADER = PUBREC << 4;
const PUBREL_HEADER = (PUBREL << 4) | 2;
const PUBCOMP_HEADER = PUBCOMP << 4;

/** All of an acknowledgement but its packet identifier, as one number. */
const PUBACK_NUMBER = (PUBACK << 28) | (2 << 16);
const PUBREC_NUMBER = (PUBREC << 28) | (2 << 16);

/** What becomes of what is thrown: it ends the connection, it is left to the turn, or the observer is told. */
const END = 0;
const TURN = 1;
const TELL = 2;

/**
 * Takes a message, tells of it, and answers it.
 * @param byteLength what has arrived
 */
export function takeMessage(link: Link, client: CalmClient, byteLength: number, now: Milliseconds): boolean {
  const connection = link.connection;
  const framer = connection.framer;
  const receiveBuffer = framer.receiveBuffer;
  let space = receiveBuffer.view as Uint8Array;
  if (byteLength !== receiveBuffer.viewLength) {
    if (byteLength > receiveBuffer.bytes.length) return takePart(link, byteLength, now);
    space = receiveBuffer.space(byteLength);
  }
  let whenThrown = END;
  try {
    link.stream.read(space);
    whenThrown = TURN;
    connection.keepAlive.lastReceived = now;
    let shape = receiveBuffer.shape;
    if (byteLength !== shape?.byteLength || shape.numbers.getUint32(0) !== shape.head) {
      shape = receiveBuffer.shapeOf(byteLength);
    }
    if (shape !== undefined && byteLength <= framer.limit) {
      const packetIdentifier = shape.numbers.getUint16(shape.payloadStart - 2);
      const qos = shape.qos;
      if (qos === 0 || packetIdentifier > 0) {
        const route = client.router.find(shape.topic);
        if (qos > 0) {
          // Until it is answered: the handler may say goodbye.
          connection.owed = qos === 1 ? PUBACK : PUBREC;
          connection.owedIdentifier = packetIdentifier;
        }
        whenThrown = END;
        if (qos < 2 || connection.session.receive(packetIdentifier)) {
          const payload = shape.payload;
          whenThrown = TELL;
          route.handler.onMessage({
            topicName: route.topicName,
            payload,
            qos,
            retain: false,
            duplicate: false,
          });
          whenThrown = END;
        }
        if (link.calm === undefined) return false;
        if (qos > 0) {
          if (link.room < ACKNOWLEDGEMENT_LENGTH) return false;
          connection.owed = 0;
          // Where the packet lay, there is room now.
          shape.numbers.setUint32(0, (qos === 1 ? PUBACK_NUMBER : PUBREC_NUMBER) | packetIdentifier);
          connection.keepAlive.lastSent = now;
          link.room = link.stream.write(receiveBuffer.brief ?? receiveBuffer.acknowledgement());
        }
        return !link.hasNews;
      }
    }
  } catch (error) {
    if (whenThrown === TELL) client.router.failed(error);
    if (whenThrown === END) connection.failed(error);
    if (whenThrown !== TURN) return false;
  }
  return leave(link, byteLength);
}

/** Takes an acknowledgement: all that has arrived, if it is one. */
export function takeAcknowledgement(link: Link, now: Milliseconds): boolean {
  const connection = link.connection;
  const receiveBuffer = connection.framer.receiveBuffer;
  try {
    link.stream.read(receiveBuffer.brief ?? receiveBuffer.acknowledgement());
    connection.keepAlive.lastReceived = now;
    const bytes = receiveBuffer.bytes;
    const packetIdentifier = ((bytes[2] as number) << 8) | (bytes[3] as number);
    if (bytes[1] === 2 && packetIdentifier > 0) {
      if (bytes[0] === PUBACK_HEADER) {
        connection.session.acknowledged(packetIdentifier);
        return true;
      }
      if (takeOther(link, bytes[0] as number, packetIdentifier, now)) return !link.hasNews;
    }
  } catch (error) {
    // Also when the transport failed at the answer: then the packet is not there any more.
    connection.failed(error);
    return false;
  }
  return leave(link, ACKNOWLEDGEMENT_LENGTH);
}

/** Takes a part of what the framer holds the beginning of, or of what it has to look at first. */
export function takePart(link: Link, byteLength: number, now: Milliseconds): boolean {
  const connection = link.connection;
  try {
    const space = connection.framer.space(byteLength);
    link.stream.read(space);
    if (space.length < byteLength) link.announced(byteLength - space.length);
    connection.received(space.length, now);
  } catch (error) {
    connection.failed(error);
    return false;
  }
  connection.starved = connection.framer.isShort;
  return connection.starved;
}

/** The turn looks at what was read. */
function leave({ connection }: Link, byteLength: number): false {
  connection.framer.commit(byteLength);
  connection.starved = false;
  return false;
}

/** Takes an acknowledgement other than PUBACK; returns whether it was one, and is done with. */
function takeOther(
  link: Link,
  first: number,
  packetIdentifier: PacketIdentifier,
  now: Milliseconds,
): boolean {
  const session = link.connection.session;
  if (first === PUBCOMP_HEADER) {
    session.completed(packetIdentifier);
    return true;
  }
  if (link.room < ACKNOWLEDGEMENT_LENGTH) return false;
  if (first === PUBREC_HEADER) {
    // No other is due, since the link was idle.
    session.recorded(packetIdentifier);
    session.nextRelease();
    answer(link, PUBREL_HEADER, now);
    return true;
  }
  if (first === PUBREL_HEADER) {
    session.forget(packetIdentifier);
    answer(link, PUBCOMP_HEADER, now);
    return true;
  }
  return false;
}

/** What it answers has the same length and packet identifier, and lies where there is room for it now. */
function answer(link: Link, first: number, now: Milliseconds): void {
  const connection = link.connection;
  const receiveBuffer = connection.framer.receiveBuffer;
  receiveBuffer.bytes[0] = first;
  connection.keepAlive.lastSent = now;
  link.room = link.stream.write(receiveBuffer.brief as Uint8Array);
}
