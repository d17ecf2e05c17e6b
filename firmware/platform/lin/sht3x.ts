/**
 * Stands in for `embedded:sensor/Humidity-Temperature/SHT3x` in the Linux simulator: the file `climate` holds
 * temperature and humidity, such as `21.5 48`. Without the file no sensor answers.
 */

import { readText } from "firmware/platform/lin/stand-in-files";

export default class SHT3x {
  constructor() {
    this.sample();
  }

  sample(): {
    readonly thermometer: { readonly temperature: number };
    readonly hygrometer: { readonly humidity: number };
  } {
    const text = readText("climate");
    if (text === undefined) throw new Error("no sensor answers");
    const [temperature = Number.NaN, humidity = Number.NaN] = text.split(" ").map(Number);
    return { thermometer: { temperature }, hygrometer: { humidity } };
  }

  close(): void {
    // There is nothing to give back.
  }
}
