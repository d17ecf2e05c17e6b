/** ServerKeyExchange (RFC 4279 section 2, RFC 5489 section 2, RFC 8422 section 5.4). */

import type { Crypto, PublicKey } from "../crypto/crypto.js";
import { DECRYPT_ERROR, ILLEGAL_PARAMETER } from "./alert.js";
import { ByteReader } from "./byte-reader.js";
import { joined } from "./bytes.js";
import type { KeyExchange } from "./cipher-suites.js";
import { usesEcdhe, usesPsk } from "./cipher-suites.js";
import { SECP256R1 } from "./extension.js";
import type { Randoms } from "./key-schedule.js";
import { signatureAlgorithm } from "./signature-algorithms.js";
import { TlsError } from "./tls-error.js";

const NAMED_CURVE = 3;

/**
 * The server's point on P-256, not yet looked at; undefined when there is only a hint, for which there is no use: a
 * device has one key.
 * @param leaf of the server's certificate, if it has one: who must have signed it
 * @throws TlsError
 */
export function parseServerKeyExchange(
  body: Uint8Array,
  keyExchange: KeyExchange,
  leaf: PublicKey | undefined,
  randoms: Randoms,
  crypto: Crypto,
): Uint8Array | undefined {
  const reader = new ByteReader(body, "ServerKeyExchange");
  if (usesPsk(keyExchange)) reader.vector(2);
  let point: Uint8Array | undefined;
  if (usesEcdhe(keyExchange)) {
    const start = reader.position;
    if (reader.uint8() !== NAMED_CURVE || reader.uint16() !== SECP256R1) {
      throw new TlsError(
        ILLEGAL_PARAMETER,
        "curve-not-offered",
        "the server chose a curve that was not offered",
      );
    }
    point = reader.vector(1, 1).slice();
    if (leaf !== undefined) {
      const data = joined(randoms.client, randoms.server, reader.since(start));
      checkSignature(reader, data, leaf, crypto);
    }
  }
  reader.end();
  return point;
}

function checkSignature(reader: ByteReader, data: Uint8Array, leaf: PublicKey, crypto: Crypto): void {
  const algorithm = signatureAlgorithm(reader.uint16());
  if (algorithm?.keyType !== leaf.type) {
    const message = "the server signed in a way that was not offered, or that its certificate cannot";
    throw new TlsError(ILLEGAL_PARAMETER, "signature-not-offered", message);
  }
  if (!crypto.verify(leaf, algorithm.hash, data, reader.vector(2))) {
    const message = "the server's signature is wrong: it does not have the key of its certificate";
    throw new TlsError(DECRYPT_ERROR, "server-signature-wrong", message, "server");
  }
}
