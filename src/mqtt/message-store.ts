/**
 * What has to survive a loss of power, in the journal: the messages on their way out that were asked to be kept, and
 * the session with each server (section 4.1): what is in flight, what was released, what was received with QoS 2, and
 * where the packet identifiers have got to.
 *
 * Each change is written as a record before it has effects that others can see: a message before `publish()` says it is
 * stored, a packet identifier before its packet is sent, an inbound QoS 2 message before it is delivered. So after a
 * restart nothing stored is missing, and nothing of QoS 2 is delivered twice while both sides keep the session.
 */

import type { ServerName } from "./event.js";
import { IdentifierSet } from "./identifier-set.js";
import type { JournalOwner } from "./journal.js";
import { Journal, recordLength } from "./journal.js";
import type { Outgoing } from "./outgoing.js";
import type { PacketIdentifier } from "./packet.js";
import type { Flash } from "./ports.js";
import {
  COMPLETED,
  COUNTED,
  codeOf,
  endedRecord,
  FORGOTTEN,
  identifierRecord,
  MESSAGE_HEADER_LENGTH,
  messageRecord,
  ownedRecord,
  RECEIVED,
  RELEASED,
  RENEWED,
  RecordReader,
  Restored,
  SENT,
  SERVERS,
  sentRecord,
} from "./store-records.js";

/** What a message needs at most besides its packet: its own record and SENT or RELEASED. */
const RECORDS_PER_MESSAGE = recordLength(MESSAGE_HEADER_LENGTH) + recordLength(8);
/** Inbound QoS 2 messages that are stored, from both servers together; most servers have 20 or so under way. */
const MAXIMUM_RECEIVED = 64;
/** Kept free of messages, for received identifiers, counters and the record that ends a message. */
const RESERVE = (MAXIMUM_RECEIVED + 12) * recordLength(4);

/** What the store has to write anew when the journal is compacted. */
export interface StoredState {
  /** Calls back for every message that is held, waiting or in flight, in the order in which they will be sent. */
  eachMessage(visit: (outgoing: Outgoing, server: ServerName | undefined, isReleased: boolean) => void): void;
  lastIdentifier(server: ServerName): PacketIdentifier | 0;
  /** A checksum of whose session it is. */
  owner(server: ServerName): number;
}

export class MessageStore implements JournalOwner {
  private journal: Journal | undefined;
  private state: StoredState | undefined;
  private restored: Restored | undefined = new Restored();
  /** Inbound QoS 2 messages that are stored and not complete. */
  private readonly receivedNow = { mqtt: new IdentifierSet(), mqtt1: new IdentifierSet() };
  private readonly newOwners: ServerName[] = [];
  private nextId = 1;
  /** What the stored messages take up, in bytes. */
  private used = 0;
  private thrown: unknown;

  /** Reads what is there. A flash that fails makes a store that keeps nothing; see `failure`. */
  constructor(flash: Flash) {
    try {
      this.journal = new Journal(flash, this);
    } catch (error) {
      this.fail(error);
    }
  }

  /** What the flash threw, once it has failed: nothing is stored any more. */
  get failure(): unknown {
    return this.thrown;
  }

  /** Bytes that stored messages may take up in all, their records included. */
  get capacity(): number {
    return Math.max(0, (this.journal?.capacity ?? 0) - RESERVE);
  }

  /**
   * Takes over the state that was found; once, and then `state` is what is written anew. `settle` is to be called when
   * that holds what was found.
   */
  attach(state: StoredState): Restored {
    const restored = this.restored ?? new Restored();
    for (const server of SERVERS) {
      const owner = restored.owners[server];
      if (owner === state.owner(server)) continue;
      this.newOwners.push(server);
      if (owner !== undefined) restored.disown(server);
    }
    this.restored = undefined;
    this.state = state;
    for (const { id, bytes } of restored.messages.values()) {
      this.nextId = Math.max(this.nextId, id + 1);
      this.used += RECORDS_PER_MESSAGE + (bytes?.length ?? 0);
    }
    for (const server of SERVERS) {
      for (const packetIdentifier of restored.received[server])
        this.receivedNow[server].add(packetIdentifier);
    }
    return restored;
  }

  /** Notes whose sessions these are, where that has changed. */
  settle(): void {
    for (const server of this.newOwners) {
      this.forgotten(server);
      this.append(this.ownerRecord(server));
    }
    this.newOwners.length = 0;
  }

  /** Stores a message; its `storeId` says that it is. False when there is no room, or the flash has failed. */
  add(outgoing: Outgoing): boolean {
    const length = RECORDS_PER_MESSAGE + outgoing.byteLength;
    if (this.journal === undefined || this.used + length > this.capacity) return false;
    outgoing.storeId = this.nextId;
    this.nextId += 1;
    if (!this.append(messageRecord(outgoing))) {
      outgoing.storeId = undefined;
      return false;
    }
    this.used += length;
    return true;
  }

  /** The packet of a stored message has become longer, or shorter: as such it will be written anew. */
  resized(growth: number): void {
    this.used += growth;
  }

  /** A message is about to be sent for the first time, or as a new one. */
  sending(outgoing: Outgoing, server: ServerName): void {
    if (outgoing.isStored) this.append(sentRecord(SENT, outgoing, server));
    // Without room for it: after a restart no new message may go under an identifier that the server still knows.
    else this.append(identifierRecord(COUNTED, server, outgoing.packetIdentifier ?? 0));
  }

  /** PUBREC: of this message only the identifier is needed from now on. */
  released(outgoing: Outgoing, server: ServerName, packetLength: number): void {
    if (!outgoing.isStored) return;
    this.used -= packetLength;
    this.append(sentRecord(RELEASED, outgoing, server));
  }

  /** However it ended. @param packetLength of what was still held of it */
  ended(outgoing: Outgoing, packetLength: number): void {
    const { storeId } = outgoing;
    if (storeId === undefined) return;
    outgoing.storeId = undefined;
    this.used -= RECORDS_PER_MESSAGE + packetLength;
    this.append(endedRecord(storeId));
  }

  /** What was in flight at this server and not released waits again. */
  renewed(server: ServerName): void {
    this.append(Uint8Array.of(RENEWED, codeOf(server)));
  }

  /** The server has no session, or is to forget it. */
  forgotten(server: ServerName): void {
    this.receivedNow[server].clear();
    this.append(Uint8Array.of(FORGOTTEN, codeOf(server)));
  }

  /** An inbound QoS 2 message is about to be delivered. One of too many at a time is not stored. */
  received(server: ServerName, packetIdentifier: PacketIdentifier): void {
    if (this.receivedNow.mqtt.size + this.receivedNow.mqtt1.size >= MAXIMUM_RECEIVED) return;
    this.receivedNow[server].add(packetIdentifier);
    this.append(identifierRecord(RECEIVED, server, packetIdentifier));
  }

  /** PUBREL: it is complete. */
  completed(server: ServerName, packetIdentifier: PacketIdentifier): void {
    if (!this.receivedNow[server].has(packetIdentifier)) return;
    this.receivedNow[server].delete(packetIdentifier);
    this.append(identifierRecord(COMPLETED, server, packetIdentifier));
  }

  /** For the journal. */
  onRecord(payload: Uint8Array): void {
    const restored = this.restored;
    if (restored !== undefined) new RecordReader(restored).read(payload);
  }

  /** For the journal. */
  rewrite(append: (payload: Uint8Array) => boolean): boolean {
    const state = this.state;
    if (state === undefined) return true;
    let fits = true;
    const write = (payload: Uint8Array): void => {
      fits = fits && append(payload);
    };
    for (const server of SERVERS) {
      write(this.ownerRecord(server));
      const last = state.lastIdentifier(server);
      if (last !== 0) write(identifierRecord(COUNTED, server, last));
      this.receivedNow[server].each((packetIdentifier) =>
        write(identifierRecord(RECEIVED, server, packetIdentifier)),
      );
    }
    state.eachMessage((outgoing, server, isReleased) => {
      if (!outgoing.isStored) return;
      if (outgoing.ring !== undefined) write(messageRecord(outgoing));
      if (server !== undefined) write(sentRecord(isReleased ? RELEASED : SENT, outgoing, server));
    });
    return fits;
  }

  private ownerRecord(server: ServerName): Uint8Array {
    return ownedRecord(server, this.state?.owner(server) ?? 0);
  }

  private append(record: Uint8Array): boolean {
    if (this.journal === undefined) return false;
    try {
      return this.journal.append(record);
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  private fail(error: unknown): void {
    this.thrown = error;
    this.journal = undefined;
  }
}
