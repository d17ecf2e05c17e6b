/** What a simulated device takes from the place where it is simulated: this machine, or a world in virtual time. */

import type { WallClock } from "../../firmware/apps/io.js";
import type { Clock, TimerProvider, TransportProvider } from "../../src/mqtt/ports.js";
import type { Defer } from "../io/digital.js";

export interface DeviceWorld {
  readonly transport: TransportProvider;
  readonly clock: Clock;
  readonly timers: TimerProvider;
  readonly wallClock: WallClock;
  readonly defer: Defer;
  /** Cuts the device's power, for good: none of its timers expires any more, and its connections break. */
  powerOff(): void;
}
