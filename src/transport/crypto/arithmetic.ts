/**
 * The port to big-number primitives, as types only, for platforms that have these but no strict signatures: Moddable's
 * `Modular`, `Mont` and `EC`. Whoever calls it has checked every range named here.
 */

import type { Curve } from "./curve.js";

/** A point of a curve in affine coordinates; never the point at infinity. */
export interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

export interface Arithmetic {
  /** `base` to the power of `exponent`, modulo an odd `modulus`; 0 <= base < modulus, exponent >= 0. */
  power(base: bigint, exponent: bigint, modulus: bigint): bigint;
  /** The inverse of `value` modulo an odd `modulus`, which has no factor in common with it; 0 < value < modulus. */
  inverse(value: bigint, modulus: bigint): bigint;
  /** `scalar` times a point of the curve; 0 < scalar < 3 times the order. Undefined: infinity. */
  multiply(curve: Curve, point: Point, scalar: bigint): Point | undefined;
  /** `u1` times the generator plus `u2` times a point of the curve; 0 < u1, u2 < the order. Undefined: infinity. */
  multiplyTwo(curve: Curve, u1: bigint, point: Point, u2: bigint): Point | undefined;
}
