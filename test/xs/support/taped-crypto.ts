/** Cryptography on tape: played back, it costs nothing, so that what is left is the cost of everything else. */

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

/** Answers in the order in which they were given. */
export class Tape {
  readonly #answers: unknown[] = [];
  #next = 0;

  record<T>(answer: T): T {
    // A copy of bytes: who got them may wipe them.
    this.#answers.push(answer instanceof Uint8Array ? answer.slice() : answer);
    return answer;
  }

  play<T>(): T {
    this.#next += 1;
    return this.#answers[this.#next - 1] as T;
  }

  rewind(): void {
    this.#next = 0;
  }
}

/** Passes everything on to another one, and writes the answers down. */
export class RecordingCrypto implements Crypto {
  readonly #crypto: Crypto;
  readonly #tape: Tape;
  /** How often each operation was called. */
  readonly calls: Record<string, number> = {};

  constructor(crypto: Crypto, tape: Tape) {
    this.#crypto = crypto;
    this.#tape = tape;
  }

  random(byteLength: number): Uint8Array {
    return this.#record("random", this.#crypto.random(byteLength));
  }

  hash(name: HashName): Hash {
    const hash = this.#crypto.hash(name);
    return {
      update: (bytes) => {
        this.#count("hash update");
        hash.update(bytes);
      },
      digest: () => this.#record("hash digest", hash.digest()),
    };
  }

  hmac(...parts: Parameters<Crypto["hmac"]>): Uint8Array {
    return this.#record("hmac", this.#crypto.hmac(...parts));
  }

  aesGcm(key: Uint8Array): AesGcm {
    const gcm = this.#crypto.aesGcm(key);
    return {
      seal: (...parts) => this.#record("gcm seal", gcm.seal(...parts)),
      open: (...parts) => this.#record("gcm open", gcm.open(...parts)),
    };
  }

  aesCbc(key: Uint8Array): AesCbc {
    const cbc = this.#crypto.aesCbc(key);
    return {
      encrypt: (...parts) => this.#record("cbc encrypt", cbc.encrypt(...parts)),
      decrypt: (...parts) => this.#record("cbc decrypt", cbc.decrypt(...parts)),
    };
  }

  keyAgreement(): KeyAgreement {
    const agreement = this.#crypto.keyAgreement();
    return {
      publicKey: this.#record("key pair", agreement.publicKey),
      agree: (peer) => this.#record("agree", agreement.agree(peer)),
    };
  }

  verify(key: PublicKey, hash: HashName, data: Uint8Array, signature: Uint8Array): boolean {
    return this.#record(`verify ${key.type}`, this.#crypto.verify(key, hash, data, signature));
  }

  sign(key: PrivateKey, hash: HashName, data: Uint8Array): Uint8Array {
    return this.#record(`sign ${key.type}`, this.#crypto.sign(key, hash, data));
  }

  #record<T>(operation: string, answer: T): T {
    this.#count(operation);
    return this.#tape.record(answer);
  }

  #count(operation: string): void {
    this.calls[operation] = (this.calls[operation] ?? 0) + 1;
  }
}

/** Answers what is on the tape; it must be asked the same as when that was recorded. */
export class PlayingCrypto implements Crypto, Hash, AesGcm, AesCbc {
  readonly #tape: Tape;

  constructor(tape: Tape) {
    this.#tape = tape;
  }

  random(): Uint8Array {
    return this.#tape.play();
  }

  hash(): Hash {
    return this;
  }

  update(): void {
    // Nothing is computed.
  }

  digest(): Uint8Array {
    return this.#tape.play();
  }

  hmac(): Uint8Array {
    return this.#tape.play();
  }

  aesGcm(): AesGcm {
    return this;
  }

  seal(): Uint8Array {
    return this.#tape.play();
  }

  open(): Uint8Array | undefined {
    return this.#tape.play();
  }

  aesCbc(): AesCbc {
    return this;
  }

  encrypt(): Uint8Array {
    return this.#tape.play();
  }

  decrypt(): Uint8Array {
    return this.#tape.play();
  }

  keyAgreement(): KeyAgreement {
    const publicKey: Uint8Array = this.#tape.play();
    return { publicKey, agree: () => this.#tape.play() };
  }

  verify(): boolean {
    return this.#tape.play();
  }

  sign(): Uint8Array {
    return this.#tape.play();
  }
}
