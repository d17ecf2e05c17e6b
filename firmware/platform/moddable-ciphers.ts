/**
 * AES in Galois/Counter Mode (NIST SP 800-38D) and in Cipher Block Chaining Mode, over the block cipher, the modes and
 * GHASH of the SDK's crypt library.
 *
 * Its own `GCM` is not used: it compares tags byte by byte until one differs, it drops the leading zeros of a nonce, and
 * it hands out what it decrypts before it knows the tag. Its natives want whole buffers in places, and GHASH words that
 * are aligned; so what goes there is copied.
 */

import type { AesCbc, AesGcm } from "../../src/transport/crypto/crypto.js";

export interface SdkBlockCipher {
  /** One whole block. */
  encrypt(block: ArrayBuffer): ArrayBuffer;
}

export interface SdkMode {
  /** Writes to `result`, which may be longer than the data and may be its buffer. */
  encrypt(data: Uint8Array, result: ArrayBuffer): ArrayBuffer;
  decrypt(data: Uint8Array, result: ArrayBuffer): ArrayBuffer;
}

/** Module `crypt` of the SDK, as far as it is needed for ciphers. */
export interface CipherModules {
  readonly BlockCipher: new (name: "AES", key: ArrayBuffer) => SdkBlockCipher;
  readonly Mode: new (name: "CTR" | "CBC", cipher: SdkBlockCipher, iv: ArrayBuffer) => SdkMode;
  readonly GHASH: new (
    h: ArrayBuffer,
    additionalData: ArrayBuffer,
  ) => {
    /** Once, unless the length is a multiple of 16. */
    write(data: Uint8Array): void;
    close(): ArrayBuffer;
  };
}

const BLOCK_LENGTH = 16;
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

export class ModdableGcm implements AesGcm {
  readonly #modules: CipherModules;
  readonly #cipher: SdkBlockCipher;
  /** The hash subkey H. */
  readonly #subkey: ArrayBuffer;

  constructor(modules: CipherModules, key: Uint8Array) {
    this.#modules = modules;
    this.#cipher = new modules.BlockCipher("AES", bufferOf(key));
    this.#subkey = this.#cipher.encrypt(new ArrayBuffer(BLOCK_LENGTH));
  }

  seal(nonce: Uint8Array, additionalData: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const sealed = new Uint8Array(plaintext.length + TAG_LENGTH);
    this.#crypt(nonce, plaintext, sealed);
    const ciphertext = sealed.subarray(0, plaintext.length);
    sealed.set(this.#tag(nonce, additionalData, ciphertext), plaintext.length);
    return sealed;
  }

  open(nonce: Uint8Array, additionalData: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    const length = sealed.length - TAG_LENGTH;
    if (length < 0) return undefined;
    const bytes = sealed.slice(0, length);
    const tag = this.#tag(nonce, additionalData, bytes);
    let difference = 0;
    for (let i = 0; i < TAG_LENGTH; i += 1) difference |= (tag[i] as number) ^ (sealed[length + i] as number);
    if (difference !== 0) return undefined;
    this.#crypt(nonce, bytes, bytes);
    return bytes;
  }

  /** @param target at least as long as `source`, starts its buffer, and may be `source` */
  #crypt(nonce: Uint8Array, source: Uint8Array, target: Uint8Array<ArrayBuffer>): void {
    if (source.length === 0) return;
    new this.#modules.Mode("CTR", this.#cipher, counterBlock(nonce, 2)).encrypt(source, target.buffer);
  }

  /** @param ciphertext starts its buffer */
  #tag(nonce: Uint8Array, additionalData: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    const ghash = new this.#modules.GHASH(this.#subkey, bufferOf(additionalData));
    if (ciphertext.length > 0) ghash.write(ciphertext);
    const tag = new Uint8Array(ghash.close());
    const mask = new Uint8Array(this.#cipher.encrypt(counterBlock(nonce, 1)));
    for (let i = 0; i < TAG_LENGTH; i += 1) tag[i] = (tag[i] as number) ^ (mask[i] as number);
    return tag;
  }
}

export class ModdableCbc implements AesCbc {
  readonly #modules: CipherModules;
  readonly #cipher: SdkBlockCipher;

  constructor(modules: CipherModules, key: Uint8Array) {
    this.#modules = modules;
    this.#cipher = new modules.BlockCipher("AES", bufferOf(key));
  }

  encrypt(iv: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const result = new Uint8Array(plaintext.length);
    if (plaintext.length > 0) this.#mode(iv).encrypt(plaintext, result.buffer);
    return result;
  }

  decrypt(iv: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    const result = new Uint8Array(ciphertext.length);
    if (ciphertext.length > 0) this.#mode(iv).decrypt(ciphertext, result.buffer);
    return result;
  }

  #mode(iv: Uint8Array): SdkMode {
    return new this.#modules.Mode("CBC", this.#cipher, bufferOf(iv));
  }
}

/** The nonce, and a counter of 32 bits after it. */
function counterBlock(nonce: Uint8Array, counter: number): ArrayBuffer {
  const block = new Uint8Array(BLOCK_LENGTH);
  block.set(nonce);
  new DataView(block.buffer).setUint32(NONCE_LENGTH, counter);
  return block.buffer;
}

/** A whole buffer with a copy of the bytes. */
function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
