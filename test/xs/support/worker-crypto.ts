/** Cryptography in the worker as on a device: signatures and key agreement in src/transport/crypto, hashes the platform's. */

import { GuestCrypto } from "../../../host-sim/xs/guest/crypto.js";
import type { HashName, KeyAgreement, PrivateKey, PublicKey } from "../../../src/transport/crypto/crypto.js";
import { StrictPublicKey } from "../../../src/transport/crypto/strict-public-key.js";
import { BigArithmetic } from "../../support/big-arithmetic.js";

export class WorkerCrypto extends GuestCrypto {
  readonly #publicKey = new StrictPublicKey(new BigArithmetic(), this);

  override keyAgreement(): KeyAgreement {
    return this.#publicKey.keyAgreement();
  }

  override verify(key: PublicKey, hash: HashName, data: Uint8Array, signature: Uint8Array): boolean {
    return this.#publicKey.verify(key, hash, data, signature);
  }

  override sign(key: PrivateKey, hash: HashName, data: Uint8Array): Uint8Array {
    return this.#publicKey.sign(key, hash, data);
  }
}
