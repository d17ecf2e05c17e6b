/** From the master secret to what protects the records of both directions (RFC 5246 section 6.3). */

import type { Crypto } from "../crypto/crypto.js";
import { CbcOpener, CbcSealer, MAC_LENGTH } from "./cbc-records.js";
import type { RecordMode } from "./cipher-suites.js";
import { EtmOpener, EtmSealer } from "./etm-records.js";
import { GCM_SALT_LENGTH, GcmOpener, GcmSealer } from "./gcm-records.js";
import type { Randoms } from "./key-schedule.js";
import { keyBlock } from "./key-schedule.js";
import type { RecordOpener, RecordSealer } from "./record.js";

/** Of AES-128. */
const KEY_LENGTH = 16;

export interface Protection {
  readonly sealer: RecordSealer;
  readonly opener: RecordOpener;
}

/** @param encryptThenMac agreed on (RFC 7366); in CBC mode only */
export function protectionOf(
  crypto: Crypto,
  mode: RecordMode,
  encryptThenMac: boolean,
  master: Uint8Array,
  randoms: Randoms,
): Protection {
  // Key by key, the client's first: for authentication codes, for AES, for nonces.
  if (mode === "gcm") {
    const block = keyBlock(crypto, master, randoms, 2 * KEY_LENGTH + 2 * GCM_SALT_LENGTH);
    const [clientKey, serverKey, clientSalt, serverSalt] = cut(block, KEY_LENGTH, GCM_SALT_LENGTH);
    return {
      sealer: new GcmSealer(crypto, clientKey, clientSalt),
      opener: new GcmOpener(crypto, serverKey, serverSalt),
    };
  }
  const block = keyBlock(crypto, master, randoms, 2 * MAC_LENGTH + 2 * KEY_LENGTH);
  const [clientMac, serverMac, clientKey, serverKey] = cut(block, MAC_LENGTH, KEY_LENGTH);
  const Sealer = encryptThenMac ? EtmSealer : CbcSealer;
  const Opener = encryptThenMac ? EtmOpener : CbcOpener;
  return {
    sealer: new Sealer(crypto, clientKey, clientMac),
    opener: new Opener(crypto, serverKey, serverMac),
  };
}

type Four = readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array];

/** Copies of two parts of one length, and of two of another; the block itself is overwritten. */
function cut(block: Uint8Array, first: number, second: number): Four {
  const middle = 2 * first;
  const parts: Four = [
    block.slice(0, first),
    block.slice(first, middle),
    block.slice(middle, middle + second),
    block.slice(middle + second),
  ];
  block.fill(0);
  return parts;
}
