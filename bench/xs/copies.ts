/**
 * How often the bytes of a payload are copied. XS meters every byte that `set`, `slice` and their like copy, and a loop
 * of our own would take several times as much: so what a byte more of payload costs says how often it was copied. What
 * it allocates says that nothing copies behind the meter's back, as `ArrayBuffer.prototype.slice` would.
 */

import type { Figures } from "./meter.js";
import type { PayloadCost } from "./result.js";

/**
 * @param short with `byteLength` fewer bytes of payload than `long`
 * @param unitsPerByte what copying a byte costs
 */
export function payloadCost(
  short: Figures,
  long: Figures,
  byteLength: number,
  unitsPerByte: number,
): PayloadCost {
  const allocated = (long.chunkBytes ?? Number.NaN) - (short.chunkBytes ?? Number.NaN);
  return {
    copies: (long.units - short.units) / byteLength / unitsPerByte,
    allocated: allocated / byteLength,
  };
}
