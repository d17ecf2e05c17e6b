/**
 * The port to cryptographic primitives, as types only: `node:crypto` on Node, Moddable's `crypt` on the device, and
 * Node's relayed into the XS worker. All numbers are big-endian bytes; nothing is asynchronous.
 */

export type HashName = "SHA1" | "SHA256" | "SHA384" | "SHA512";

/** A hash under way. */
export interface Hash {
  update(bytes: Uint8Array): void;
  /** The digest of all bytes so far; more may follow. */
  digest(): Uint8Array;
}

/** AES-128-GCM with a nonce of 12 bytes and a tag of 16 at the end of the sealed bytes (RFC 5116). */
export interface AesGcm {
  seal(nonce: Uint8Array, additionalData: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** Undefined when the tag is wrong; compared in constant time. */
  open(nonce: Uint8Array, additionalData: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
}

/** AES-128-CBC without padding: lengths are multiples of 16. */
export interface AesCbc {
  encrypt(iv: Uint8Array, plaintext: Uint8Array): Uint8Array;
  decrypt(iv: Uint8Array, ciphertext: Uint8Array): Uint8Array;
}

export type CurveName = "P-256" | "P-384";

/** A key pair for one key agreement. */
export interface KeyAgreement {
  /** An uncompressed point: 0x04, x, y. */
  readonly publicKey: Uint8Array;
  /** The x coordinate of the shared point, 32 bytes on P-256; undefined when the peer's point is not on the curve. */
  agree(peerPublicKey: Uint8Array): Uint8Array | undefined;
}

/** The key in a certificate. */
export type PublicKey =
  | { readonly type: "rsa"; readonly modulus: Uint8Array; readonly exponent: Uint8Array }
  /** `point` is uncompressed: 0x04, x, y. */
  | { readonly type: "ec"; readonly curve: CurveName; readonly point: Uint8Array };

/** The key of a client certificate. */
export type PrivateKey =
  | {
      readonly type: "rsa";
      readonly modulus: Uint8Array;
      readonly exponent: Uint8Array;
      readonly privateExponent: Uint8Array;
      readonly prime1: Uint8Array;
      readonly prime2: Uint8Array;
    }
  | { readonly type: "ec"; readonly curve: CurveName; readonly scalar: Uint8Array };

export interface Crypto {
  /** Unpredictable bytes. */
  random(byteLength: number): Uint8Array;
  hash(name: HashName): Hash;
  /** `parts` are taken one after the other. */
  hmac(hash: HashName, key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array;
  aesGcm(key: Uint8Array): AesGcm;
  aesCbc(key: Uint8Array): AesCbc;
  /** A fresh key pair on P-256. */
  keyAgreement(): KeyAgreement;
  /**
   * Whether `signature` is `key`'s of `data`: RSASSA-PKCS1-v1_5 for an RSA key, ECDSA with r and s in DER for an EC key.
   * False, not an exception, for what is malformed; strict about padding and ranges.
   */
  verify(key: PublicKey, hash: HashName, data: Uint8Array, signature: Uint8Array): boolean;
  /** The counterpart of `verify`. */
  sign(key: PrivateKey, hash: HashName, data: Uint8Array): Uint8Array;
}
