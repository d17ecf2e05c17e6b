/** The host's end of the device's cryptography. */

import type { Crypto, Hash, KeyAgreement, PrivateKey, PublicKey } from "../../src/transport/crypto/crypto.js";
import type { CryptoCall, KeyKind } from "./crypto-call.js";
import { split } from "./crypto-call.js";
import type { Reply } from "./message.js";
import { bytesOrNone } from "./message.js";
import { RecentlyUsed } from "./recently-used.js";

/** A handshake needs a hash or two and one key agreement at a time. */
const HASH_LIMIT = 64;
const AGREEMENT_LIMIT = 16;

type Bytes = Uint8Array;

export class HostCrypto {
  readonly #crypto: Crypto;
  readonly #hashes = new RecentlyUsed<Hash>("hash", HASH_LIMIT);
  readonly #agreements = new RecentlyUsed<KeyAgreement>("key agreement", AGREEMENT_LIMIT);

  constructor(crypto: Crypto) {
    this.#crypto = crypto;
  }

  /** @param bytes the byte strings of the call */
  answer(call: CryptoCall, bytes: Bytes): Reply {
    const crypto = this.#crypto;
    switch (call.type) {
      case "random-bytes":
        return { bytes: crypto.random(call.byteLength) };
      case "hash":
        return { value: this.#hashes.add(crypto.hash(call.name)) };
      case "hash-update":
        this.#hashes.get(call.hash).update(bytes);
        return {};
      case "hash-digest":
        return { bytes: this.#hashes.get(call.hash).digest() };
      case "key-agreement": {
        const agreement = crypto.keyAgreement();
        return { value: this.#agreements.add(agreement), bytes: agreement.publicKey };
      }
      case "agree":
        return bytesOrNone(this.#agreements.get(call.agreement).agree(bytes));
      default:
        return this.#answerAtOnce(call, split({ bytes, lengths: call.lengths }));
    }
  }

  /** Everything that needs nothing from before. */
  #answerAtOnce(call: Extract<CryptoCall, { lengths: unknown }>, parts: readonly Bytes[]): Reply {
    const crypto = this.#crypto;
    switch (call.type) {
      case "hmac": {
        const [key, ...rest] = parts as [Bytes, ...Bytes[]];
        return { bytes: crypto.hmac(call.name, key, ...rest) };
      }
      case "gcm-seal": {
        const [key, nonce, additionalData, plaintext] = parts as [Bytes, Bytes, Bytes, Bytes];
        return { bytes: crypto.aesGcm(key).seal(nonce, additionalData, plaintext) };
      }
      case "gcm-open": {
        const [key, nonce, additionalData, sealed] = parts as [Bytes, Bytes, Bytes, Bytes];
        return bytesOrNone(crypto.aesGcm(key).open(nonce, additionalData, sealed));
      }
      case "cbc-encrypt": {
        const [key, iv, plaintext] = parts as [Bytes, Bytes, Bytes];
        return { bytes: crypto.aesCbc(key).encrypt(iv, plaintext) };
      }
      case "cbc-decrypt": {
        const [key, iv, ciphertext] = parts as [Bytes, Bytes, Bytes];
        return { bytes: crypto.aesCbc(key).decrypt(iv, ciphertext) };
      }
      case "verify": {
        const [data, signature] = parts.slice(-2) as [Bytes, Bytes];
        return { value: crypto.verify(publicKey(call.key, parts), call.hash, data, signature) };
      }
      case "sign":
        return { bytes: crypto.sign(privateKey(call.key, parts), call.hash, parts.at(-1) as Bytes) };
    }
  }
}

function publicKey(kind: KeyKind, parts: readonly Bytes[]): PublicKey {
  if (kind.type === "ec") return { ...kind, point: parts[0] as Bytes };
  const [modulus, exponent] = parts as [Bytes, Bytes];
  return { type: "rsa", modulus, exponent };
}

function privateKey(kind: KeyKind, parts: readonly Bytes[]): PrivateKey {
  if (kind.type === "ec") return { ...kind, scalar: parts[0] as Bytes };
  const [modulus, exponent, privateExponent, prime1, prime2] = parts as [Bytes, Bytes, Bytes, Bytes, Bytes];
  return { type: "rsa", modulus, exponent, privateExponent, prime1, prime2 };
}
