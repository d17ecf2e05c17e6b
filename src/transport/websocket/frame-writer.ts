/** Frames to the server, one at a time: built in a buffer that is reused, and masked there (RFC 6455 5.2, 5.3). */

import type { Crypto } from "../crypto/crypto.js";
import { FINAL, LENGTH_16, MASKED, SHORT_LIMIT } from "./frame.js";

/** Longest payload of one frame in bytes; a longer write becomes several frames [MQTT-6.0.0-2]. */
export const FRAME_LIMIT = 1_024;

const MASK_LENGTH = 4;
const SHORT_HEADER_LENGTH = 2 + MASK_LENGTH;
const LONG_HEADER_LENGTH = 4 + MASK_LENGTH;

export class FrameWriter {
  readonly #crypto: Pick<Crypto, "random">;
  /**
   * The header ends, and the payload begins, at the same place whatever their lengths: so mask and payload lie on
   * whole words, and are combined by words: on XS a third of the work that byte by byte would be. The order of bytes
   * in a word does not matter.
   */
  readonly #bytes = new Uint8Array(LONG_HEADER_LENGTH + FRAME_LIMIT);
  readonly #words = new Int32Array(this.#bytes.buffer);
  #start = 0;
  #end = 0;

  constructor(crypto: Pick<Crypto, "random">) {
    this.#crypto = crypto;
  }

  /** Whether everything has been taken, so that the next frame can be written. */
  get isEmpty(): boolean {
    return this.#start === this.#end;
  }

  /** Makes a frame of `payload`, of at most `FRAME_LIMIT` bytes, which is copied. Only when empty. */
  write(opcode: number, payload: Uint8Array): void {
    const bytes = this.#bytes;
    const { length } = payload;
    let start = LONG_HEADER_LENGTH - SHORT_HEADER_LENGTH;
    if (length <= SHORT_LIMIT) {
      bytes[start + 1] = MASKED | length;
    } else {
      start = 0;
      bytes[1] = MASKED | LENGTH_16;
      bytes[2] = length >> 8;
      bytes[3] = length & 0xff;
    }
    bytes[start] = FINAL | opcode;
    bytes.set(this.#crypto.random(MASK_LENGTH), LONG_HEADER_LENGTH - MASK_LENGTH);
    bytes.set(payload, LONG_HEADER_LENGTH);
    this.#start = start;
    this.#end = LONG_HEADER_LENGTH + length;
    this.#mask();
  }

  /** The next bytes, at most `limit`; valid until the next `write`. */
  take(limit: number): Uint8Array {
    const start = this.#start;
    this.#start = Math.min(start + limit, this.#end);
    return this.#bytes.subarray(start, this.#start);
  }

  /** The last word may reach past the payload; what is there does not matter. */
  #mask(): void {
    const words = this.#words;
    const mask = words[LONG_HEADER_LENGTH / 4 - 1] as number;
    for (let i = LONG_HEADER_LENGTH / 4; i * 4 < this.#end; i += 1) words[i] = (words[i] as number) ^ mask;
  }
}

/** The longest payload of a frame that fits into `room` bytes. */
export function longestPayload(room: number): number {
  if (room <= SHORT_HEADER_LENGTH) return 0;
  const short = Math.min(room - SHORT_HEADER_LENGTH, SHORT_LIMIT);
  return Math.max(short, Math.min(room - LONG_HEADER_LENGTH, FRAME_LIMIT));
}
