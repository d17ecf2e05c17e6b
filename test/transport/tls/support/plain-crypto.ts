/**
 * The port to cryptography in plain ECMAScript, with reproducible random numbers: for tests on every engine, and as a
 * second opinion on the others. Without RSA, and without hashes other than SHA-256.
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
import { Aes128, cbcDecrypted, cbcEncrypted, gcmCrypted, gcmTag } from "./aes128.js";
import { isSigned, numberOf, ORDER, publicPoint, shared, signed } from "./p256.js";
import { hmacSha256, sha256 } from "./sha256.js";

export class PlainCrypto implements Crypto {
  readonly #random: RandomSource;

  constructor(seed = 1) {
    this.#random = new RandomSource(seed);
  }

  random(byteLength: number): Uint8Array {
    return this.#random.bytes(byteLength);
  }

  hash(name: HashName): Hash {
    requireSha256(name);
    const parts: Uint8Array[] = [];
    return {
      update: (bytes) => {
        parts.push(bytes.slice());
      },
      digest: () => sha256(...parts),
    };
  }

  hmac(hash: HashName, key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
    requireSha256(hash);
    return hmacSha256(key, ...parts);
  }

  aesGcm(key: Uint8Array): AesGcm {
    const aes = new Aes128(key);
    return {
      seal: (nonce, additionalData, plaintext) => {
        const ciphertext = gcmCrypted(aes, nonce, plaintext);
        return joined([ciphertext, gcmTag(aes, nonce, additionalData, ciphertext)]);
      },
      open: (nonce, additionalData, sealed) => {
        const ciphertext = sealed.subarray(0, -16);
        const tag = gcmTag(aes, nonce, additionalData, ciphertext);
        const isGenuine = sealed.length >= 16 && tag.every((byte, i) => byte === sealed.at(i - 16));
        return isGenuine ? gcmCrypted(aes, nonce, ciphertext) : undefined;
      },
    };
  }

  aesCbc(key: Uint8Array): AesCbc {
    const aes = new Aes128(key);
    return {
      encrypt: (iv, plaintext) => cbcEncrypted(aes, iv, plaintext),
      decrypt: (iv, ciphertext) => cbcDecrypted(aes, iv, ciphertext),
    };
  }

  keyAgreement(): KeyAgreement {
    const scalar = this.#scalar();
    return { publicKey: publicPoint(scalar), agree: (point) => shared(scalar, point) };
  }

  verify(key: PublicKey, hash: HashName, data: Uint8Array, signature: Uint8Array): boolean {
    requireSha256(hash);
    return key.type === "ec" && isSigned(key.point, sha256(data), signature);
  }

  sign(key: PrivateKey, hash: HashName, data: Uint8Array): Uint8Array {
    requireSha256(hash);
    if (key.type !== "ec") throw new Error("no RSA here");
    return signed(numberOf(key.scalar), sha256(data), this.#scalar());
  }

  #scalar(): bigint {
    return (numberOf(this.random(32)) % (ORDER - 1n)) + 1n;
  }
}

function requireSha256(name: HashName): void {
  if (name !== "SHA256") throw new Error(`no ${name} here`);
}
