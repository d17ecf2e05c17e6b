/** One connection of the virtual network with both its ends, and the ways in which it can fail. */

import type { Endpoint } from "../../src/mqtt/ports.js";
import type { VirtualClock } from "./virtual-clock.js";
import { networkError } from "./virtual-network-error.js";
import type { LinkConditions, PipeState } from "./virtual-pipe.js";
import { VirtualPipe } from "./virtual-pipe.js";
import type { StreamOwner } from "./virtual-stream.js";
import { VirtualStream } from "./virtual-stream.js";

/** `up`: from the device to the server; `down`: from the server to the device. */
export type Direction = "up" | "down" | "both";

/** What a device's stream lets wait to be delivered. */
const DEVICE_WINDOW = 65_536;
/** A server's: more than there is, so that scripts need not care. Not infinite, as V8 has small integers nearer at hand. */
const SERVER_WINDOW = 2 ** 30;

/** The network that a link is part of. */
export interface LinkOwner {
  /** The request for the connection has reached the server. */
  onRequest(link: VirtualLink): void;
  /** One of the ends has ended. */
  onOver(link: VirtualLink): void;
}

/** Starts with the request for a connection underway. */
export class VirtualLink implements StreamOwner {
  /** The name of the provider that opened it. */
  readonly clientName: string;
  readonly endpoint: Endpoint;
  /** The device's end. */
  readonly client: VirtualStream;
  /** The server's end. */
  readonly server: VirtualStream;
  readonly #owner: LinkOwner;
  readonly #up: VirtualPipe;
  readonly #down: VirtualPipe;

  constructor(
    clock: VirtualClock,
    owner: LinkOwner,
    clientName: string,
    endpoint: Endpoint,
    conditions: LinkConditions,
  ) {
    const up = new VirtualPipe(clock, conditions);
    const down = new VirtualPipe(clock, conditions);
    this.clientName = clientName;
    this.endpoint = endpoint;
    this.client = new VirtualStream(clock, this, up, down, DEVICE_WINDOW);
    this.server = new VirtualStream(clock, this, down, up, SERVER_WINDOW);
    this.#owner = owner;
    this.#up = up;
    this.#down = down;
    up.signal("request");
  }

  /** For the server's end. */
  onRequest(): void {
    this.#owner.onRequest(this);
  }

  /** For the ends. */
  onOver(): void {
    this.#owner.onOver(this);
  }

  /** Changes how good the link is from now on; what is underway arrives as it would have. */
  setConditions(conditions: Partial<LinkConditions>): void {
    for (const pipe of this.#pipes("both")) {
      pipe.conditions = { ...pipe.conditions, ...conditions };
    }
  }

  /** From now on all bytes disappear, those underway included, and so does the news of an end: a half-open link. */
  vanish(direction: Direction = "both"): void {
    this.#setState(direction, "lost");
  }

  /** Holds everything up without loss, as a bad radio link does, until `resume`. */
  stall(direction: Direction = "both"): void {
    this.#setState(direction, "stalled");
  }

  /** Ends a stall; what was held up arrives now. */
  resume(direction: Direction = "both"): void {
    this.#setState(direction, "up");
  }

  /** Breaks the connection at both ends at once, as a router that has forgotten it does. */
  reset(): void {
    this.vanish();
    const cause = networkError("ECONNRESET", this.endpoint);
    this.client.ended(cause);
    this.server.ended(cause);
  }

  #setState(direction: Direction, state: PipeState): void {
    for (const pipe of this.#pipes(direction)) {
      pipe.setState(state);
    }
  }

  #pipes(direction: Direction): readonly VirtualPipe[] {
    switch (direction) {
      case "up":
        return [this.#up];
      case "down":
        return [this.#down];
      case "both":
        return [this.#up, this.#down];
    }
  }
}
