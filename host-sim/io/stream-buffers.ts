/** Memory that all streams of this process share: a stream that has nothing to do has none of its own. */

import { BufferPool } from "./buffer-pool.js";

/** Most bytes that one read brings. */
const RECEIVE_LENGTH = 65_536;

/** As much as a turn writes, most often by far; a longer write takes memory of its own. */
const SEND_LENGTH = 16_384;

class StreamBuffers {
  readonly send = new BufferPool(SEND_LENGTH);
  #receive: Buffer | undefined;

  /** Where Node puts what it receives; it is taken out before Node can receive anything else. */
  get receive(): Buffer {
    this.#receive ??= Buffer.allocUnsafeSlow(RECEIVE_LENGTH);
    return this.#receive;
  }
}

/** One for the process, though it changes: thousands of devices in it have thousands of providers. */
export const streamBuffers = new StreamBuffers();
