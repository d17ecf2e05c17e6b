/** The port to cryptography over the SDK's crypt library, of which only primitives are used, and its arithmetic. */

import type { Arithmetic } from "../../src/transport/crypto/arithmetic.js";
import type {
  AesCbc,
  AesGcm,
  Crypto,
  Hash,
  HashName,
  KeyAgreement,
  PrivateKey,
  PublicKey,
} from "../../src/transport/crypto/crypto.js";
import { StrictPublicKey } from "../../src/transport/crypto/strict-public-key.js";
import type { CipherModules } from "./moddable-ciphers.js";
import { ModdableCbc, ModdableGcm } from "./moddable-ciphers.js";
import type { DigestConstructor } from "./moddable-hash.js";
import { hmacOf, ModdableHash } from "./moddable-hash.js";

/** Module `crypt` of the SDK, as far as it is needed. */
export interface CryptModule extends CipherModules {
  readonly Digest: DigestConstructor;
}

export interface CryptoPorts {
  readonly crypt: CryptModule;
  readonly arithmetic: Arithmetic;
  /** Unpredictable bytes. */
  random(byteLength: number): Uint8Array;
}

export class ModdableCrypto implements Crypto {
  readonly #ports: CryptoPorts;
  readonly #publicKey: StrictPublicKey;

  constructor(ports: CryptoPorts) {
    this.#ports = ports;
    this.#publicKey = new StrictPublicKey(ports.arithmetic, this);
  }

  random(byteLength: number): Uint8Array {
    return this.#ports.random(byteLength);
  }

  hash(name: HashName): Hash {
    return new ModdableHash(this.#ports.crypt.Digest, name);
  }

  hmac(hash: HashName, key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
    return hmacOf(this.#ports.crypt.Digest, hash, key, parts);
  }

  aesGcm(key: Uint8Array): AesGcm {
    return new ModdableGcm(this.#ports.crypt, key);
  }

  aesCbc(key: Uint8Array): AesCbc {
    return new ModdableCbc(this.#ports.crypt, key);
  }

  keyAgreement(): KeyAgreement {
    return this.#publicKey.keyAgreement();
  }

  verify(key: PublicKey, hash: HashName, data: Uint8Array, signature: Uint8Array): boolean {
    return this.#publicKey.verify(key, hash, data, signature);
  }

  sign(key: PrivateKey, hash: HashName, data: Uint8Array): Uint8Array {
    return this.#publicKey.sign(key, hash, data);
  }
}
