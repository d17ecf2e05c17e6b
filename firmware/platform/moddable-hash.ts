/** Hashes, and the codes made of them (HMAC, RFC 2104), over `Digest` of the SDK's crypt library. */

import type { Hash, HashName } from "../../src/transport/crypto/crypto.js";

export interface SdkDigest {
  /** In bytes. */
  readonly blockSize: number;
  write(data: Uint8Array): void;
  /** With true more may be written; else only `reset` may follow. */
  close(more?: boolean): ArrayBuffer;
  reset(): void;
}

export type DigestConstructor = new (name: HashName) => SdkDigest;

const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

export class ModdableHash implements Hash {
  readonly #digest: SdkDigest;

  constructor(Digest: DigestConstructor, name: HashName) {
    this.#digest = new Digest(name);
  }

  update(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#digest.write(bytes);
  }

  digest(): Uint8Array {
    return new Uint8Array(this.#digest.close(true));
  }
}

/** As `Crypto.hmac`. */
export function hmacOf(
  Digest: DigestConstructor,
  name: HashName,
  key: Uint8Array,
  parts: readonly Uint8Array[],
): Uint8Array {
  const digest = new Digest(name);
  const { blockSize } = digest;
  const pad = new Uint8Array(blockSize);
  pad.set(key.length > blockSize ? hashOf(digest, [key]) : key);
  xor(pad, INNER_PAD);
  const inner = hashOf(digest, [pad, ...parts]);
  xor(pad, INNER_PAD ^ OUTER_PAD);
  const code = hashOf(digest, [pad, inner]);
  // It is the key in another form.
  pad.fill(0);
  return code;
}

/** Leaves `digest` as it was at first. */
function hashOf(digest: SdkDigest, parts: readonly Uint8Array[]): Uint8Array {
  for (const part of parts) {
    if (part.length > 0) digest.write(part);
  }
  const hash = new Uint8Array(digest.close());
  digest.reset();
  return hash;
}

function xor(bytes: Uint8Array, mask: number): void {
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = (bytes[i] as number) ^ mask;
}
