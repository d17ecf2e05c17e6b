/** From the premaster secret to the keys: which secret comes of which (RFC 5246 sections 6.3, 7.4.9 and 8.1). */

import type { Crypto } from "../crypto/crypto.js";
import { joined, vector } from "./bytes.js";
import { prf } from "./prf.js";

const MASTER_SECRET_LENGTH = 48;
const VERIFY_DATA_LENGTH = 12;

/** The random values of ClientHello and ServerHello. */
export interface Randoms {
  readonly client: Uint8Array;
  readonly server: Uint8Array;
}

/**
 * The premaster secret of a pre-shared key: that key behind the secret of the Diffie-Hellman exchange (RFC 5489
 * section 2), or behind as many zeros (RFC 4279 section 2).
 */
export function pskPremasterSecret(key: Uint8Array, sharedSecret?: Uint8Array): Uint8Array {
  return joined(vector(2, sharedSecret ?? new Uint8Array(key.length)), vector(2, key));
}

export function masterSecret(crypto: Crypto, premaster: Uint8Array, { client, server }: Randoms): Uint8Array {
  return prf(crypto, premaster, "master secret", joined(client, server), MASTER_SECRET_LENGTH);
}

/** Bound to the whole key exchange (RFC 7627): `sessionHash` is that of all messages up to ClientKeyExchange. */
export function extendedMasterSecret(
  crypto: Crypto,
  premaster: Uint8Array,
  sessionHash: Uint8Array,
): Uint8Array {
  return prf(crypto, premaster, "extended master secret", sessionHash, MASTER_SECRET_LENGTH);
}

export function keyBlock(
  crypto: Crypto,
  master: Uint8Array,
  { client, server }: Randoms,
  byteLength: number,
): Uint8Array {
  return prf(crypto, master, "key expansion", joined(server, client), byteLength);
}

/** What a Finished says of all messages before it. */
export function verifyData(
  crypto: Crypto,
  master: Uint8Array,
  sender: "client" | "server",
  transcriptHash: Uint8Array,
): Uint8Array {
  return prf(crypto, master, `${sender} finished`, transcriptHash, VERIFY_DATA_LENGTH);
}
