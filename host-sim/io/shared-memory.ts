/** Memory of all clients of the process: one that has nothing to do has next to none of its own. */

import { ReceiveBuffer } from "../../src/mqtt/receive-buffer.js";
import type { SharedMemory } from "../../src/mqtt/shared-memory.js";
import { NameSlabs } from "./name-slabs.js";
import { PacketRings } from "./packet-rings.js";

/** Less than a payload that is held whole by default: parts of longer ones are to be no longer than that. */
const RECEIVE_LENGTH = 2048;

/** One for the process, though it changes: thousands of clients in it have thousands of owners. */
export const sharedMemory: SharedMemory = Object.freeze({
  receiveBuffer: new ReceiveBuffer(new Uint8Array(RECEIVE_LENGTH), true),
  rings: new PacketRings(),
  slabs: new NameSlabs(),
});
