/**
 * Big-number primitives over the modules `modular`, `mont` and `ec` of the SDK's crypt library.
 *
 * What these do in SDK 8.2.3, and what is done about it:
 * - `mulinv` never returns for 0, and none of them tells when a modulus is even: both throw here.
 * - `Mont` and `EC` take temporary numbers from a pool of 30, sorted by their length, and end the machine when it is
 *   exhausted. That does not happen with numbers nobody has chosen, which all have the same length; but a key can be made
 *   for it. So points are multiplied in Jacobian coordinates with a random third one, which hides them from whoever made
 *   them (and from who listens to the power supply); and `Mont` is used for one's own, secret exponents only, `Modular`
 *   for the short ones in other people's keys. (The sliding window of `Mont` gives wrong results; it is not used.)
 * - Points are multiplied by doubling and adding, which takes a time that depends on the scalar's bits.
 */

import type { Arithmetic, Point } from "../../src/transport/crypto/arithmetic.js";
import type { Curve } from "../../src/transport/crypto/curve.js";
import type { RandomBytes } from "../../src/transport/crypto/random-number.js";
import { randomNumber } from "../../src/transport/crypto/random-number.js";

/**
 * A point of the SDK. As an argument in Jacobian coordinates: x/z² and y/z³ are the affine ones. As a result in affine
 * ones, with a `z` of 1; or infinity, with a `z` of 0, whatever the others are.
 */
export interface SdkPoint {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
}

/** The modules, as far as they are needed. */
export interface ArithmeticModules {
  readonly Modular: new (
    modulus: bigint,
  ) => { exp(base: bigint, exponent: bigint): bigint; mulinv(value: bigint): bigint };
  readonly Mont: new (options: { readonly m: bigint }) => { exp(base: bigint, exponent: bigint): bigint };
  readonly EC: new (
    a: bigint,
    b: bigint,
    modulus: bigint,
  ) => {
    mul(point: SdkPoint, scalar: bigint): SdkPoint;
    mul2(point1: SdkPoint, scalar1: bigint, point2: SdkPoint, scalar2: bigint): SdkPoint;
  };
}

/** Public exponents are not longer than 32 bits. */
const LONGEST_PUBLIC_EXPONENT = 0xffff_ffffn;

export class ModdableArithmetic implements Arithmetic {
  readonly #modules: ArithmeticModules;
  readonly #random: RandomBytes;

  constructor(modules: ArithmeticModules, random: RandomBytes) {
    this.#modules = modules;
    this.#random = random;
  }

  power(base: bigint, exponent: bigint, modulus: bigint): bigint {
    const { Modular, Mont } = this.#modules;
    requireOdd(modulus);
    if (exponent <= LONGEST_PUBLIC_EXPONENT) return new Modular(modulus).exp(base, exponent);
    return new Mont({ m: modulus }).exp(base, exponent);
  }

  inverse(value: bigint, modulus: bigint): bigint {
    requireOdd(modulus);
    if (value === 0n) throw new RangeError("0 has no inverse");
    return new this.#modules.Modular(modulus).mulinv(value);
  }

  multiply(curve: Curve, point: Point, scalar: bigint): Point | undefined {
    return finite(this.#ec(curve).mul(this.#hidden(curve, point), scalar));
  }

  multiplyTwo(curve: Curve, u1: bigint, point: Point, u2: bigint): Point | undefined {
    const generator = this.#hidden(curve, curve.generator);
    return finite(this.#ec(curve).mul2(generator, u1, this.#hidden(curve, point), u2));
  }

  #ec({ a, b, prime }: Curve): InstanceType<ArithmeticModules["EC"]> {
    return new this.#modules.EC(a, b, prime);
  }

  #hidden({ prime }: Curve, { x, y }: Point): SdkPoint {
    const z = randomNumber(this.#random, prime);
    const square = (z * z) % prime;
    return { x: (x * square) % prime, y: (((y * square) % prime) * z) % prime, z };
  }
}

function requireOdd(modulus: bigint): void {
  if ((modulus & 1n) === 0n) throw new RangeError("the modulus must be odd");
}

function finite({ x, y, z }: SdkPoint): Point | undefined {
  return z === 0n ? undefined : { x, y };
}
