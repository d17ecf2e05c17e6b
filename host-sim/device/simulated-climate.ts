/** The weather of the simulator: a temperature and a humidity that rise and fall, the same on every engine. */

import type {
  ClimateDriver,
  ClimateDrivers,
  ClimateReading,
} from "../../firmware/apps/climate-sensor-driver.js";
import type { Clock, Milliseconds } from "../../src/mqtt/ports.js";

/** From one maximum to the next. */
const PERIOD: Milliseconds = 120_000;

export class SimulatedClimate implements ClimateDrivers {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Every element measures the same: 19 to 23 °C, and 40 to 60 %. */
  open(): ClimateDriver {
    return { sample: () => this.#sample(), close: () => {} };
  }

  #sample(): ClimateReading {
    const wave = Math.sin((2 * Math.PI * this.#clock.now()) / PERIOD);
    return { temperature: 21 + 2 * wave, humidity: 50 - 10 * wave };
  }
}
