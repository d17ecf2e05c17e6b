/** One receive buffer for all clients of the process: what one has not used up by the end of its turn it keeps itself. */

import { ReceiveBuffer } from "../../src/mqtt/receive-buffer.js";

/** Less than a payload that is held whole by default: parts of longer ones are to be no longer than that. */
const LENGTH = 2048;

export const receiveBuffer = new ReceiveBuffer(new Uint8Array(LENGTH), true);
