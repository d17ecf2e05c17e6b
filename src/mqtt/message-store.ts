/**
 * What has to survive a loss of power, in the journal: the messages on their way out that were asked to be kept, and
 * the session with each server (section 4.1): what is in flight, what was released, what was received with QoS 2, and
 * where the packet identifiers have got to.
 *
 * Each change is written as a record before it has effects that others can see: a message before `publish()` says it is
 * stored, a packet identifier before its packet is sent, an inbound QoS 2 message before it is delivered. So after a
 * restart nothing stored is missing, and nothing of QoS 2 is delivered twice while both sides keep the session.
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
 */

import type { ServerName } from "./event.js";
import { IdentifierSet } from "./identifier-set.js";
import type { JournalOwner } from "./journal.js";
import { Journal, recordLength } from "./journal.js";
import type { Outgoing } from "./outgoing.js";
import type { PacketIdentifier } from "./packet.js";
import type { Flash } from "./ports.js";

const MESSAGE = 1;
const SENT = 2;
const RELEASED = 3;
const ENDED = 4;
const RENEWED = 5;
const FORGOTTEN = 6;
const RECEIVED = 7;
const COMPLETED = 8;
const COUNTED = 9;

const MESSAGE_HEADER_LENGTH = 9;
/** What a message needs at most besides its packet: its own record and SENT or RELEASED. */
const RECORDS_PER_MESSAGE = recordLength(MESSAGE_HEADER_LENGTH) + recordLength(8);
/** Inbound QoS 2 messages that are stored, from both servers together; most servers have 20 or so under way. */
const MAXIMUM_RECEIVED = 64;
/** Kept free of messages, for received identifiers, counters and the record that ends a message. */
const RESERVE = (MAXIMUM_RECEIVED + 8) * recordLength(4);

/** What the store has to write anew when the journal is compacted. */
export interface StoredState {
  /** Calls back for every message that is held, waiting or in flight, in the order in which they will be sent. */
  eachMessage(visit: (outgoing: Outgoing, server: ServerName | undefined, isReleased: boolean) => void): void;
  lastIdentifier(server: ServerName): PacketIdentifier | 0;
}

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
}

export class MessageStore implements JournalOwner {
  #journal: Journal | undefined;
  #state: StoredState | undefined;
  #restored: Restored | undefined = new Restored();
  /** Inbound QoS 2 messages that are stored and not complete. */
  readonly #received = { mqtt: new IdentifierSet(), mqtt1: new IdentifierSet() };
  #nextId = 1;
  /** What the stored messages take up, in bytes. */
  #used = 0;
  #failure: unknown;

  /** Reads what is there. A flash that fails makes a store that keeps nothing; see `failure`. */
  constructor(flash: Flash) {
    try {
      this.#journal = new Journal(flash, this);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** What the flash threw, once it has failed: nothing is stored any more. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Bytes that stored messages may take up in all, their records included. */
  get capacity(): number {
    return Math.max(0, (this.#journal?.capacity ?? 0) - RESERVE);
  }

  /** Takes over the state that was found; once, and then `state` is what is written anew. */
  attach(state: StoredState): Restored {
    const restored = this.#restored ?? new Restored();
    this.#restored = undefined;
    this.#state = state;
    for (const { id, bytes } of restored.messages.values()) {
      this.#nextId = Math.max(this.#nextId, id + 1);
      this.#used += RECORDS_PER_MESSAGE + (bytes?.length ?? 0);
    }
    for (const server of SERVERS) {
      for (const packetIdentifier of restored.received[server]) this.#received[server].add(packetIdentifier);
    }
    return restored;
  }

  /** Stores a message; its `storeId` says that it is. False when there is no room, or the flash has failed. */
  add(outgoing: Outgoing): boolean {
    const bytes = outgoing.bytes as Uint8Array;
    const length = RECORDS_PER_MESSAGE + bytes.length;
    if (this.#journal === undefined || this.#used + length > this.capacity) return false;
    outgoing.storeId = this.#nextId;
    this.#nextId += 1;
    if (!this.#append(messageRecord(outgoing))) {
      outgoing.storeId = 0;
      return false;
    }
    this.#used += length;
    return true;
  }

  /** A message is about to be sent for the first time, or as a new one. */
  sending(outgoing: Outgoing, server: ServerName): void {
    if (outgoing.storeId !== 0) this.#append(sentRecord(SENT, outgoing, server));
  }

  /** PUBREC: of this message only the identifier is needed from now on. */
  released(outgoing: Outgoing, server: ServerName, packetLength: number): void {
    if (outgoing.storeId === 0) return;
    this.#used -= packetLength;
    this.#append(sentRecord(RELEASED, outgoing, server));
  }

  /** However it ended. @param packetLength of what was still held of it */
  ended(outgoing: Outgoing, packetLength: number): void {
    const { storeId } = outgoing;
    if (storeId === 0) return;
    outgoing.storeId = 0;
    this.#used -= RECORDS_PER_MESSAGE + packetLength;
    const record = new Uint8Array(5);
    record[0] = ENDED;
    new DataView(record.buffer).setUint32(1, storeId);
    this.#append(record);
  }

  /** What was in flight at this server and not released waits again. */
  renewed(server: ServerName): void {
    this.#append(Uint8Array.of(RENEWED, codeOf(server)));
  }

  /** The server has no session, or is to forget it. */
  forgotten(server: ServerName): void {
    this.#received[server].clear();
    this.#append(Uint8Array.of(FORGOTTEN, codeOf(server)));
  }

  /** An inbound QoS 2 message is about to be delivered. One of too many at a time is not stored. */
  received(server: ServerName, packetIdentifier: PacketIdentifier): void {
    if (this.#received.mqtt.size + this.#received.mqtt1.size >= MAXIMUM_RECEIVED) return;
    this.#received[server].add(packetIdentifier);
    this.#append(identifierRecord(RECEIVED, server, packetIdentifier));
  }

  /** PUBREL: it is complete. */
  completed(server: ServerName, packetIdentifier: PacketIdentifier): void {
    if (!this.#received[server].has(packetIdentifier)) return;
    this.#received[server].delete(packetIdentifier);
    this.#append(identifierRecord(COMPLETED, server, packetIdentifier));
  }

  /** For the journal. */
  onRecord(payload: Uint8Array): void {
    const restored = this.#restored;
    if (restored !== undefined) new RecordReader(restored).read(payload);
  }

  /** For the journal. */
  rewrite(append: (payload: Uint8Array) => boolean): boolean {
    const state = this.#state;
    if (state === undefined) return true;
    let fits = true;
    const write = (payload: Uint8Array): void => {
      fits = fits && append(payload);
    };
    for (const server of SERVERS) {
      const last = state.lastIdentifier(server);
      if (last !== 0) write(identifierRecord(COUNTED, server, last));
      this.#received[server].each((packetIdentifier) =>
        write(identifierRecord(RECEIVED, server, packetIdentifier)),
      );
    }
    state.eachMessage((outgoing, server, isReleased) => {
      if (outgoing.storeId === 0) return;
      if (outgoing.bytes !== undefined) write(messageRecord(outgoing));
      if (server !== undefined) write(sentRecord(isReleased ? RELEASED : SENT, outgoing, server));
    });
    return fits;
  }

  #append(record: Uint8Array): boolean {
    if (this.#journal === undefined) return false;
    try {
      return this.#journal.append(record);
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  #fail(error: unknown): void {
    this.#failure = error;
    this.#journal = undefined;
  }
}

const SERVERS: readonly ServerName[] = Object.freeze(["mqtt", "mqtt1"] as const);

function codeOf(server: ServerName): number {
  return server === "mqtt" ? 0 : 1;
}

function messageRecord({ storeId, lateOffset, bytes }: Outgoing): Uint8Array {
  const packet = bytes as Uint8Array;
  const record = new Uint8Array(MESSAGE_HEADER_LENGTH + packet.length);
  const view = new DataView(record.buffer);
  record[0] = MESSAGE;
  view.setUint32(1, storeId);
  view.setUint32(5, lateOffset);
  record.set(packet, MESSAGE_HEADER_LENGTH);
  return record;
}

function sentRecord(type: number, { storeId, packetIdentifier }: Outgoing, server: ServerName): Uint8Array {
  const record = new Uint8Array(8);
  const view = new DataView(record.buffer);
  record[0] = type;
  view.setUint32(1, storeId);
  record[5] = codeOf(server);
  view.setUint16(6, packetIdentifier);
  return record;
}

function identifierRecord(type: number, server: ServerName, packetIdentifier: PacketIdentifier): Uint8Array {
  return Uint8Array.of(type, codeOf(server), packetIdentifier >> 8, packetIdentifier & 0xff);
}

/** Replays records onto what they are about. Those that make no sense are passed over. */
class RecordReader {
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
      messages.set(id, { id, bytes, lateOffset, server: undefined, packetIdentifier: 0 });
    } else if ((type === SENT || type === RELEASED) && payload.length === 8) {
      this.#sent(type, view.getUint32(1), serverOf(payload[5]), view.getUint16(6));
    } else if (type === ENDED && payload.length === 5) {
      messages.delete(view.getUint32(1));
    } else if (type === RENEWED && payload.length === 2) {
      this.#renew(serverOf(payload[1]));
    } else if (type === FORGOTTEN && payload.length === 2) {
      const server = serverOf(payload[1]);
      this.#renew(server);
      for (const { id, bytes, server: at } of [...messages.values()]) {
        if (at === server && bytes === undefined) messages.delete(id);
      }
      received[server].clear();
    } else if (payload.length === 4) {
      const server = serverOf(payload[1]);
      const packetIdentifier = view.getUint16(2);
      if (type === RECEIVED) received[server].add(packetIdentifier);
      else if (type === COMPLETED) received[server].delete(packetIdentifier);
      else if (type === COUNTED) last[server] = packetIdentifier;
    }
  }

  #sent(type: number, id: number, server: ServerName, packetIdentifier: PacketIdentifier): void {
    const { messages, last } = this.restored;
    let message = messages.get(id);
    if (message === undefined) {
      if (type === SENT) return;
      message = { id, bytes: undefined, lateOffset: 0, server, packetIdentifier };
    }
    // Moved to the end: in the order of sending, and released ones in the order of their PUBREC.
    messages.delete(id);
    messages.set(id, message);
    message.server = server;
    message.packetIdentifier = packetIdentifier;
    if (type === RELEASED) message.bytes = undefined;
    else last[server] = packetIdentifier;
  }

  #renew(server: ServerName): void {
    for (const message of this.restored.messages.values()) {
      if (message.server !== server || message.bytes === undefined) continue;
      message.server = undefined;
      message.packetIdentifier = 0;
    }
  }
}

function serverOf(code: number | undefined): ServerName {
  return code === 1 ? "mqtt1" : "mqtt";
}
