/**
 * A stand-in for the crypt library of the Moddable SDK, over OpenSSL: as demanding as that is about whole buffers, and
 * about GHASH's, which must start where their words are aligned.
 */

import type { Hash as NodeHash } from "node:crypto";
import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import type { SdkBlockCipher, SdkMode } from "../../../firmware/platform/moddable-ciphers.js";
import type { CryptModule } from "../../../firmware/platform/moddable-crypto.js";
import type { SdkDigest } from "../../../firmware/platform/moddable-hash.js";
import type { HashName } from "../../../src/transport/crypto/crypto.js";

function whole(value: unknown): Uint8Array {
  if (!(value instanceof ArrayBuffer)) throw new TypeError("no ArrayBuffer instance");
  return new Uint8Array(value);
}

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

class Digest implements SdkDigest {
  readonly blockSize: number;
  readonly #name: HashName;
  #hash: NodeHash;

  constructor(name: HashName) {
    this.#name = name;
    this.blockSize = name === "SHA384" || name === "SHA512" ? 128 : 64;
    this.#hash = createHash(name);
  }

  write(data: Uint8Array): void {
    this.#hash.update(data);
  }

  close(more = false): ArrayBuffer {
    return bufferOf((more ? this.#hash.copy() : this.#hash).digest());
  }

  reset(): void {
    this.#hash = createHash(this.#name);
  }
}

class BlockCipher implements SdkBlockCipher {
  readonly key: Uint8Array;

  constructor(_name: "AES", key: ArrayBuffer) {
    this.key = whole(key).slice();
  }

  encrypt(block: ArrayBuffer): ArrayBuffer {
    const cipher = createCipheriv("aes-128-ecb", this.key, null).setAutoPadding(false);
    return bufferOf(cipher.update(whole(block)));
  }
}

class Mode implements SdkMode {
  readonly #name: string;
  readonly #key: Uint8Array;
  readonly #iv: Uint8Array;

  constructor(name: "CTR" | "CBC", cipher: SdkBlockCipher, iv: ArrayBuffer) {
    this.#name = `aes-128-${name.toLowerCase()}`;
    this.#key = (cipher as BlockCipher).key;
    this.#iv = whole(iv).slice();
  }

  encrypt(data: Uint8Array, result: ArrayBuffer): ArrayBuffer {
    return this.#run(createCipheriv(this.#name, this.#key, this.#iv), data, result);
  }

  decrypt(data: Uint8Array, result: ArrayBuffer): ArrayBuffer {
    return this.#run(createDecipheriv(this.#name, this.#key, this.#iv), data, result);
  }

  #run(cipher: ReturnType<typeof createDecipheriv>, data: Uint8Array, result: ArrayBuffer): ArrayBuffer {
    if (whole(result).length < data.length) throw new Error("output too small");
    whole(result).set(cipher.setAutoPadding(false).update(data));
    return result;
  }
}

/** GHASH (NIST SP 800-38D section 6.4) of the additional data and the data, each padded, and their lengths. */
class GHASH {
  readonly #h: bigint;
  readonly #additionalLength: number;
  #length = 0;
  #y = 0n;

  constructor(h: ArrayBuffer, additionalData: ArrayBuffer) {
    this.#h = numberOf(whole(h));
    this.#additionalLength = whole(additionalData).length;
    this.#absorb(whole(additionalData));
  }

  write(data: Uint8Array): void {
    if (data.byteOffset % 8 !== 0) throw new Error("not aligned");
    this.#length += data.length;
    this.#absorb(data);
  }

  close(): ArrayBuffer {
    this.#multiply(BigInt(8 * this.#additionalLength) * 2n ** 64n + BigInt(8 * this.#length));
    const bytes = Buffer.from(this.#y.toString(16).padStart(32, "0"), "hex");
    return bufferOf(bytes);
  }

  #absorb(data: Uint8Array): void {
    for (let start = 0; start < data.length; start += 16) {
      const block = new Uint8Array(16);
      block.set(data.subarray(start, start + 16));
      this.#multiply(numberOf(block));
    }
  }

  #multiply(block: bigint): void {
    const x = this.#y ^ block;
    let v = this.#h;
    let z = 0n;
    for (let bit = 127n; bit >= 0n; bit -= 1n) {
      if ((x >> bit) & 1n) z ^= v;
      v = v & 1n ? (v >> 1n) ^ (0xe1n << 120n) : v >> 1n;
    }
    this.#y = z;
  }
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

export const FAKE_CRYPT: CryptModule = Object.freeze({ BlockCipher, Digest, GHASH, Mode });
