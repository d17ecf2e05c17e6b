/** This machine as the place of a simulated device: its network, its clock, and timers that end with the device. */

import type { WallClock } from "../../firmware/apps/io.js";
import type { Clock, TransportProvider } from "../../src/mqtt/ports.js";
import type { FileStore } from "../../src/transport/file-store.js";
import type { Defer } from "../io/digital.js";
import { NodeClock } from "../io/node-clock.js";
import { nodeNetwork } from "../io/node-network.js";
import { NodeTimers } from "../io/node-timers.js";
import { NodeTransportProvider } from "../io/node-transport.js";
import type { DeviceWorld } from "./device-world.js";

/** The same for all devices, as they hold nothing. */
const CLOCK: Clock = Object.freeze(new NodeClock());
const WALL_CLOCK: WallClock = Object.freeze({ now: () => Date.now() });

export class NodeWorld implements DeviceWorld {
  readonly transport: TransportProvider;
  readonly clock = CLOCK;
  readonly timers = new NodeTimers();
  readonly wallClock = WALL_CLOCK;
  readonly defer: Defer = setImmediate;
  readonly #network = new NodeTransportProvider();

  /** @param files where certificates and keys are that the config names */
  constructor(files: FileStore) {
    this.transport = nodeNetwork(this.#network, files, this.timers);
  }

  powerOff(): void {
    this.timers.powerOff();
    this.#network.destroyAll();
  }
}
