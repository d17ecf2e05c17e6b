/** The port to cryptography over `node:crypto`. */

import type { JsonWebKey, KeyObject } from "node:crypto";
import * as node from "node:crypto";
import type {
  AesCbc,
  AesGcm,
  Crypto,
  CurveName,
  Hash,
  HashName,
  KeyAgreement,
  PrivateKey,
  PublicKey,
} from "../../src/transport/crypto/crypto.js";

const TAG_LENGTH = 16;
/** An uncompressed point on P-256. */
const P256_POINT_LENGTH = 65;

interface Curve {
  readonly nodeName: string;
  /** Of a coordinate or a scalar, in bytes. */
  readonly length: number;
}

const CURVES: Readonly<Record<CurveName, Curve>> = Object.freeze({
  "P-256": Object.freeze({ nodeName: "prime256v1", length: 32 }),
  "P-384": Object.freeze({ nodeName: "secp384r1", length: 48 }),
});

export class NodeCrypto implements Crypto {
  random(byteLength: number): Uint8Array {
    return plain(node.randomBytes(byteLength));
  }

  hash(name: HashName): Hash {
    return new NodeHash(name);
  }

  hmac(hash: HashName, key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
    const hmac = node.createHmac(hash, key);
    for (const part of parts) hmac.update(part);
    return plain(hmac.digest());
  }

  aesGcm(key: Uint8Array): AesGcm {
    return new NodeAesGcm(key);
  }

  aesCbc(key: Uint8Array): AesCbc {
    return new NodeAesCbc(key);
  }

  keyAgreement(): KeyAgreement {
    return new NodeKeyAgreement();
  }

  verify(key: PublicKey, hash: HashName, data: Uint8Array, signature: Uint8Array): boolean {
    try {
      return node.verify(hash, data, publicKeyObject(key), signature);
    } catch {
      return false;
    }
  }

  sign(key: PrivateKey, hash: HashName, data: Uint8Array): Uint8Array {
    return plain(node.sign(hash, data, privateKeyObject(key)));
  }
}

class NodeHash implements Hash {
  readonly #hash: node.Hash;

  constructor(name: HashName) {
    this.#hash = node.createHash(name);
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  digest(): Uint8Array {
    // Node's digest ends the hash; the port's does not.
    return plain(this.#hash.copy().digest());
  }
}

class NodeAesGcm implements AesGcm {
  readonly #key: KeyObject;

  constructor(key: Uint8Array) {
    // A copy, so that the caller may wipe its own.
    this.#key = node.createSecretKey(key);
  }

  seal(nonce: Uint8Array, additionalData: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const cipher = node.createCipheriv("aes-128-gcm", this.#key, nonce);
    cipher.setAAD(additionalData);
    return plain(Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]));
  }

  open(nonce: Uint8Array, additionalData: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    const end = sealed.length - TAG_LENGTH;
    if (end < 0) return undefined;
    const decipher = node.createDecipheriv("aes-128-gcm", this.#key, nonce, { authTagLength: TAG_LENGTH });
    decipher.setAAD(additionalData);
    decipher.setAuthTag(sealed.subarray(end));
    const plaintext = decipher.update(sealed.subarray(0, end));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return plain(plaintext);
  }
}

class NodeAesCbc implements AesCbc {
  readonly #key: KeyObject;

  constructor(key: Uint8Array) {
    this.#key = node.createSecretKey(key);
  }

  encrypt(iv: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const cipher = node.createCipheriv("aes-128-cbc", this.#key, iv).setAutoPadding(false);
    return plain(Buffer.concat([cipher.update(plaintext), cipher.final()]));
  }

  decrypt(iv: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    const decipher = node.createDecipheriv("aes-128-cbc", this.#key, iv).setAutoPadding(false);
    return plain(Buffer.concat([decipher.update(ciphertext), decipher.final()]));
  }
}

class NodeKeyAgreement implements KeyAgreement {
  readonly publicKey: Uint8Array;
  readonly #ecdh = node.createECDH(CURVES["P-256"].nodeName);

  constructor() {
    this.publicKey = plain(this.#ecdh.generateKeys());
  }

  agree(peerPublicKey: Uint8Array): Uint8Array | undefined {
    // OpenSSL would also take compressed and hybrid forms.
    if (peerPublicKey.length !== P256_POINT_LENGTH || peerPublicKey[0] !== 0x04) return undefined;
    try {
      return plain(this.#ecdh.computeSecret(peerPublicKey));
    } catch {
      return undefined;
    }
  }
}

function publicKeyObject(key: PublicKey): KeyObject {
  if (key.type === "rsa") return publicJwk({ kty: "RSA", n: base64(key.modulus), e: base64(key.exponent) });
  return publicJwk(pointJwk(key.curve, key.point));
}

function privateKeyObject(key: PrivateKey): KeyObject {
  if (key.type === "rsa") return rsaPrivateKeyObject(key);
  const { length, nodeName } = CURVES[key.curve];
  const ecdh = node.createECDH(nodeName);
  ecdh.setPrivateKey(key.scalar);
  const scalar = bytesOf(numberOf(key.scalar), length);
  return privateJwk({ ...pointJwk(key.curve, ecdh.getPublicKey()), d: base64(scalar) });
}

function rsaPrivateKeyObject(key: PrivateKey & { readonly type: "rsa" }): KeyObject {
  const d = numberOf(key.privateExponent);
  const p = numberOf(key.prime1);
  const q = numberOf(key.prime2);
  return privateJwk({
    kty: "RSA",
    n: base64(key.modulus),
    e: base64(key.exponent),
    d: base64(key.privateExponent),
    p: base64(key.prime1),
    q: base64(key.prime2),
    // The values of the Chinese remainder theorem, which node:crypto wants to be given (RFC 8017 section 3.2).
    dp: base64(bytesOf(d % (p - 1n))),
    dq: base64(bytesOf(d % (q - 1n))),
    qi: base64(bytesOf(inverse(q, p))),
  });
}

function pointJwk(curve: CurveName, point: Uint8Array): JsonWebKey {
  const { length } = CURVES[curve];
  if (point.length !== 1 + 2 * length || point[0] !== 0x04) throw new TypeError("no uncompressed point");
  const x = base64(point.subarray(1, 1 + length));
  return { kty: "EC", crv: curve, x, y: base64(point.subarray(1 + length)) };
}

function publicJwk(key: JsonWebKey): KeyObject {
  return node.createPublicKey({ key, format: "jwk" });
}

function privateJwk(key: JsonWebKey): KeyObject {
  return node.createPrivateKey({ key, format: "jwk" });
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x00${Buffer.from(bytes).toString("hex")}`);
}

/** Big-endian; without `length` as short as can be. */
function bytesOf(value: bigint, length = 0): Uint8Array {
  const digits = value.toString(16);
  return Buffer.from(digits.padStart(Math.max(2 * length, digits.length + (digits.length % 2)), "0"), "hex");
}

/** Of `value` modulo the prime `modulus`, by the extended Euclidean algorithm. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b] = [value % modulus, modulus];
  let [x, y] = [1n, 0n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b] = [b, a - quotient * b];
    [x, y] = [y, x - quotient * y];
  }
  return ((x % modulus) + modulus) % modulus;
}

/** A plain view, as the rest of Reed expects: a Buffer differs in `slice`, `toString` and equality. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
