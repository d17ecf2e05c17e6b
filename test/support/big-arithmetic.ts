/** The arithmetic port in plain BigInt, simple and slow: the same on every engine, and no secret is safe with it. */

import type { Arithmetic, Point } from "../../src/transport/crypto/arithmetic.js";
import type { Curve } from "../../src/transport/crypto/curve.js";

/** Jacobian coordinates: x / z², y / z³; z = 0 is infinity. */
interface Jacobian {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
}

const INFINITY: Jacobian = Object.freeze({ x: 1n, y: 1n, z: 0n });

export class BigArithmetic implements Arithmetic {
  power(base: bigint, exponent: bigint, modulus: bigint): bigint {
    let result = 1n % modulus;
    for (const bit of exponent.toString(2)) {
      result = (result * result) % modulus;
      if (bit === "1") result = (result * base) % modulus;
    }
    return result;
  }

  inverse(value: bigint, modulus: bigint): bigint {
    if (value <= 0n || value >= modulus) throw new RangeError("the value to be inverted is out of range");
    let [a, b, x, y] = [value, modulus, 1n, 0n];
    while (b !== 0n) {
      const quotient = a / b;
      [a, b] = [b, a - quotient * b];
      [x, y] = [y, x - quotient * y];
    }
    if (a !== 1n) throw new RangeError("there is no inverse");
    return ((x % modulus) + modulus) % modulus;
  }

  multiply(curve: Curve, point: Point, scalar: bigint): Point | undefined {
    if (scalar <= 0n || scalar >= 3n * curve.order) throw new RangeError("the scalar is out of range");
    let sum = INFINITY;
    for (const bit of scalar.toString(2)) {
      sum = double(curve, sum);
      if (bit === "1") sum = add(curve, sum, { ...point, z: 1n });
    }
    return this.#affine(curve, sum);
  }

  multiplyTwo(curve: Curve, u1: bigint, point: Point, u2: bigint): Point | undefined {
    for (const scalar of [u1, u2]) {
      if (scalar <= 0n || scalar >= curve.order) throw new RangeError("the scalar is out of range");
    }
    const summands = [INFINITY, { ...curve.generator, z: 1n }, { ...point, z: 1n }] as Jacobian[];
    summands.push(add(curve, summands[1] as Jacobian, summands[2] as Jacobian));
    const length = 8 * curve.byteLength;
    const bits2 = u2.toString(2).padStart(length, "0");
    let sum = INFINITY;
    let index = 0;
    for (const bit of u1.toString(2).padStart(length, "0")) {
      sum = double(curve, sum);
      const which = (bit === "1" ? 1 : 0) + (bits2.charAt(index) === "1" ? 2 : 0);
      if (which > 0) sum = add(curve, sum, summands[which] as Jacobian);
      index += 1;
    }
    return this.#affine(curve, sum);
  }

  #affine({ prime }: Curve, { x, y, z }: Jacobian): Point | undefined {
    if (z === 0n) return undefined;
    const inverse = this.inverse(z, prime);
    const square = (inverse * inverse) % prime;
    return { x: (x * square) % prime, y: (((y * square) % prime) * inverse) % prime };
  }
}

function double({ prime, a }: Curve, { x, y, z }: Jacobian): Jacobian {
  if (z === 0n || y === 0n) return INFINITY;
  const ySquare = (y * y) % prime;
  const s = (4n * x * ySquare) % prime;
  const m = (3n * x * x + a * ((z * z) % prime) ** 2n) % prime;
  const x3 = modulo(m * m - 2n * s, prime);
  return { x: x3, y: modulo(m * (s - x3) - 8n * ySquare * ySquare, prime), z: (2n * y * z) % prime };
}

function add(curve: Curve, p: Jacobian, q: Jacobian): Jacobian {
  if (p.z === 0n) return q;
  if (q.z === 0n) return p;
  const { prime } = curve;
  const pz = (p.z * p.z) % prime;
  const qz = (q.z * q.z) % prime;
  const u1 = (p.x * qz) % prime;
  const s1 = (((p.y * qz) % prime) * q.z) % prime;
  const h = modulo(q.x * pz - u1, prime);
  const r = modulo(((q.y * pz) % prime) * p.z - s1, prime);
  if (h === 0n) return r === 0n ? double(curve, p) : INFINITY;
  const hSquare = (h * h) % prime;
  const hCube = (hSquare * h) % prime;
  const v = (u1 * hSquare) % prime;
  const x3 = modulo(r * r - hCube - 2n * v, prime);
  return { x: x3, y: modulo(r * (v - x3) - s1 * hCube, prime), z: (((p.z * q.z) % prime) * h) % prime };
}

function modulo(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}
