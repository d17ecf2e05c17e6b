/** What a program in the worker asks of the host's cryptography; its byte strings stand beside the call. */

import type { CurveName, HashName } from "../../src/transport/crypto/crypto.js";

/**
 * `lengths` are those of the byte strings, in the order given with each call. Hashes and key agreements have numbers,
 * which the host gives them; everything else is done in one call, its key with it.
 */
export type CryptoCall =
  /** Answered with that many bytes. */
  | { readonly type: "random-bytes"; readonly byteLength: number }
  /** Begins one; answered with its number. */
  | { readonly type: "hash"; readonly name: HashName }
  | { readonly type: "hash-update"; readonly hash: number }
  /** Answered with the digest. */
  | { readonly type: "hash-digest"; readonly hash: number }
  /** Key and parts. */
  | { readonly type: "hmac"; readonly name: HashName; readonly lengths: Lengths }
  /** Key, nonce, additional data and plaintext. */
  | { readonly type: "gcm-seal"; readonly lengths: Lengths }
  /** Key, nonce, additional data and sealed bytes. The answer says whether the tag is right; the plaintext is beside it. */
  | { readonly type: "gcm-open"; readonly lengths: Lengths }
  /** Key, initialization vector and text. */
  | { readonly type: "cbc-encrypt" | "cbc-decrypt"; readonly lengths: Lengths }
  /** Makes a key pair; answered with its number, and the public key. */
  | { readonly type: "key-agreement" }
  /** The peer's public key. The answer says whether it is on the curve; the shared secret is beside it. */
  | { readonly type: "agree"; readonly agreement: number }
  /** The numbers of the key in the order of `PublicKey`, data and signature. */
  | { readonly type: "verify"; readonly key: KeyKind; readonly hash: HashName; readonly lengths: Lengths }
  /** The numbers of the key in the order of `PrivateKey`, and data; answered with the signature. */
  | { readonly type: "sign"; readonly key: KeyKind; readonly hash: HashName; readonly lengths: Lengths };

/** A key without its numbers. */
export type KeyKind = { readonly type: "rsa" } | { readonly type: "ec"; readonly curve: CurveName };

type Lengths = readonly number[];

/** Byte strings one after the other, and the length of each. */
export interface Joined {
  readonly bytes: Uint8Array;
  readonly lengths: Lengths;
}

export function join(parts: readonly Uint8Array[]): Joined {
  const lengths = parts.map((part) => part.length);
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.length;
  }
  return { bytes, lengths };
}

/** The byte strings again, as views of `bytes`. */
export function split({ bytes, lengths }: Joined): Uint8Array[] {
  let end = 0;
  return lengths.map((length) => {
    end += length;
    return bytes.subarray(end - length, end);
  });
}
