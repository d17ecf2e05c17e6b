/** The curves P-256 and P-384 (FIPS 186-4 appendix D.1.2), and their points as bytes (SEC 1 section 2.3). */

import type { Point } from "./arithmetic.js";
import { bigintOf, bytesOf } from "./big-endian.js";
import type { CurveName } from "./crypto.js";

/** y² = x³ + ax + b over the integers modulo `prime`; the cofactor is 1. */
export interface Curve {
  readonly name: CurveName;
  /** Of a coordinate, and of a scalar. */
  readonly byteLength: number;
  readonly prime: bigint;
  readonly a: bigint;
  readonly b: bigint;
  readonly generator: Point;
  /** How many points there are; a prime. */
  readonly order: bigint;
}

const UNCOMPRESSED = 0x04;

const P256: Curve = Object.freeze({
  name: "P-256",
  byteLength: 32,
  prime: 0xffffffff_00000001_00000000_00000000_00000000_ffffffff_ffffffff_ffffffffn,
  a: 0xffffffff_00000001_00000000_00000000_00000000_ffffffff_ffffffff_fffffffcn,
  b: 0x5ac635d8_aa3a93e7_b3ebbd55_769886bc_651d06b0_cc53b0f6_3bce3c3e_27d2604bn,
  generator: Object.freeze({
    x: 0x6b17d1f2_e12c4247_f8bce6e5_63a440f2_77037d81_2deb33a0_f4a13945_d898c296n,
    y: 0x4fe342e2_fe1a7f9b_8ee7eb4a_7c0f9e16_2bce3357_6b315ece_cbb64068_37bf51f5n,
  }),
  order: 0xffffffff_00000000_ffffffff_ffffffff_bce6faad_a7179e84_f3b9cac2_fc632551n,
});

const P384: Curve = Object.freeze({
  name: "P-384",
  byteLength: 48,
  prime:
    0xffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_fffffffe_ffffffff_00000000_00000000_ffffffffn,
  a: 0xffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_fffffffe_ffffffff_00000000_00000000_fffffffcn,
  b: 0xb3312fa7_e23ee7e4_988e056b_e3f82d19_181d9c6e_fe814112_0314088f_5013875a_c656398d_8a2ed19d_2a85c8ed_d3ec2aefn,
  generator: Object.freeze({
    x: 0xaa87ca22_be8b0537_8eb1c71e_f320ad74_6e1d3b62_8ba79b98_59f741e0_82542a38_5502f25d_bf55296c_3a545e38_72760ab7n,
    y: 0x3617de4a_96262c6f_5d9e98bf_9292dc29_f8f41dbd_289a147c_e9da3113_b5f0b8c0_0a60b1ce_1d7e819d_7a431d7c_90ea0e5fn,
  }),
  order:
    0xffffffff_ffffffff_ffffffff_ffffffff_ffffffff_ffffffff_c7634d81_f4372ddf_581a0db2_48b0a77a_ecec196a_ccc52973n,
});

export function curveOf(name: CurveName): Curve {
  return name === "P-256" ? P256 : P384;
}

/** The point in an uncompressed encoding; undefined when the bytes are something else, or it is not on the curve. */
export function decodePoint(curve: Curve, bytes: Uint8Array): Point | undefined {
  const { byteLength, prime, a, b } = curve;
  if (bytes.length !== 1 + 2 * byteLength || bytes[0] !== UNCOMPRESSED) return undefined;
  const x = bigintOf(bytes.subarray(1, 1 + byteLength));
  const y = bigintOf(bytes.subarray(1 + byteLength));
  if (x >= prime || y >= prime) return undefined;
  return (y * y - (x * x + a) * x - b) % prime === 0n ? { x, y } : undefined;
}

export function encodePoint(curve: Curve, point: Point): Uint8Array {
  const { byteLength } = curve;
  const bytes = new Uint8Array(1 + 2 * byteLength);
  bytes[0] = UNCOMPRESSED;
  bytes.set(bytesOf(point.x, byteLength), 1);
  bytes.set(bytesOf(point.y, byteLength), 1 + byteLength);
  return bytes;
}

/**
 * A scalar that gives the same point as `scalar`, which is less than the order, and always has one bit more than the
 * order: multiplying then takes as many steps for small scalars, whose size would else show in the time it takes.
 */
export function evenedScalar(curve: Curve, scalar: bigint): bigint {
  const once = scalar + curve.order;
  return once >> BigInt(8 * curve.byteLength) === 0n ? once + curve.order : once;
}
