/**
 * What a board has that is hard to guess, for seeding a generator.
 *
 * What is known: on an ESP32 `Math.random` of the SDK (8.2.3) returns 31 bits of `esp_random` at each call, the chip's
 * generator. According to Espressif these are truly random while Wi-Fi or Bluetooth is on, which is so whenever there is
 * a connection to secure; before that they are called pseudo-random only, and how good they are then is not known here.
 * Nobody has measured them for this firmware. `RNG.get` was seeded from the same source, once. Times and addresses are
 * no secrets: they only make devices and starts differ.
 *
 * In the simulator all of this but the time is the same at every start: what is secret there is no secret.
 */

import type { Clock, Milliseconds, Random } from "../../src/mqtt/ports.js";
import { encodeUtf8 } from "../../src/mqtt/utf8.js";

export interface EntropySources {
  /** `Math.random`. */
  readonly random: Random;
  /** Module `rng` of the SDK. */
  readonly RNG: { get(byteLength: number): ArrayBuffer };
  readonly clock: Clock;
  /** The system's own clock. */
  systemTime(): Milliseconds;
  /** The address of the network interface, once there is one. */
  mac(): string | undefined;
}

/** Together 496 bits. */
const RANDOM_CALLS = 16;
const RANDOM_RANGE = 2 ** 31;
const RNG_BYTES = 32;

export function gatherEntropy({ random, RNG, clock, systemTime, mac }: EntropySources): Uint8Array {
  const numbers = new Float64Array(RANDOM_CALLS + 2);
  for (let i = 0; i < RANDOM_CALLS; i += 1) numbers[i] = random() * RANDOM_RANGE;
  numbers[RANDOM_CALLS] = clock.now();
  numbers[RANDOM_CALLS + 1] = systemTime();
  const address = encodeUtf8(mac() ?? "");
  const entropy = new Uint8Array(numbers.byteLength + RNG_BYTES + address.length);
  entropy.set(new Uint8Array(numbers.buffer));
  entropy.set(new Uint8Array(RNG.get(RNG_BYTES)), numbers.byteLength);
  entropy.set(address, numbers.byteLength + RNG_BYTES);
  return entropy;
}
