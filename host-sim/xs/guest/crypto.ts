/** The port to cryptographic primitives in the worker: the host computes. */

import type {
  AesCbc,
  AesGcm,
  Crypto,
  Hash,
  HashName,
  KeyAgreement,
  PrivateKey,
  PublicKey,
} from "../../../src/transport/crypto/crypto.js";
import type { CryptoCall, KeyKind } from "../crypto-call.js";
import { join } from "../crypto-call.js";
import { ask, askForBytes, askForBytesOrNone, askInFull } from "./ask.js";

/** The host keeps the hashes and key agreements that were used last; one that it has not any more throws. */
export class GuestCrypto implements Crypto {
  random(byteLength: number): Uint8Array {
    return bytesOf({ type: "random-bytes", byteLength });
  }

  hash(name: HashName): Hash {
    return new GuestHash(name);
  }

  hmac(name: HashName, ...keyAndParts: readonly Uint8Array[]): Uint8Array {
    const { bytes, lengths } = join(keyAndParts);
    return bytesOf({ type: "hmac", name, lengths }, bytes);
  }

  aesGcm(key: Uint8Array): AesGcm {
    return new GuestGcm(key);
  }

  aesCbc(key: Uint8Array): AesCbc {
    return new GuestCbc(key);
  }

  keyAgreement(): KeyAgreement {
    return new GuestKeyAgreement();
  }

  verify(key: PublicKey, hash: HashName, data: Uint8Array, signature: Uint8Array): boolean {
    const numbers = key.type === "ec" ? [key.point] : [key.modulus, key.exponent];
    const { bytes, lengths } = join([...numbers, data, signature]);
    return answerOf({ type: "verify", key: kindOf(key), hash, lengths }, bytes) as boolean;
  }

  sign(key: PrivateKey, hash: HashName, data: Uint8Array): Uint8Array {
    const { bytes, lengths } = join([...privateNumbers(key), data]);
    return bytesOf({ type: "sign", key: kindOf(key), hash, lengths }, bytes);
  }
}

function kindOf(key: PublicKey | PrivateKey): KeyKind {
  return key.type === "ec" ? { type: "ec", curve: key.curve } : { type: "rsa" };
}

function privateNumbers(key: PrivateKey): readonly Uint8Array[] {
  if (key.type === "ec") return [key.scalar];
  return [key.modulus, key.exponent, key.privateExponent, key.prime1, key.prime2];
}

class GuestHash implements Hash {
  readonly #hash: number;

  constructor(name: HashName) {
    this.#hash = answerOf({ type: "hash", name }) as number;
  }

  update(bytes: Uint8Array): void {
    answerOf({ type: "hash-update", hash: this.#hash }, bytes);
  }

  digest(): Uint8Array {
    return bytesOf({ type: "hash-digest", hash: this.#hash });
  }
}

/** The key is copied, since its owner may wipe it. */
class GuestGcm implements AesGcm {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key.slice();
  }

  seal(...parts: readonly Uint8Array[]): Uint8Array {
    const { bytes, lengths } = join([this.#key, ...parts]);
    return bytesOf({ type: "gcm-seal", lengths }, bytes);
  }

  open(...parts: readonly Uint8Array[]): Uint8Array | undefined {
    const { bytes, lengths } = join([this.#key, ...parts]);
    return bytesOrNone({ type: "gcm-open", lengths }, bytes);
  }
}

class GuestCbc implements AesCbc {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key.slice();
  }

  encrypt(iv: Uint8Array, plaintext: Uint8Array): Uint8Array {
    return this.#crypt("cbc-encrypt", iv, plaintext);
  }

  decrypt(iv: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    return this.#crypt("cbc-decrypt", iv, ciphertext);
  }

  #crypt(type: CryptoCall["type"] & `cbc-${string}`, iv: Uint8Array, text: Uint8Array): Uint8Array {
    const { bytes, lengths } = join([this.#key, iv, text]);
    return bytesOf({ type, lengths }, bytes);
  }
}

class GuestKeyAgreement implements KeyAgreement {
  readonly publicKey: Uint8Array;
  readonly #agreement: number;

  constructor() {
    const { bytes, message } = askInFull({ type: "crypto", call: { type: "key-agreement" } });
    this.#agreement = message.value as number;
    this.publicKey = bytes.slice();
  }

  agree(peerPublicKey: Uint8Array): Uint8Array | undefined {
    return bytesOrNone({ type: "agree", agreement: this.#agreement }, peerPublicKey);
  }
}

function answerOf(call: CryptoCall, bytes?: Uint8Array): unknown {
  return ask({ type: "crypto", call }, bytes);
}

function bytesOf(call: CryptoCall, bytes?: Uint8Array): Uint8Array {
  return askForBytes({ type: "crypto", call }, bytes);
}

function bytesOrNone(call: CryptoCall, bytes?: Uint8Array): Uint8Array | undefined {
  return askForBytesOrNone({ type: "crypto", call }, bytes);
}
