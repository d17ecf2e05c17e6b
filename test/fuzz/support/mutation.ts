/** Ways to spoil bytes. */

import { joined } from "../../mqtt/support/hex.js";
import type { RandomSource } from "../../mqtt/support/random.js";

/** `bytes` with a few changes: flipped, overwritten, left out, doubled, put in or cut off. */
export function spoiled(bytes: Uint8Array, random: RandomSource, changes: number): Uint8Array {
  let result = bytes.slice();
  for (let i = 0; i < changes; i += 1) result = changed(result, random);
  return result;
}

function changed(bytes: Uint8Array, random: RandomSource): Uint8Array<ArrayBuffer> {
  const at = random.below(bytes.length + 1);
  const until = Math.min(at + 1 + random.below(random.below(2) === 0 ? 3 : 24), bytes.length);
  const [before, part, after] = [bytes.subarray(0, at), bytes.subarray(at, until), bytes.subarray(until)];
  switch (random.below(6)) {
    case 0:
      return joined([before, after]).slice();
    case 1:
      return joined([before, part, part, after]).slice();
    case 2:
      return joined([before, random.bytes(random.below(8)), part, after]).slice();
    case 3:
      return joined([before, random.bytes(part.length), after]).slice();
    case 4:
      return random.below(4) === 0 ? before.slice() : bytes.slice();
    default: {
      const result = bytes.slice();
      if (at < result.length) result[at] = (result[at] as number) ^ (1 << random.below(8));
      return result;
    }
  }
}
