/** Memory that the clients of one process can share, where there may be ten thousand of them. A device has one, and its own. */

import type { RingLender } from "./packet-ring.js";
import type { ReceiveBuffer } from "./receive-buffer.js";

export interface SharedMemory {
  /** What arrives is read into it first (`isShared`), 4 bytes or more; absent: each connection has its own, of 256. */
  readonly receiveBuffer?: ReceiveBuffer;
  /** Lends them what their packets stand in; absent: each has its own, of 128 bytes or more. */
  readonly rings?: RingLender;
  /** Memory for small things that are kept for long; absent: each is an array with a buffer of its own. */
  readonly slabs?: Slabs;
}

export interface Slabs {
  /** Of this length, and nobody else's as long as it is held. */
  allocate(byteLength: number): Uint8Array;
}
