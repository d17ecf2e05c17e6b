/** The seam at which a platform says how TLS is done: `node:tls` in the simulator, Reed's own TLS 1.2 on XS. */

import type { TlsOptions, Transport, TransportHandler } from "../mqtt/ports.js";
import type { Opener } from "./opener.js";

export interface TlsPort {
  /**
   * Opens the stream below and TLS over it. Everything that goes wrong, a missing file too, is reported to `handler` as
   * a `TransportError` of the stage "tls", later; nothing is thrown.
   * @param host what the server's certificate must be made out to; also the server name to be sent (SNI), unless it is
   *   an IP address
   */
  open(options: TlsOptions, host: string, below: Opener, handler: TransportHandler): Transport;
}
