/** The public-key half of the crypto port on a platform's arithmetic, with all the checks that the platform lacks. */

import type { Arithmetic } from "./arithmetic.js";
import type { Crypto, HashName, KeyAgreement, PrivateKey, PublicKey } from "./crypto.js";
import { StrictKeyAgreement } from "./key-agreement.js";
import { signEcdsa, verifyEcdsa } from "./strict-ecdsa.js";
import { signRsa, verifyRsa } from "./strict-rsa.js";

/** What it takes of the other half. */
export type SymmetricCrypto = Pick<Crypto, "random" | "hash" | "hmac">;

export class StrictPublicKey implements Pick<Crypto, "keyAgreement" | "verify" | "sign"> {
  readonly #arithmetic: Arithmetic;
  readonly #crypto: SymmetricCrypto;

  constructor(arithmetic: Arithmetic, crypto: SymmetricCrypto) {
    this.#arithmetic = arithmetic;
    this.#crypto = crypto;
  }

  keyAgreement(): KeyAgreement {
    return new StrictKeyAgreement(this.#arithmetic, (byteLength) => this.#crypto.random(byteLength));
  }

  /** SHA-1 is never accepted. */
  verify(key: PublicKey, hash: HashName, data: Uint8Array, signature: Uint8Array): boolean {
    if (hash === "SHA1") return false;
    const digest = this.#digest(hash, data);
    return key.type === "rsa"
      ? verifyRsa(this.#arithmetic, key, hash, digest, signature)
      : verifyEcdsa(this.#arithmetic, key, digest, signature);
  }

  /** @throws Error when the key contradicts itself, or for SHA-1 */
  sign(key: PrivateKey, hash: HashName, data: Uint8Array): Uint8Array {
    if (hash === "SHA1") throw new Error("SHA-1 is too weak to sign with");
    const digest = this.#digest(hash, data);
    const random = (byteLength: number): Uint8Array => this.#crypto.random(byteLength);
    if (key.type === "rsa") return signRsa(this.#arithmetic, key, hash, digest, random);
    const { hmac } = this.#crypto;
    return signEcdsa(this.#arithmetic, key, hash, digest, hmac.bind(this.#crypto), random);
  }

  #digest(hash: HashName, data: Uint8Array): Uint8Array {
    const running = this.#crypto.hash(hash);
    running.update(data);
    return running.digest();
  }
}
