/** ClientHello (RFC 5246 section 7.4.1.2): everything that the client offers, and a record of it. */

import { encodeUtf8 } from "../../mqtt/utf8.js";
import { uint16s, vector } from "./bytes.js";
import type { CipherSuite } from "./cipher-suites.js";
import { usesEcdhe, usesPsk } from "./cipher-suites.js";
import {
  APPLICATION_LAYER_PROTOCOL_NEGOTIATION,
  EC_POINT_FORMATS,
  ENCRYPT_THEN_MAC,
  EXTENDED_MASTER_SECRET,
  FRAGMENT_LENGTH_CODE,
  MAX_FRAGMENT_LENGTH,
  RENEGOTIATION_INFO,
  SECP256R1,
  SERVER_NAME,
  SIGNATURE_ALGORITHMS,
  SUPPORTED_GROUPS,
  UNCOMPRESSED,
} from "./extension.js";
import { CLIENT_HELLO, handshakeMessage } from "./handshake-message.js";
import { VERSION } from "./record.js";
import { serverName } from "./server-name.js";
import { SIGNATURE_ALGORITHMS_OFFERED } from "./signature-algorithms.js";

const HOST_NAME = 0;
const NULL_COMPRESSION = 0;

export interface Offer {
  readonly host: string;
  readonly random: Uint8Array;
  readonly suites: readonly CipherSuite[];
  readonly applicationProtocol: string | undefined;
}

/** The extensions that are sent, in order, by number. */
export function extensionsOf(offer: Offer): ReadonlyMap<number, Uint8Array> {
  const { applicationProtocol, host, suites } = offer;
  const extensions = new Map<number, Uint8Array>();
  const name = serverName(host);
  if (name !== undefined) {
    const entry = vector(2, Uint8Array.of(HOST_NAME), vector(2, encodeUtf8(name)));
    extensions.set(SERVER_NAME, entry);
  }
  extensions.set(EXTENDED_MASTER_SECRET, new Uint8Array(0));
  if (suites.some(({ mode }) => mode === "cbc")) {
    extensions.set(ENCRYPT_THEN_MAC, new Uint8Array(0));
  }
  extensions.set(RENEGOTIATION_INFO, vector(1));
  if (suites.some(({ keyExchange }) => usesEcdhe(keyExchange))) {
    extensions.set(SUPPORTED_GROUPS, vector(2, uint16s(SECP256R1)));
    extensions.set(EC_POINT_FORMATS, vector(1, Uint8Array.of(UNCOMPRESSED)));
  }
  if (suites.some(({ keyExchange }) => !usesPsk(keyExchange))) {
    const numbers = SIGNATURE_ALGORITHMS_OFFERED.map(({ number }) => number);
    extensions.set(SIGNATURE_ALGORITHMS, vector(2, uint16s(...numbers)));
  }
  extensions.set(MAX_FRAGMENT_LENGTH, Uint8Array.of(FRAGMENT_LENGTH_CODE));
  if (applicationProtocol !== undefined) {
    const protocols = vector(2, vector(1, encodeUtf8(applicationProtocol)));
    extensions.set(APPLICATION_LAYER_PROTOCOL_NEGOTIATION, protocols);
  }
  return extensions;
}

/** The message. There is no session to resume, and no other version to fall back to. */
export function clientHello(offer: Offer): Uint8Array {
  const numbers = offer.suites.map(({ number }) => number);
  const extensions = [...extensionsOf(offer)].flatMap(([number, data]) => [uint16s(number), vector(2, data)]);
  return handshakeMessage(
    CLIENT_HELLO,
    uint16s(VERSION),
    offer.random,
    vector(1),
    vector(2, uint16s(...numbers)),
    vector(1, Uint8Array.of(NULL_COMPRESSION)),
    vector(2, ...extensions),
  );
}
