/**
 * The records of the message store, and what they add up to when they are read again.
 *
 * A record is its type (1 byte), and then, numbers big-endian:
 *
 *     MESSAGE    id (4), late flag's offset (4), PUBLISH packet
 *     SENT       id (4), server (1), packet identifier (2)
 *     RELEASED   id (4), server (1), packet identifier (2)
 *     ENDED      id (4)
 *     RENEWED    server (1): what was sent to it and not released waits again
 *     FORGOTTEN  server (1): the server has no session
 *     RECEIVED   server (1), packet identifier (2)
 *     COMPLETED  server (1), packet identifier (2)
 *     COUNTED    server (1), packet identifier (2) that was given out last
 *     OWNED      server (1), checksum of whose session it is (4): client identifier and address
 */

import { publishTopicEnd } from "./decode.js";
import type { ServerName } from "./event.js";
import type { Outgoing } from "./outgoing.js";
import type { PacketIdentifier } from "./packet.js";
import { PUBLISH } from "./packet-type.js";
import { readRemainingLength, remainingLengthEnd } from "./remaining-length.js";

export const MESSAGE = 1;
export const SENT = 2;
export const RELEASED = 3;
const ENDED = 4;
export const RENEWED = 5;
export const FORGOTTEN = 6;
export const RECEIVED = 7;
export const COMPLETED = 8;
export const COUNTED = 9;
const OWNED = 10;

export const MESSAGE_HEADER_LENGTH = 9;
/** A message as it was found at the start. */
export interface RestoredMessage {
  readonly id: number;
  /** Of the PUBLISH packet; undefined when it was released: only its identifier is needed. */
  bytes: Uint8Array | undefined;
  /** Where in the packet the text `false` stands that says it is not late; 0: nowhere. */
  readonly lateOffset: number;
  /** Whom it was sent to, and under which identifier; undefined while it waits. */
  server: ServerName | undefined;
  packetIdentifier: PacketIdentifier | 0;
}

/** All that was found at the start. */
export class Restored {
  readonly messages = new Map<number, RestoredMessage>();
  readonly received = { mqtt: new Set<PacketIdentifier>(), mqtt1: new Set<PacketIdentifier>() };
  readonly last = { mqtt: 0, mqtt1: 0 };
  /** Checksums of whose sessions these are; undefined when that was not noted. */
  readonly owners: { mqtt?: number; mqtt1?: number } = {};

  /** The session with `server` is another one than that of the present client: what was in flight is new to it. */
  disown(server: ServerName): void {
    for (const { id, bytes, server: at } of [...this.messages.values()]) {
      if (at === server && bytes === undefined) this.messages.delete(id);
    }
    this.renew(server);
    this.received[server].clear();
    this.last[server] = 0;
  }

  /** What was sent to `server` and not released waits again. */
  renew(server: ServerName): void {
    for (const message of this.messages.values()) {
      if (message.server !== server || message.bytes === undefined) continue;
      message.server = undefined;
      message.packetIdentifier = 0;
    }
  }
}

export const SERVERS: readonly ServerName[] = Object.freeze(["mqtt", "mqtt1"] as const);

export function codeOf(server: ServerName): number {
  return server === "mqtt" ? 0 : 1;
}

export function messageRecord({ storeId = 0, lateOffset = 0, bytes }: Outgoing): Uint8Array {
  const packet = bytes as Uint8Array;
  const record = new Uint8Array(MESSAGE_HEADER_LENGTH + packet.length);
  const view = new DataView(record.buffer);
  record[0] = MESSAGE;
  view.setUint32(1, storeId);
  view.setUint32(5, lateOffset);
  record.set(packet, MESSAGE_HEADER_LENGTH);
  return record;
}

export function sentRecord(
  type: number,
  { storeId = 0, packetIdentifier = 0 }: Outgoing,
  server: ServerName,
): Uint8Array {
  const record = new Uint8Array(8);
  const view = new DataView(record.buffer);
  record[0] = type;
  view.setUint32(1, storeId);
  record[5] = codeOf(server);
  view.setUint16(6, packetIdentifier);
  return record;
}

export function endedRecord(id: number): Uint8Array {
  const record = new Uint8Array(5);
  record[0] = ENDED;
  new DataView(record.buffer).setUint32(1, id);
  return record;
}

export function ownedRecord(server: ServerName, owner: number): Uint8Array {
  const record = new Uint8Array(6);
  record[0] = OWNED;
  record[1] = codeOf(server);
  new DataView(record.buffer).setUint32(2, owner);
  return record;
}

export function identifierRecord(
  type: number,
  server: ServerName,
  packetIdentifier: PacketIdentifier,
): Uint8Array {
  return Uint8Array.of(type, codeOf(server), packetIdentifier >> 8, packetIdentifier & 0xff);
}

/** Whether it is one whole PUBLISH, and the offset lies in its payload: the outbox takes it as it is. */
function isPublish(bytes: Uint8Array, lateOffset: number): boolean {
  const qos = qosOf(bytes);
  if ((bytes[0] as number) >> 4 !== PUBLISH || qos === 3) return false;
  try {
    const { length } = bytes;
    const body = remainingLengthEnd(bytes, 1, length);
    if (body === -1 || body + readRemainingLength(bytes, 1, body) !== length) return false;
    const topicEnd = publishTopicEnd(bytes, body, length, qos);
    return lateOffset === 0 || lateOffset >= (qos === 0 ? topicEnd : topicEnd + 2);
  } catch {
    return false;
  }
}

function qosOf(packet: Uint8Array): number {
  return ((packet[0] as number) >> 1) & 3;
}

/** Replays records onto what they are about. Those that make no sense are passed over. */
export class RecordReader {
  private readonly restored: Restored;

  constructor(restored: Restored) {
    this.restored = restored;
  }

  read(payload: Uint8Array): void {
    const { messages, received, last } = this.restored;
    const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
    const type = payload[0] as number;
    if (type === MESSAGE && payload.length > MESSAGE_HEADER_LENGTH) {
      const id = view.getUint32(1);
      const bytes = payload.slice(MESSAGE_HEADER_LENGTH);
      const lateOffset = view.getUint32(5);
      if (!isPublish(bytes, lateOffset)) return;
      messages.set(id, { id, bytes, lateOffset, server: undefined, packetIdentifier: 0 });
    } else if ((type === SENT || type === RELEASED) && payload.length === 8) {
      this.sent(type, view.getUint32(1), serverOf(payload[5]), view.getUint16(6));
    } else if (type === ENDED && payload.length === 5) {
      messages.delete(view.getUint32(1));
    } else if (type === RENEWED && payload.length === 2) {
      this.restored.renew(serverOf(payload[1]));
    } else if (type === FORGOTTEN && payload.length === 2) {
      this.restored.disown(serverOf(payload[1]));
    } else if (type === OWNED && payload.length === 6) {
      this.restored.owners[serverOf(payload[1])] = view.getUint32(2);
    } else if (payload.length === 4) {
      const server = serverOf(payload[1]);
      const packetIdentifier = view.getUint16(2);
      if (type === RECEIVED) received[server].add(packetIdentifier);
      else if (type === COMPLETED) received[server].delete(packetIdentifier);
      else if (type === COUNTED) last[server] = packetIdentifier;
    }
  }

  private sent(type: number, id: number, server: ServerName, packetIdentifier: PacketIdentifier): void {
    const { messages, last } = this.restored;
    let message = messages.get(id);
    if (message === undefined) {
      if (type === SENT) return;
      message = { id, bytes: undefined, lateOffset: 0, server, packetIdentifier };
    }
    // Only packets with an identifier are sent under one.
    if (packetIdentifier === 0 || (message.bytes !== undefined && qosOf(message.bytes) === 0)) return;
    // Moved to the end: in the order of sending, and released ones in the order of their PUBREC.
    messages.delete(id);
    messages.set(id, message);
    message.server = server;
    message.packetIdentifier = packetIdentifier;
    if (type === RELEASED) message.bytes = undefined;
    else last[server] = packetIdentifier;
  }
}

function serverOf(code: number | undefined): ServerName {
  return code === 1 ? "mqtt1" : "mqtt";
}
