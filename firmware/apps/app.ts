/** What an application is to the device that runs it, and what it is given; types only. */

import type { MqttClient } from "../../src/mqtt/client.js";
import type { Clock, Random, TimerProvider } from "../../src/mqtt/ports.js";
import type { ClimateDrivers } from "./climate-sensor-driver.js";
import type { Log, Pins, WallClock } from "./io.js";

/** An application is at work from the moment it is made, with or without a connection. */
export interface App {
  /** A server has accepted a connection, the first or a later one; it may have lost what it knew of the device. */
  onConnected(): void;
  /** Ends its work, once: from now on it neither watches its inputs nor drives its outputs. */
  stop(): void;
}

/** The part of the MQTT client that applications use. */
export type AppClient = Pick<MqttClient, "connected" | "publish" | "subscribe">;

/** The world an application lives in. */
export interface AppPorts {
  readonly client: AppClient;
  readonly clock: Clock;
  readonly timers: TimerProvider;
  readonly random: Random;
  readonly pins: Pins;
  readonly wallClock: WallClock;
  readonly log: Log;
  /** Whether events survive a loss of power as soon as they are published: then nothing is gained by keeping one back. */
  readonly isDurable: boolean;
  /** Absent where nothing can be measured. */
  readonly climate?: ClimateDrivers;
}
