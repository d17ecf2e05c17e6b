/** The transport port of one simulated device on the virtual network. */

import type { Endpoint, Transport, TransportHandler, TransportProvider } from "../../src/mqtt/ports.js";
import type { VirtualLink } from "./virtual-link.js";
import type { VirtualNetwork } from "./virtual-network.js";
import type { LinkConditions } from "./virtual-pipe.js";

export class VirtualTransportProvider implements TransportProvider {
  readonly name: string;
  #conditions: LinkConditions;
  readonly #network: VirtualNetwork;
  /** Few: those that have ended are forgotten at the next look. */
  #opened: VirtualLink[] = [];

  constructor(network: VirtualNetwork, name: string, conditions: LinkConditions) {
    this.#network = network;
    this.name = name;
    this.#conditions = conditions;
  }

  /** Changes how good the device's network is, for its links and for those to come. */
  setConditions(conditions: Partial<LinkConditions>): void {
    this.#conditions = { ...this.#conditions, ...conditions };
    for (const link of this.links) {
      link.setConditions(conditions);
    }
  }

  /** The links whose end here has not ended, oldest first. */
  get links(): readonly VirtualLink[] {
    this.#forgetEnded();
    return [...this.#opened];
  }

  open(endpoint: Endpoint, handler: TransportHandler): Transport {
    this.#forgetEnded();
    const link = this.#network.connect(this.name, endpoint, this.#conditions);
    link.client.attach(handler);
    this.#opened.push(link);
    return link.client;
  }

  /** Cuts every stream off as a broken link does; each handler then hears `onError(cause)`, the peer a reset. */
  drop(cause: unknown = new Error("link dropped")): void {
    for (const link of this.links) {
      link.client.drop(cause);
    }
  }

  /** Cuts every stream off as a crash of the device does: the peer sees a reset, the handlers hear nothing. */
  destroyAll(): void {
    for (const link of this.links) {
      link.client.reset();
    }
  }

  /** Cuts every stream off as a loss of power does: neither the peer nor the handlers hear anything. */
  powerOff(): void {
    for (const link of this.links) {
      link.client.vanish();
    }
  }

  #forgetEnded(): void {
    this.#opened = this.#opened.filter((link) => link.client.state !== "closed");
  }
}
