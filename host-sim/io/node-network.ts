/** The transport on Node with everything an endpoint may ask for: SOCKS5, TLS, WebSocket. */

import type { TimerProvider, TransportProvider } from "../../src/mqtt/ports.js";
import type { FileStore } from "../../src/transport/file-store.js";
import { LayeredTransportProvider } from "../../src/transport/layered-transport.js";
import { NodeCrypto } from "./node-crypto.js";
import { NodeTls } from "./node-tls.js";

/**
 * @param network opens the plain TCP streams; whoever has it can cut them off
 * @param files where certificates and keys are that a config names
 */
export function nodeNetwork(
  network: TransportProvider,
  files: FileStore,
  timers: TimerProvider,
): TransportProvider {
  return new LayeredTransportProvider({
    network,
    timers,
    crypto: new NodeCrypto(),
    tls: new NodeTls({ files }),
  });
}
