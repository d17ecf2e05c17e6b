/**
 * The header of the frame that is arriving: takes no byte too many, and refuses what a server may not send to a client
 * that has agreed to no extension (RFC 6455 section 5.2).
 */

import {
  BINARY,
  CLOSE,
  CONTINUATION,
  FINAL,
  LENGTH_16,
  LENGTH_64,
  MASKED,
  PING,
  PONG,
  SHORT_LIMIT,
  TEXT,
} from "./frame.js";

const RESERVED_BITS = 0x70;
const OPCODE_BITS = 0x0f;
const LONGEST = 10;

export class FrameHeader {
  opcode = 0;
  isFinal = false;
  /** Over 2^53 it is not exact, which nobody lives to see. */
  payloadLength = 0;
  /** What is wrong with it. */
  violation: string | undefined;
  readonly #bytes = new Uint8Array(LONGEST);
  #filled = 0;
  #needed = 2;

  /** Where to put what comes next, at most `available` bytes. */
  space(available: number): Uint8Array {
    return this.#bytes.subarray(this.#filled, Math.min(this.#filled + available, this.#needed));
  }

  /** `byteLength` bytes of the last `space` were filled. Returns whether the header is complete, or wrong. */
  received(byteLength: number): boolean {
    this.#filled += byteLength;
    if (this.#filled < this.#needed) return false;
    if (this.#needed === 2) {
      this.violation = this.#start();
      if (this.violation !== undefined) return true;
      if (this.#filled < this.#needed) return false;
    } else {
      this.violation = this.#extendedLength();
    }
    this.#filled = 0;
    this.#needed = 2;
    return true;
  }

  #start(): string | undefined {
    const first = this.#bytes[0] as number;
    const second = this.#bytes[1] as number;
    const length = second & ~MASKED;
    this.opcode = first & OPCODE_BITS;
    this.isFinal = (first & FINAL) !== 0;
    this.payloadLength = length;
    if ((first & RESERVED_BITS) !== 0) return "reserved bits are set, without an extension";
    if (!isKnown(this.opcode)) return `the opcode ${this.opcode} is reserved`;
    if ((second & MASKED) !== 0) return "a frame from the server is masked";
    if (this.opcode >= CLOSE) {
      if (!this.isFinal) return "a control frame is fragmented";
      if (length > SHORT_LIMIT) return `a control frame is longer than ${SHORT_LIMIT} bytes`;
    }
    if (length === LENGTH_16) this.#needed = 4;
    else if (length === LENGTH_64) this.#needed = LONGEST;
    return undefined;
  }

  #extendedLength(): string | undefined {
    const bytes = this.#bytes;
    let length = 0;
    for (let i = 2; i < this.#needed; i += 1) length = length * 256 + (bytes[i] as number);
    this.payloadLength = length;
    if (this.#needed === LONGEST && ((bytes[2] as number) & 0x80) !== 0)
      return "a length has its sign bit set";
    const shortest = this.#needed === LONGEST ? 0x1_0000 : LENGTH_16;
    return length < shortest ? `a length of ${length} takes more bytes than it needs` : undefined;
  }
}

function isKnown(opcode: number): boolean {
  switch (opcode) {
    case CONTINUATION:
    case TEXT:
    case BINARY:
    case CLOSE:
    case PING:
    case PONG:
      return true;
    default:
      return false;
  }
}
