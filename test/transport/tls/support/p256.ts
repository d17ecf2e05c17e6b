/** P-256 and ECDSA (FIPS 186-4) with plain big integers, for tests on every engine; nothing here is for real secrets. */

const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
export const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
/** Jacobian: x / z², y / z³; infinity has z = 0. */
type Point = readonly [bigint, bigint, bigint];

function generator(): Point {
  return [
    0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
    0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
    1n,
  ];
}

export function publicPoint(scalar: bigint): Uint8Array {
  return encoded(times(generator(), scalar));
}

/** The x coordinate of the shared point; undefined when `point` is none. */
export function shared(scalar: bigint, point: Uint8Array): Uint8Array | undefined {
  const peer = decoded(point);
  return peer && encoded(times(peer, scalar)).slice(1, 33);
}

/** r and s of `hash`, in DER. */
export function signed(scalar: bigint, hash: Uint8Array, nonce: bigint): Uint8Array {
  const r = numberOf(encoded(times(generator(), nonce)).subarray(1, 33)) % ORDER;
  const s = (power(nonce, ORDER - 2n, ORDER) * (numberOf(hash) + r * scalar)) % ORDER;
  const body = [...derInteger(r), ...derInteger(s)];
  return Uint8Array.of(0x30, body.length, ...body);
}

/** Whether `signature` is one of `hash`; strict about its form. */
export function isSigned(point: Uint8Array, hash: Uint8Array, signature: Uint8Array): boolean {
  const key = decoded(point);
  const rLength = signature[3] ?? 0;
  const r = numberOf(signature.subarray(4, 4 + rLength));
  const s = numberOf(signature.subarray(6 + rLength));
  const body = [...derInteger(r), ...derInteger(s)];
  const form = [0x30, body.length, ...body];
  if (form.length !== signature.length || form.some((byte, i) => byte !== signature[i])) return false;
  if (key === undefined || r === 0n || s === 0n || r >= ORDER || s >= ORDER) return false;
  const inverse = power(s, ORDER - 2n, ORDER);
  const left = times(generator(), (numberOf(hash) * inverse) % ORDER);
  const sum = plus(left, times(key, (r * inverse) % ORDER));
  return sum[2] !== 0n && numberOf(encoded(sum).subarray(1, 33)) % ORDER === r;
}

export function numberOf(bytes: Uint8Array): bigint {
  let text = "0x0";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return BigInt(text);
}

export function bytesOf(value: bigint): Uint8Array {
  const text = value.toString(16).padStart(64, "0");
  const bytes = new Uint8Array(32);
  for (let i = 0; i < 32; i += 1) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

function derInteger(value: bigint): number[] {
  let bytes = [...bytesOf(value)];
  while (bytes.length > 1 && bytes[0] === 0) bytes = bytes.slice(1);
  if ((bytes[0] as number) >= 0x80) bytes = [0, ...bytes];
  return [0x02, bytes.length, ...bytes];
}

function encoded([x, y, z]: Point): Uint8Array {
  const inverse = power(z, P - 2n, P);
  const square = (inverse * inverse) % P;
  const affine = [...bytesOf((x * square) % P), ...bytesOf((((y * square) % P) * inverse) % P)];
  return Uint8Array.of(4, ...affine);
}

function decoded(bytes: Uint8Array): Point | undefined {
  const x = numberOf(bytes.subarray(1, 33));
  const y = numberOf(bytes.subarray(33));
  const isOnCurve = x < P && y < P && (y * y - (x * x - 3n) * x - B) % P === 0n;
  return bytes.length === 65 && bytes[0] === 4 && isOnCurve ? [x, y, 1n] : undefined;
}

function times(point: Point, scalar: bigint): Point {
  let result: Point = [1n, 1n, 0n];
  for (const bit of scalar.toString(2)) {
    result = twice(result);
    if (bit === "1") result = plus(result, point);
  }
  return result;
}

function twice([x, y, z]: Point): Point {
  if (z === 0n) return [x, y, z];
  const zz = (z * z) % P;
  const m = (3n * (x - zz) * (x + zz)) % P;
  const yy = (y * y) % P;
  const s = (4n * x * yy) % P;
  const newX = mod(m * m - 2n * s);
  return [newX, mod(m * (s - newX) - 8n * yy * yy), (2n * y * z) % P];
}

function plus(one: Point, other: Point): Point {
  const [x1, y1, z1] = one;
  const [x2, y2, z2] = other;
  if (z1 === 0n) return other;
  if (z2 === 0n) return one;
  const [zz1, zz2] = [(z1 * z1) % P, (z2 * z2) % P];
  const [u1, u2] = [(x1 * zz2) % P, (x2 * zz1) % P];
  const [s1, s2] = [(y1 * z2 * zz2) % P, (y2 * z1 * zz1) % P];
  if (u1 === u2) return s1 === s2 ? twice(one) : [1n, 1n, 0n];
  const [h, r] = [mod(u2 - u1), mod(s2 - s1)];
  const hh = (h * h) % P;
  const hhh = (hh * h) % P;
  const v = (u1 * hh) % P;
  const x = mod(r * r - hhh - 2n * v);
  return [x, mod(r * (v - x) - s1 * hhh), (((z1 * z2) % P) * h) % P];
}

function mod(value: bigint): bigint {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}
