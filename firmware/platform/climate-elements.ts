/** What the climate sensor measures with on a board: an SHT3x on I2C by the SDK's driver, or a voltage. */

import type { ClimateElement } from "../../src/config/app-settings.js";
import type { ClimateDriver, ClimateDrivers, ClimateReading } from "../apps/climate-sensor-driver.js";

export interface I2cOptions {
  readonly data: number;
  readonly clock: number;
  readonly address: number;
  readonly hz: number;
}

/** `embedded:io/i2c`, as far as it is needed. */
export type I2cConstructor = new (options: I2cOptions) => { close(): void };

/** `embedded:sensor/Humidity-Temperature/SHT3x`, as far as it is needed; what came with a bad checksum is absent. */
export interface Sht3xSensor {
  sample(): {
    readonly thermometer: { readonly temperature?: number };
    readonly hygrometer: { readonly humidity?: number };
  };
  close(): void;
}

export type Sht3xConstructor = new (options: {
  readonly sensor: I2cOptions & { readonly io: I2cConstructor };
}) => Sht3xSensor;

/** `embedded:io/analog`, as far as it is needed. */
export interface AnalogInput {
  /** Bits of a value. */
  readonly resolution: number;
  read(): number;
  close(): void;
}

export type AnalogConstructor = new (options: { readonly pin: number }) => AnalogInput;

export interface ClimateModules {
  readonly I2C: I2cConstructor;
  readonly SHT3x: Sht3xConstructor;
  readonly Analog: AnalogConstructor;
}

/** In Hz: what every wiring on a breadboard can do. */
const BUS_SPEED = 100_000;

export class ClimateElements implements ClimateDrivers {
  readonly #modules: ClimateModules;

  constructor(modules: ClimateModules) {
    this.#modules = modules;
  }

  open(element: ClimateElement): ClimateDriver {
    return element.kind === "sht3x" ? openSht3x(element, this.#modules) : openAnalog(element, this.#modules);
  }
}

function openSht3x(
  { dataPin: data, clockPin: clock, address }: Extract<ClimateElement, { kind: "sht3x" }>,
  { I2C, SHT3x }: ClimateModules,
): ClimateDriver {
  // The driver opens the bus by itself and leaves it open when the sensor does not answer: so it is remembered here.
  let bus: { close(): void } | undefined;
  function RememberedBus(options: I2cOptions): object {
    bus = new I2C(options);
    return bus;
  }
  const io = RememberedBus as unknown as I2cConstructor;
  try {
    const sensor = new SHT3x({ sensor: { io, data, clock, address, hz: BUS_SPEED } });
    return {
      sample: () => readingOf(sensor),
      close: () => sensor.close(),
    };
  } catch (error) {
    bus?.close();
    throw error;
  }
}

function readingOf(sensor: Sht3xSensor): ClimateReading {
  const { thermometer, hygrometer } = sensor.sample();
  const { temperature } = thermometer;
  const { humidity } = hygrometer;
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(humidity === undefined ? {} : { humidity }),
  };
}

function openAnalog(
  { pin, offset, slope, fullScale }: Extract<ClimateElement, { kind: "analog" }>,
  { Analog }: ClimateModules,
): ClimateDriver {
  const input = new Analog({ pin });
  const highest = 2 ** input.resolution - 1;
  return {
    sample: () => ({ temperature: ((input.read() / highest) * fullScale - offset) / slope }),
    close: () => input.close(),
  };
}
