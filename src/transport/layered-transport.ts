/** The transport with everything an endpoint may ask for: TCP, then SOCKS5, then TLS, then WebSocket. */

import type {
  Endpoint,
  TimerProvider,
  Transport,
  TransportHandler,
  TransportProvider,
} from "../mqtt/ports.js";
import { LayerTransport } from "./layer-transport.js";
import type { Opener } from "./opener.js";
import { Socks5Layer } from "./socks5-layer.js";
import type { TlsPort } from "./tls-port.js";
import type { HandshakeCrypto } from "./websocket/opening-handshake.js";
import { WebSocketLayer } from "./websocket/websocket-layer.js";

/** What the layers are made of. */
export interface LayerPorts {
  /** Opens plain TCP streams. */
  readonly network: TransportProvider;
  readonly timers: TimerProvider;
  readonly crypto: HandshakeCrypto;
  readonly tls: TlsPort;
}

export class LayeredTransportProvider implements TransportProvider {
  readonly #ports: LayerPorts;

  constructor(ports: LayerPorts) {
    this.#ports = ports;
  }

  /** An endpoint that asks for no layer gets the network's own transport. */
  open(endpoint: Endpoint, handler: TransportHandler): Transport {
    const { network, timers, crypto, tls: tlsPort } = this.#ports;
    const { host, port, proxy, tls, webSocket } = endpoint;
    let opener: Opener = (above) => network.open({ host, port }, above);
    if (proxy !== undefined) {
      const dial: Opener = (above) => network.open({ host: proxy.host, port: proxy.port }, above);
      opener = (above) => new LayerTransport(new Socks5Layer(proxy, { host, port }), dial, timers, above);
    }
    if (tls !== undefined) {
      const below = opener;
      opener = (above) => tlsPort.open(tls, host, below, above);
    }
    if (webSocket !== undefined) {
      const below = opener;
      const target = { host, port, path: webSocket.path, secure: tls !== undefined };
      opener = (above) => new LayerTransport(new WebSocketLayer(target, crypto), below, timers, above);
    }
    return opener(handler);
  }
}
