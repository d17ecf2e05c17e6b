/** TLS 1.2 in front of a broker of the virtual network, and a provider for clients that know its pre-shared key. */

import type { VirtualClock } from "../../../host-sim/virtual/virtual-clock.js";
import type { VirtualLink } from "../../../host-sim/virtual/virtual-link.js";
import type { VirtualNetwork } from "../../../host-sim/virtual/virtual-network.js";
import type { TlsOptions, Transport, TransportHandler, TransportProvider } from "../../../src/mqtt/ports.js";
import { LayeredTransportProvider } from "../../../src/transport/layered-transport.js";
import { OwnTls } from "../../../src/transport/own-tls.js";
import { TestServer } from "../../transport/tls/support/test-server.js";
import { IDENTITY, PSK_GCM, pskKey } from "../../transport/tls/support/tls-world.js";
import { ToyCrypto } from "../../transport/tls/support/toy-crypto.js";

export const TLS_PORT = 8883;

/** For the endpoint of a client. */
export const TLS: TlsOptions = Object.freeze({ pskIdentity: IDENTITY, pskKey: pskKey() });

/** Opens TLS with Reed's own client over `below`. */
export function tlsProvider(below: TransportProvider, timers: VirtualClock): TransportProvider {
  const crypto = new ToyCrypto();
  const files = { read: () => undefined };
  const tls = new OwnTls({ crypto, files, timers, wallClock: () => undefined, earliest: 0 });
  return new LayeredTransportProvider({ network: below, timers, crypto, tls });
}

/** Listens at `host`, and relays what it decrypts to the broker there. */
export function openTlsFront(network: VirtualNetwork, host = "broker"): void {
  const behind = network.provider("tls-front");
  network.listen(host, TLS_PORT, (link) => new FrontLink(link, behind, host));
}

class FrontLink implements TransportHandler {
  readonly #link: VirtualLink;
  readonly #server = new TestServer({ crypto: new ToyCrypto(), suite: PSK_GCM, pskKey: pskKey() });
  readonly #broker: Transport;
  #isBrokerOpen = false;
  #relayed = 0;

  constructor(link: VirtualLink, behind: TransportProvider, host: string) {
    this.#link = link;
    this.#broker = behind.open(
      { host, port: 1883 },
      {
        onWritable: () => {
          this.#isBrokerOpen = true;
          this.#relay();
        },
        onReadable: (byteLength) => {
          const bytes = new Uint8Array(byteLength);
          this.#broker.read(bytes);
          this.#server.send(bytes);
          this.#flush();
        },
        onError: () => link.server.reset(),
      },
    );
  }

  onReadable(byteLength: number): void {
    const bytes = new Uint8Array(byteLength);
    this.#link.server.read(bytes);
    this.#server.receive(bytes);
    this.#flush();
    this.#relay();
  }

  onWritable(): void {}

  onError(): void {
    this.#broker.close();
  }

  #flush(): void {
    for (const record of this.#server.output.splice(0)) this.#link.server.write(record);
  }

  #relay(): void {
    if (!this.#isBrokerOpen) return;
    this.#broker.write(this.#server.received.slice(this.#relayed));
    this.#relayed = this.#server.received.length;
  }
}
