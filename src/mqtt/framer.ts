/**
 * A byte stream cut into control packets, without copying them and without holding more than it must.
 *
 * The buffer is small while packets are small, longer while a long packet or many together arrive, and small again
 * after that. A PUBLISH whose payload is over the limit is never held: its header comes out first (HEAD), then the
 * payload in parts as they arrive (CHUNK), then END. So the most that is ever held is a topic name and a payload of
 * the limit each, and a few bytes of header; or what is read at a time, if that is more.
 */

import { checkFixedHeader } from "./decode.js";
import { ProtocolError } from "./errors.js";
import { PUBLISH } from "./packet-type.js";
import type { ReceiveBuffer } from "./receive-buffer.js";
import { readRemainingLength, remainingLengthEnd } from "./remaining-length.js";
import { readUint16 } from "./string.js";
import { TopicScanner } from "./topic-scanner.js";

/** More bytes are needed. */
export const NONE = 0;
/** A whole control packet: fixed header at `start`, the rest from `body` to `end`. */
export const PACKET = 1;
/** The header of a PUBLISH whose payload is streamed: as PACKET, but ending where the payload begins. */
export const HEAD = 2;
/** The same, its topic name over the limit and skipped: what stands from `body` to `end` is the packet identifier. */
export const HEAD_WITHOUT_TOPIC = 3;
/** A part of that payload: from `start` to `end`. */
export const CHUNK = 4;
/** That payload is complete. */
export const END = 5;

export type Frame =
  | typeof NONE
  | typeof PACKET
  | typeof HEAD
  | typeof HEAD_WITHOUT_TOPIC
  | typeof CHUNK
  | typeof END;

/** Longest remaining length of a packet other than PUBLISH that is held even when the limit is lower, in bytes. */
const CONTROL_LIMIT = 64;

/** What the framer is at: between two packets. */
const BETWEEN = 0;
const SKIPPING_TOPIC = 1;
const PACKET_IDENTIFIER = 2;
const PAYLOAD = 3;

export class Framer {
  /** Where the frame lies; valid until the next `next` or `space`. */
  buffer: Uint8Array;
  start = 0;
  body = 0;
  end = 0;
  /** First byte of the control packet. */
  first = 0;
  /** After a HEAD: of its payload. */
  declare payloadLength: number;

  readonly limit: number;
  private readonly longestRead: number;
  /** Bytes in the buffer. */
  private filled = 0;
  /** Whose buffer it is, most of the time. */
  readonly receiveBuffer: ReceiveBuffer;
  /** Length the buffer must have for the frame under way to be complete. */
  private needed = 0;
  private state: typeof BETWEEN | typeof SKIPPING_TOPIC | typeof PACKET_IDENTIFIER | typeof PAYLOAD = BETWEEN;
  /** Bytes still to come of the topic name that is skipped, or of the payload that is streamed. */
  declare private left: number;
  /** Looks at the topic name that is skipped. */
  declare private scanner?: TopicScanner | undefined;

  /**
   * @param limit longest payload, and longest topic name, in bytes, that is held whole
   * @param longestRead bytes that are read at a time when more is ready than `receiveBuffer` takes
   */
  constructor(limit: number, receiveBuffer: ReceiveBuffer, longestRead: number = receiveBuffer.bytes.length) {
    this.limit = limit;
    this.longestRead = longestRead;
    this.receiveBuffer = receiveBuffer;
    this.buffer = receiveBuffer.bytes;
  }

  /** Where to put what arrives: at most `byteLength` bytes, at least one. Only after `next` has returned NONE. */
  space(byteLength: number): Uint8Array {
    if (this.end > 0) {
      if (this.isDrained) this.empty();
      else this.compact(byteLength);
    }
    const start = this.filled;
    let wanted = Math.min(start + byteLength, this.longestRead);
    // What begins now, and is more, may be one long packet, which is not to be copied: its length is looked at first.
    if (start === 0 && this.state === BETWEEN && byteLength > wanted) wanted = 0;
    if (this.needed > wanted) wanted = this.needed;
    if (wanted > this.buffer.length) this.grow(wanted);
    if (start > 0 || this.buffer !== this.receiveBuffer.bytes) {
      return this.buffer.subarray(start, start + byteLength);
    }
    return this.receiveBuffer.space(byteLength);
  }

  /** The turn is over: in a buffer that is shared nothing stays. */
  leave(): void {
    const bytes = this.receiveBuffer.bytes;
    if (this.receiveBuffer.isShared !== true || this.buffer !== bytes || this.filled === 0) return;
    const left = this.filled - this.end;
    if (left > 0) {
      this.buffer = new Uint8Array(Math.max(this.needed, left));
      this.buffer.set(bytes.subarray(this.end, this.filled));
    }
    this.filled = left;
    this.end = 0;
  }

  /** Whether `next` will return NONE: all that has arrived was taken, and nothing of it needs another look. */
  get isDrained(): boolean {
    return this.end === this.filled && this.state === BETWEEN;
  }

  /** Whether what is read next begins a packet; then the buffer is the receive buffer. */
  get isBlank(): boolean {
    return this.filled === 0 && this.state === BETWEEN;
  }

  /**
   * Whether `next` would return NONE again, for want of a packet of which so far only the beginning has come. Of five
   * bytes, the most that a fixed header has, fewer can be enough.
   */
  get isShort(): boolean {
    return this.state === BETWEEN && this.end === 0 && this.needed > 5 && this.filled < this.needed;
  }

  /** The first `byteLength` bytes of what `space` returned have been filled. */
  commit(byteLength: number): void {
    this.filled += byteLength;
  }

  /**
   * The next frame.
   * @throws ProtocolError when the stream cannot be cut: nothing more may be read then
   */
  next(): Frame {
    this.start = this.end;
    return this.state === BETWEEN ? this.nextPacket() : this.nextPart();
  }

  private nextPart(): Frame {
    switch (this.state) {
      case PAYLOAD:
        return this.nextChunk();
      case SKIPPING_TOPIC: {
        const count = Math.min(this.left, this.filled - this.start);
        this.scanner?.take(this.buffer, this.start, this.start + count);
        this.start += count;
        this.end = this.start;
        this.left -= count;
        if (this.left > 0) return NONE;
        this.scanner?.finish();
        this.scanner = undefined;
        this.state = PACKET_IDENTIFIER;
        return this.headWithoutTopic();
      }
      default:
        return this.headWithoutTopic();
    }
  }

  private nextPacket(): Frame {
    const start = this.start;
    const filled = this.filled;
    if (start === filled) return this.empty();
    if (filled - start < 2) return this.need(2);
    const buffer = this.buffer;
    let body = start + 2;
    let remaining = buffer[start + 1] as number;
    // Most packets have one byte of remaining length.
    if (remaining > 127) {
      body = remainingLengthEnd(buffer, start + 1, filled);
      if (body === -1) return this.need(5);
      remaining = readRemainingLength(buffer, start + 1, body);
    }
    const first = buffer[start] as number;
    checkFixedHeader(first, remaining);
    this.first = first;
    this.body = body;
    // Anything that may be within the limit is first taken as such, the commonest case.
    if (remaining <= this.limit) return this.whole(body + remaining);
    if (first >> 4 !== PUBLISH) {
      if (remaining <= CONTROL_LIMIT) return this.whole(body + remaining);
      throw new ProtocolError("MQTT-3.8.4-5", `SUBACK of ${remaining} bytes, more than was asked for`);
    }
    if (filled - body < 2) return this.need(body + 2 - start);
    const topicLength = readUint16(buffer, body);
    const header = 2 + topicLength + ((first & 6) === 0 ? 0 : 2);
    const payloadLength = remaining - header;
    if (payloadLength < 0) {
      throw new ProtocolError("MQTT-3.3.2-1", "PUBLISH ends inside its topic name or packet identifier");
    }
    if (topicLength > this.limit) {
      this.payloadLength = payloadLength;
      this.left = topicLength;
      this.scanner = new TopicScanner();
      this.state = SKIPPING_TOPIC;
      this.end = body + 2;
      return this.next();
    }
    if (payloadLength <= this.limit) return this.whole(body + remaining);
    if (this.whole(body + header) === NONE) return NONE;
    this.payloadLength = payloadLength;
    this.left = payloadLength;
    this.state = PAYLOAD;
    return HEAD;
  }

  /** Nothing is left: the next packet starts at the front, and what a long one needed is let go. */
  empty(): typeof NONE {
    this.buffer = this.receiveBuffer.bytes;
    this.start = 0;
    this.end = 0;
    this.filled = 0;
    this.needed = 0;
    return NONE;
  }

  private whole(end: number): Frame {
    if (end > this.filled) return this.need(end - this.start);
    this.end = end;
    this.needed = 0;
    return PACKET;
  }

  private headWithoutTopic(): Frame {
    const byteLength = (this.first & 6) === 0 ? 0 : 2;
    if (this.filled - this.start < byteLength) return this.need(byteLength);
    this.body = this.start;
    this.end = this.start + byteLength;
    this.left = this.payloadLength;
    this.state = PAYLOAD;
    return HEAD_WITHOUT_TOPIC;
  }

  private nextChunk(): Frame {
    if (this.left === 0) {
      this.state = BETWEEN;
      return END;
    }
    const byteLength = Math.min(this.left, this.filled - this.start);
    if (byteLength === 0) return this.need(0);
    this.end = this.start + byteLength;
    this.left -= byteLength;
    return CHUNK;
  }

  private need(byteLength: number): typeof NONE {
    this.needed = byteLength;
    return NONE;
  }

  /** Moves what is left to the front; of the receive buffer if it fits there with what is to come, and may stay there. */
  private compact(byteLength: number): void {
    const left = this.filled - this.end;
    const { bytes, isShared } = this.receiveBuffer;
    const fits = isShared !== true && Math.max(this.needed, left + byteLength) <= bytes.length;
    const target = fits ? bytes : this.buffer;
    if (left > 0) target.set(this.buffer.subarray(this.end, this.filled));
    this.buffer = target;
    this.filled = left;
    this.end = 0;
  }

  private grow(byteLength: number): void {
    const larger = new Uint8Array(byteLength);
    larger.set(this.buffer.subarray(0, this.filled));
    this.buffer = larger;
  }
}
