/**
 * Records under AES-128-CBC with HMAC-SHA256, the authentication code inside (RFC 5246 section 6.2.3.2): a random
 * initialization vector, then the encryption of plaintext, code and padding.
 *
 * Whoever can tell a wrong padding from a wrong code, by an alert or by time, can read what was encrypted (Vaudenay;
 * "Lucky 13", AlFardan and Paterson). So there is one error for both, the code is always computed, over as many blocks
 * whatever the padding says, and padding and code are looked at without a branch. What ECMAScript cannot promise is the
 * time of each operation: how long `subarray` and `hmac` take for one length or another, and what the caches show of
 * where the code was. Encrypt-then-MAC (`etm-records.ts`), which is always offered, has no such trouble.
 */

import {
  BLOCK_LENGTH,
  PADDING_LIMIT,
  padded,
  paddedLength,
  paddingFault,
  wholeBlocks,
} from "./block-padding.js";
import { equalInConstantTime } from "./bytes.js";
import { CbcDirection } from "./cbc-direction.js";
import type { RecordOpener, RecordSealer } from "./record.js";
import { HEADER_LENGTH, newRecord } from "./record.js";

/** Of HMAC-SHA256: the code, and the key. */
export const MAC_LENGTH = 32;
/** Of SHA-256. */
const HASH_BLOCK_LENGTH = 64;
/** In HMAC's inner hash beside the plaintext: the key's block, the record's header, and SHA-256's own padding. */
const HASHED_BESIDE = HASH_BLOCK_LENGTH + 13 + 9;

export class CbcSealer extends CbcDirection implements RecordSealer {
  sealedLength(byteLength: number): number {
    return HEADER_LENGTH + BLOCK_LENGTH + paddedLength(byteLength + MAC_LENGTH);
  }

  plaintextLength(room: number): number {
    return wholeBlocks(room - HEADER_LENGTH - BLOCK_LENGTH) - MAC_LENGTH - 1;
  }

  seal(type: number, plaintext: Uint8Array): Uint8Array {
    const code = this.authenticate(type, plaintext);
    const iv = this.crypto.random(BLOCK_LENGTH);
    const ciphertext = this.cbc.encrypt(iv, padded(plaintext, code));
    const record = newRecord(type, BLOCK_LENGTH + ciphertext.length);
    record.set(iv, HEADER_LENGTH);
    record.set(ciphertext, HEADER_LENGTH + BLOCK_LENGTH);
    return record;
  }
}

export class CbcOpener extends CbcDirection implements RecordOpener {
  /** Hashed to make up for plaintext that the padding has left out. */
  readonly #filler = new Uint8Array(PADDING_LIMIT + HASH_BLOCK_LENGTH);

  open(type: number, fragment: Uint8Array): Uint8Array | undefined {
    const total = fragment.length - BLOCK_LENGTH;
    // These lengths are there for everybody to see.
    if (total < paddedLength(MAC_LENGTH) || total % BLOCK_LENGTH !== 0) return undefined;
    const iv = fragment.subarray(0, BLOCK_LENGTH);
    const opened = this.cbc.decrypt(iv, fragment.subarray(BLOCK_LENGTH));

    const wrong = paddingFault(opened, MAC_LENGTH);
    // What is not padded counts as padded with nothing but the length, as section 6.2.3.2 advises.
    const padding = (opened[total - 1] as number) & ~wrong;
    const longest = total - MAC_LENGTH - 1;
    const byteLength = longest - padding;

    const code = this.authenticate(type, opened.subarray(0, byteLength));
    this.#hashBlocks(hashBlocks(longest) - hashBlocks(byteLength));

    const sameCode = equalInConstantTime(code, opened.subarray(byteLength, byteLength + MAC_LENGTH));
    const isGenuine = Number(sameCode) & ~wrong;
    return isGenuine === 1 ? opened.subarray(0, byteLength) : undefined;
  }

  #hashBlocks(count: number): void {
    const hash = this.crypto.hash("SHA256");
    hash.update(this.#filler.subarray(0, count * HASH_BLOCK_LENGTH));
    hash.digest();
  }
}

/** Blocks that HMAC's inner hash takes for so many bytes of plaintext. */
function hashBlocks(byteLength: number): number {
  return Math.ceil((HASHED_BESIDE + byteLength) / HASH_BLOCK_LENGTH);
}
