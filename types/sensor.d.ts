/**
 * The SDK's driver of the SHT3x, for which neither its own typings nor those on npm have anything.
 *
 * Describes Moddable SDK 8.2.3.
 */

declare module "embedded:sensor/Humidity-Temperature/SHT3x" {
  interface BusOptions {
    readonly data: number;
    readonly clock: number;
    readonly address: number;
    readonly hz: number;
  }

  export default class SHT3x {
    /** Resets the sensor, and throws when it does not answer; `sensor.io` is then left open. */
    constructor(options: {
      readonly sensor: BusOptions & { readonly io: new (options: BusOptions) => { close(): void } };
    });
    /** Takes about 0.2 s. A value that came with a bad checksum is absent. */
    sample(): {
      readonly thermometer: { readonly temperature?: number };
      readonly hygrometer: { readonly humidity?: number };
    };
    close(): void;
  }
}
