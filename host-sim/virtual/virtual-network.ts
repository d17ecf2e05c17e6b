/** A network in memory, driven by a virtual clock: the same calls at the same times give the same run, byte for byte. */

import { isIP } from "node:net";
import type { Endpoint, TransportHandler } from "../../src/mqtt/ports.js";
import type { VirtualClock } from "./virtual-clock.js";
import type { LinkOwner } from "./virtual-link.js";
import { VirtualLink } from "./virtual-link.js";
import { networkError } from "./virtual-network-error.js";
import type { LinkConditions } from "./virtual-pipe.js";
import { VirtualTransportProvider } from "./virtual-transport-provider.js";

/** `refusing`: no program listens. `silent`: requests disappear. `unknown`: the name cannot be resolved. */
export type HostState = "up" | "refusing" | "silent" | "unknown";

/** Called when a device connects; returns who handles the server's end, `link.server`. */
export type Accept = (link: VirtualLink) => TransportHandler;

const PERFECT: LinkConditions = {
  latency: 0,
  bandwidth: Number.POSITIVE_INFINITY,
  segment: Number.POSITIVE_INFINITY,
};

export class VirtualNetwork implements LinkOwner {
  readonly clock: VirtualClock;
  readonly #conditions: LinkConditions;
  readonly #hosts = new Map<string, HostState>();
  readonly #listeners = new Map<string, Accept>();
  readonly #links = new Set<VirtualLink>();

  /** `conditions` hold for every link whose provider does not say otherwise. */
  constructor(clock: VirtualClock, conditions: Partial<LinkConditions> = {}) {
    this.clock = clock;
    this.#conditions = { ...PERFECT, ...conditions };
  }

  /** The connections that at least one end has not ended yet, oldest first. */
  get links(): readonly VirtualLink[] {
    return [...this.#links];
  }

  /** The transport port of one device, known as `name` in the links. */
  provider(name = "device", conditions?: Partial<LinkConditions>): VirtualTransportProvider {
    const own = conditions === undefined ? this.#conditions : { ...this.#conditions, ...conditions };
    return new VirtualTransportProvider(this, name, own);
  }

  /** Accepts connections to `host`, which the network knows from then on. Throws when something listens there. */
  listen(host: string, port: number, accept: Accept): void {
    const address = `${host}:${port}`;
    if (this.#listeners.has(address)) {
      throw new Error(`something listens on ${address} already`);
    }
    this.#listeners.set(address, accept);
    if (!this.#hosts.has(host)) {
      this.#hosts.set(host, "up");
    }
  }

  /** Accepts no new connections there; the established ones stay, see `cut`. */
  unlisten(host: string, port: number): void {
    this.#listeners.delete(`${host}:${port}`);
  }

  /** Says how `host` answers requests for connections from now on; the established ones are not touched. */
  setHost(host: string, state: HostState): void {
    this.#hosts.set(host, state);
  }

  /** Takes `host` off the network: its connections become half open, new ones get no answer. */
  down(host: string): void {
    this.setHost(host, "silent");
    for (const link of this.linksTo(host)) {
      link.vanish();
    }
  }

  /** Brings `host` back for new connections; the old ones are lost. */
  up(host: string): void {
    this.setHost(host, "up");
  }

  /** Breaks all connections to `host`, or to one port of it, at both ends. */
  cut(host: string, port?: number): void {
    for (const link of this.linksTo(host, port)) {
      link.reset();
    }
  }

  /** The connections to `host`, or to one port of it, oldest first. */
  linksTo(host: string, port?: number): readonly VirtualLink[] {
    return this.links.filter(
      ({ endpoint }) => endpoint.host === host && (port === undefined || endpoint.port === port),
    );
  }

  /** For the providers: a device asks for a connection. */
  connect(clientName: string, endpoint: Endpoint, conditions: LinkConditions): VirtualLink {
    const link = new VirtualLink(this.clock, this, clientName, endpoint, conditions);
    this.#links.add(link);
    switch (this.#hostState(endpoint.host)) {
      case "unknown":
        link.vanish();
        this.clock.defer(() => link.client.ended(networkError("ENOTFOUND", endpoint)));
        break;
      case "silent":
        link.vanish();
        break;
      case "refusing":
      case "up":
        break;
    }
    return link;
  }

  #hostState(host: string): HostState {
    // Nobody has an address that was never mentioned; a name that was never mentioned does not exist.
    return this.#hosts.get(host) ?? (isIP(host) === 0 ? "unknown" : "silent");
  }

  /** For the link. */
  onRequest(link: VirtualLink): void {
    const { host, port } = link.endpoint;
    const accept = this.#hostState(host) === "up" ? this.#listeners.get(`${host}:${port}`) : undefined;
    if (accept === undefined) {
      link.server.reset();
      return;
    }
    link.server.grant(accept(link));
  }

  /** For the link. */
  onOver(link: VirtualLink): void {
    const server = link.server.state;
    if (link.client.state === "closed" && (server === "closed" || server === "opening")) {
      this.#links.delete(link);
    }
  }
}
