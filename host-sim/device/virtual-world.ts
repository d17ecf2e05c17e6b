/** Virtual time as the place of a simulated device: all that it shares with other devices is the clock and the network. */

import type { WallClock } from "../../firmware/apps/io.js";
import type { ExpiryHandler, Milliseconds, Timer, TimerProvider } from "../../src/mqtt/ports.js";
import type { Defer } from "../io/digital.js";
import type { Power, VirtualClock } from "../virtual/virtual-clock.js";
import type { VirtualNetwork } from "../virtual/virtual-network.js";
import type { VirtualTransportProvider } from "../virtual/virtual-transport-provider.js";
import type { DeviceWorld } from "./device-world.js";

/** The time of day when a virtual clock is at 0: 2026-01-01. */
const EPOCH: Milliseconds = 1_767_225_600_000;

export class VirtualWorld implements DeviceWorld, TimerProvider, WallClock, Power {
  readonly transport: VirtualTransportProvider;
  readonly clock: VirtualClock;
  readonly timers: TimerProvider = this;
  readonly wallClock: WallClock = this;
  readonly defer: Defer;
  /** For its timers. */
  isOn = true;

  /** @param name of the device, in the links of the network */
  constructor(network: VirtualNetwork, name: string) {
    this.transport = network.provider(name);
    this.clock = network.clock;
    this.defer = network.clock.defer;
  }

  /** The time of day. */
  now(): Milliseconds {
    return EPOCH + this.clock.now();
  }

  /** A timer that expires only while there is power. */
  create<T = undefined>(onExpired: ExpiryHandler<T>, target?: T): Timer {
    return this.clock.create(onExpired, target, this);
  }

  /** Neither the peers of its connections nor the device hear anything of it. */
  powerOff(): void {
    this.isOn = false;
    this.transport.powerOff();
  }
}
