/** Records before there are keys: as they are. */

import type { RecordOpener, RecordSealer } from "./record.js";
import { HEADER_LENGTH, newRecord } from "./record.js";

export class PlainSealer implements RecordSealer {
  /** No key is used up. */
  readonly count = 0;

  sealedLength(byteLength: number): number {
    return HEADER_LENGTH + byteLength;
  }

  plaintextLength(room: number): number {
    return room - HEADER_LENGTH;
  }

  seal(type: number, plaintext: Uint8Array): Uint8Array {
    const record = newRecord(type, plaintext.length);
    record.set(plaintext, HEADER_LENGTH);
    return record;
  }

  wipe(): void {
    // There is nothing to overwrite.
  }
}

export class PlainOpener implements RecordOpener {
  readonly count = 0;

  open(_type: number, fragment: Uint8Array): Uint8Array {
    return fragment;
  }

  wipe(): void {
    // There is nothing to overwrite.
  }
}
