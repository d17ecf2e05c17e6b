/** How a layer gets the stream below it: opened once, with the layer as its handler. */

import type { Transport, TransportHandler } from "../mqtt/ports.js";

/** Starts to open a stream; failure is reported to the handler, later, never thrown. */
export type Opener = (handler: TransportHandler) => Transport;
