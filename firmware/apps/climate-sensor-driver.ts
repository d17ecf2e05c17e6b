/** The port of the climate sensor to what it measures with; types only. */

import type { ClimateElement } from "../../src/config/app-settings.js";

/** What was measured; what an element cannot measure, or measured badly this time, is absent. */
export interface ClimateReading {
  /** In °C. */
  readonly temperature?: number;
  /** Relative, in percent. */
  readonly humidity?: number;
}

export interface ClimateDriver {
  /** @throws when the element does not answer */
  sample(): ClimateReading;
  close(): void;
}

export interface ClimateDrivers {
  /** @throws when there is no such element, or its pins are taken */
  open(element: ClimateElement): ClimateDriver;
}
