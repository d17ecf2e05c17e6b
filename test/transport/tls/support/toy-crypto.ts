/**
 * The port to cryptography without any cryptography in it: everything fits together, any change is noticed, and it costs
 * nothing, so that hundreds of handshakes can be tested on every engine. It protects nothing from anybody.
 */

import type {
  AesCbc,
  AesGcm,
  Crypto,
  Hash,
  HashName,
  KeyAgreement,
  PrivateKey,
  PublicKey,
} from "../../../../src/transport/crypto/crypto.js";
import { joined } from "../../../mqtt/support/hex.js";
import { RandomSource } from "../../../mqtt/support/random.js";

/** Small enough for products that fit into 32 bits. */
const PRIME = 65_521;
const GENERATOR = 17;

export class ToyCrypto implements Crypto {
  readonly #random: RandomSource;

  constructor(seed = 1) {
    this.#random = new RandomSource(seed);
  }

  random(byteLength: number): Uint8Array {
    return this.#random.bytes(byteLength);
  }

  hash(_name: HashName): Hash {
    const parts: Uint8Array[] = [];
    return {
      update: (bytes) => {
        parts.push(bytes.slice());
      },
      digest: () => toyHash(...parts),
    };
  }

  hmac(_hash: HashName, key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
    return toyHash(Uint8Array.of(key.length), key, ...parts);
  }

  aesGcm(key: Uint8Array): AesGcm {
    const tag = (nonce: Uint8Array, additionalData: Uint8Array, ciphertext: Uint8Array) =>
      toyHash(key, nonce, Uint8Array.of(additionalData.length), additionalData, ciphertext).slice(0, 16);
    return {
      seal: (nonce, additionalData, plaintext) => {
        const ciphertext = masked(plaintext, toyHash(key, nonce));
        return joined([ciphertext, tag(nonce, additionalData, ciphertext)]);
      },
      open: (nonce, additionalData, sealed) => {
        const ciphertext = sealed.subarray(0, -16);
        const isGenuine = tag(nonce, additionalData, ciphertext).every(
          (byte, i) => byte === sealed.at(i - 16),
        );
        return isGenuine ? masked(ciphertext, toyHash(key, nonce)) : undefined;
      },
    };
  }

  aesCbc(key: Uint8Array): AesCbc {
    const mask = toyHash(key);
    return {
      encrypt: (iv, plaintext) => {
        requireBlocks(plaintext);
        const output = plaintext.slice();
        for (let i = 0; i < output.length; i += 1) {
          const before = (i < 16 ? iv[i] : output[i - 16]) as number;
          output[i] = ((output[i] as number) ^ before ^ (mask[i % 16] as number)) * 3;
        }
        return output;
      },
      decrypt: (iv, ciphertext) => {
        requireBlocks(ciphertext);
        const output = ciphertext.slice();
        for (let i = 0; i < output.length; i += 1) {
          const before = (i < 16 ? iv[i] : ciphertext[i - 16]) as number;
          // 171 times 3 is 1 modulo 256.
          output[i] = (((ciphertext[i] as number) * 171) & 0xff) ^ before ^ (mask[i % 16] as number);
        }
        return output;
      },
    };
  }

  keyAgreement(): KeyAgreement {
    const scalar = this.random(2);
    return {
      publicKey: toyPoint(scalar),
      agree: (point) => (isToyPoint(point) ? power(scalar, numberOf(point.subarray(31, 33))) : undefined),
    };
  }

  verify(key: PublicKey, _hash: HashName, data: Uint8Array, signature: Uint8Array): boolean {
    const expected = key.type === "ec" ? toyHash(key.point, data) : new Uint8Array(0);
    return signature.length === 32 && expected.every((byte, i) => byte === signature[i]);
  }

  sign(key: PrivateKey, _hash: HashName, data: Uint8Array): Uint8Array {
    if (key.type !== "ec") throw new Error("no RSA here");
    return toyHash(toyPoint(key.scalar), data);
  }
}

/** What stands for the public key of a private one. */
export function toyPoint(scalar: Uint8Array): Uint8Array {
  const x = power(scalar, GENERATOR);
  return joined([Uint8Array.of(4), x, toyHash(x)]);
}

function isToyPoint(point: Uint8Array): boolean {
  const y = toyHash(point.subarray(1, 33));
  return point.length === 65 && point[0] === 4 && y.every((byte, i) => byte === point[33 + i]);
}

function power(scalar: Uint8Array, base: number): Uint8Array {
  let result = 1;
  for (let rest = numberOf(scalar.subarray(-2)), square = base; rest > 0; rest >>= 1) {
    if (rest & 1) result = (result * square) % PRIME;
    square = (square * square) % PRIME;
  }
  const bytes = new Uint8Array(32);
  bytes.set([result >> 8, result & 0xff], 30);
  return bytes;
}

function numberOf(bytes: Uint8Array): number {
  return ((bytes[0] as number) << 8) | (bytes[1] as number);
}

/** 32 bytes that differ when anything differs, or nearly so (FNV-1a, twice). */
function toyHash(...parts: readonly Uint8Array[]): Uint8Array {
  let one = 0x811c9dc5;
  let other = 0x1b873593;
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 1) {
      const byte = part[i] as number;
      one = Math.imul(one ^ byte, 0x01000193);
      other = Math.imul(other ^ byte, 0x85ebca6b);
    }
  }
  const digest = new Uint8Array(32);
  for (let i = 0; i < 32; i += 4) {
    one = Math.imul(one ^ (one >>> 15), 0x2c1b3c6d) ^ other;
    other = Math.imul(other ^ (other >>> 13), 0x297a2d39) ^ i;
    digest.set([one >>> 24, (one >>> 16) & 0xff, (one >>> 8) & 0xff, one & 0xff], i);
  }
  return digest;
}

function requireBlocks(bytes: Uint8Array): void {
  if (bytes.length % 16 !== 0) throw new Error(`${bytes.length} bytes are no whole blocks`);
}

function masked(bytes: Uint8Array, mask: Uint8Array): Uint8Array {
  const result = bytes.slice();
  for (let i = 0; i < bytes.length; i += 1) result[i] = (bytes[i] as number) ^ (mask[i & 31] as number);
  return result;
}
