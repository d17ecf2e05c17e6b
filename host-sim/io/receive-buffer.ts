/** One receive buffer for all clients of the process: what one has not used up by the end of its turn it keeps itself. */

import { ReceiveBuffer } from "../../src/mqtt/receive-buffer.js";

/** As much as Node reads from a socket at a time. */
const LENGTH = 65_536;

export const receiveBuffer = new ReceiveBuffer(new Uint8Array(LENGTH), true);
