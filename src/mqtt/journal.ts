/**
 * A journal in flash memory: records are appended, never changed, and what is still valid is now and then written
 * anew in the other half, so that the flash wears evenly and the journal never grows beyond one half.
 *
 *     half:    header | record | record | … | erased
 *     header:  magic (4 bytes), generation (4), checksum of both (4)
 *     record:  length (2), its complement (2), checksum of the payload (4), payload, filled up to 4 bytes
 *
 * The half with the highest generation counts. Its header is written after its records, so power can fail at any
 * moment: before the header is complete the other half still counts. A record that was cut short, or was damaged, is
 * passed over: what it was to say has not happened. Where not even its length can be known, nothing is written behind
 * it, and the next record goes into the other half. Numbers are big-endian.
 */

import { crc32 } from "./crc32.js";
import type { Flash } from "./ports.js";

const MAGIC = 0x524a_3031;
const HEADER_LENGTH = 12;
const RECORD_HEADER_LENGTH = 8;
/** Longest payload of a record: the length of an erased one is not possible. */
const MAXIMUM_PAYLOAD_LENGTH = 0xfffe;

/** Who knows what is still valid. */
export interface JournalOwner {
  /** A record that was found at the start; `payload` is valid during the call only. */
  onRecord(payload: Uint8Array): void;
  /** Appends records, by `append`, that say all that is still valid; returns false as soon as one did not fit. */
  rewrite(append: (payload: Uint8Array) => boolean): boolean;
}

/** What a record takes up, in bytes. */
export function recordLength(payloadLength: number): number {
  return (RECORD_HEADER_LENGTH + payloadLength + 3) & ~3;
}

export class Journal {
  private readonly flash: Flash;
  private readonly owner: JournalOwner;
  private readonly halfLength: number;
  /** Offset of the half that counts. */
  private half = 0;
  private generation = 0;
  /** Where in the half the next record goes; its whole length when none can be appended. */
  private end: number;
  private readonly header = new Uint8Array(HEADER_LENGTH);

  /** Reads what is there: the owner hears of every record, in order. Throws what the flash throws. */
  constructor(flash: Flash, owner: JournalOwner) {
    this.flash = flash;
    this.owner = owner;
    this.halfLength = (flash.blockCount / 2) * flash.blockLength;
    this.end = this.halfLength;
    const first = this.generationOf(0);
    const second = this.generationOf(this.halfLength);
    if (first === 0 && second === 0) return;
    this.half = first > second ? 0 : this.halfLength;
    this.generation = Math.max(first, second);
    this.end = this.readRecords();
  }

  /** Bytes that one half has for records, in all. */
  get capacity(): number {
    return this.halfLength - HEADER_LENGTH;
  }

  /** Bytes of the half that counts which are taken. */
  get used(): number {
    return this.end - HEADER_LENGTH;
  }

  /**
   * Appends a record; it is stored when this returns true. Without room for it everything valid is written anew, in
   * which case `rewrite` has to say what the record would have said. False when there is no room even so.
   * Throws what the flash throws; nothing more may be appended then.
   */
  append(payload: Uint8Array): boolean {
    const length = recordLength(payload.length);
    if (payload.length > MAXIMUM_PAYLOAD_LENGTH || length > this.capacity) return false;
    if (this.end + length > this.halfLength) return this.compact();
    this.write(this.half + this.end, payload);
    this.end += length;
    return true;
  }

  /** Writes what is valid into the other half, then lets that one count. */
  private compact(): boolean {
    const half = this.half === 0 ? this.halfLength : 0;
    const { blockLength } = this.flash;
    for (let offset = 0; offset < this.halfLength; offset += blockLength) {
      this.flash.erase((half + offset) / blockLength);
    }
    let end = HEADER_LENGTH;
    const fits = this.owner.rewrite((payload) => {
      const length = recordLength(payload.length);
      if (payload.length > MAXIMUM_PAYLOAD_LENGTH || end + length > this.halfLength) return false;
      this.write(half + end, payload);
      end += length;
      return true;
    });
    // The half that counts is as it was, and still full.
    if (!fits) return false;
    this.writeHeader(half, this.generation + 1);
    this.half = half;
    this.generation += 1;
    this.end = end;
    return true;
  }

  private writeHeader(half: number, generation: number): void {
    const view = new DataView(this.header.buffer);
    view.setUint32(0, MAGIC);
    view.setUint32(4, generation);
    view.setUint32(8, crc32(this.header, 0, 8));
    this.flash.write(half, this.header);
  }

  /** 0 when there is no whole header. */
  private generationOf(half: number): number {
    this.flash.read(half, this.header);
    const view = new DataView(this.header.buffer);
    const isWhole = view.getUint32(0) === MAGIC && view.getUint32(8) === crc32(this.header, 0, 8);
    return isWhole ? view.getUint32(4) : 0;
  }

  private write(offset: number, payload: Uint8Array): void {
    const record = new Uint8Array(recordLength(payload.length)).fill(0xff);
    const view = new DataView(record.buffer);
    view.setUint16(0, payload.length);
    view.setUint16(2, ~payload.length & 0xffff);
    view.setUint32(4, crc32(payload));
    record.set(payload, RECORD_HEADER_LENGTH);
    this.flash.write(offset, record);
  }

  /** Returns where the next record can go. */
  private readRecords(): number {
    const header = new Uint8Array(RECORD_HEADER_LENGTH);
    const view = new DataView(header.buffer);
    let at = HEADER_LENGTH;
    while (at + RECORD_HEADER_LENGTH <= this.halfLength) {
      this.flash.read(this.half + at, header);
      if (view.getUint32(0) === 0xffff_ffff) return this.isErased(at) ? at : this.halfLength;
      const length = view.getUint16(0);
      const next = at + recordLength(length);
      const isLength = (length ^ view.getUint16(2)) === 0xffff && next <= this.halfLength;
      if (!isLength) return this.halfLength;
      const payload = new Uint8Array(length);
      this.flash.read(this.half + at + RECORD_HEADER_LENGTH, payload);
      if (crc32(payload) === view.getUint32(4)) this.owner.onRecord(payload);
      at = next;
    }
    return this.halfLength;
  }

  /** Whether nothing was written from there on. */
  private isErased(at: number): boolean {
    const bytes = new Uint8Array(64);
    for (let offset = at; offset < this.halfLength; offset += bytes.length) {
      const part = bytes.subarray(0, Math.min(bytes.length, this.halfLength - offset));
      this.flash.read(this.half + offset, part);
      for (let i = 0; i < part.length; i += 1) if (part[i] !== 0xff) return false;
    }
    return true;
  }
}
