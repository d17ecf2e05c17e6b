/**
 * Records under AES-128-CBC with HMAC-SHA256, the authentication code outside (RFC 7366): a random initialization
 * vector, the encryption of plaintext and padding, and the code over both. Nothing is decrypted that is not genuine.
 */

import { BLOCK_LENGTH, padded, paddedLength, paddingFault, wholeBlocks } from "./block-padding.js";
import { equalInConstantTime, joined } from "./bytes.js";
import { CbcDirection } from "./cbc-direction.js";
import { MAC_LENGTH } from "./cbc-records.js";
import type { RecordOpener, RecordSealer } from "./record.js";
import { HEADER_LENGTH, newRecord } from "./record.js";

export class EtmSealer extends CbcDirection implements RecordSealer {
  sealedLength(byteLength: number): number {
    return HEADER_LENGTH + BLOCK_LENGTH + paddedLength(byteLength) + MAC_LENGTH;
  }

  plaintextLength(room: number): number {
    return wholeBlocks(room - HEADER_LENGTH - BLOCK_LENGTH - MAC_LENGTH) - 1;
  }

  seal(type: number, plaintext: Uint8Array): Uint8Array {
    const iv = this.crypto.random(BLOCK_LENGTH);
    const encrypted = joined(iv, this.cbc.encrypt(iv, padded(plaintext)));
    const code = this.authenticate(type, encrypted);
    const record = newRecord(type, encrypted.length + code.length);
    record.set(encrypted, HEADER_LENGTH);
    record.set(code, HEADER_LENGTH + encrypted.length);
    return record;
  }
}

export class EtmOpener extends CbcDirection implements RecordOpener {
  open(type: number, fragment: Uint8Array): Uint8Array | undefined {
    const byteLength = fragment.length - MAC_LENGTH;
    if (byteLength < 2 * BLOCK_LENGTH || byteLength % BLOCK_LENGTH !== 0) return undefined;
    const encrypted = fragment.subarray(0, byteLength);
    const code = this.authenticate(type, encrypted);
    if (!equalInConstantTime(code, fragment.subarray(byteLength))) return undefined;
    const iv = encrypted.subarray(0, BLOCK_LENGTH);
    const opened = this.cbc.decrypt(iv, encrypted.subarray(BLOCK_LENGTH));
    if (paddingFault(opened, 0) < 0) return undefined;
    const last = opened.length - 1;
    return opened.subarray(0, last - (opened[last] as number));
  }
}
