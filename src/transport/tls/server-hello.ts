/** ServerHello (RFC 5246 section 7.4.1.3): what the server has chosen of what was offered. */

import { decodeUtf8 } from "../../mqtt/utf8.js";
import { HANDSHAKE_FAILURE, ILLEGAL_PARAMETER, PROTOCOL_VERSION, UNSUPPORTED_EXTENSION } from "./alert.js";
import { ByteReader } from "./byte-reader.js";
import type { CipherSuite } from "./cipher-suites.js";
import type { Offer } from "./client-hello.js";
import { extensionsOf } from "./client-hello.js";
import {
  APPLICATION_LAYER_PROTOCOL_NEGOTIATION,
  EC_POINT_FORMATS,
  ENCRYPT_THEN_MAC,
  EXTENDED_MASTER_SECRET,
  FRAGMENT_LENGTH_CODE,
  MAX_FRAGMENT_LENGTH,
  RENEGOTIATION_INFO,
  SERVER_NAME,
  SIGNATURE_ALGORITHMS,
  SUPPORTED_GROUPS,
  UNCOMPRESSED,
} from "./extension.js";
import { VERSION } from "./record.js";
import { TlsError } from "./tls-error.js";

/** Those that are as good as broken, and the one that is too much for a device. */
const VERSION_NAMES: Readonly<Record<number, string>> = Object.freeze({
  768: "SSL 3.0",
  769: "TLS 1.0",
  770: "TLS 1.1",
  772: "TLS 1.3",
});

const RANDOM_LENGTH = 32;
const SESSION_ID_LIMIT = 32;

export interface ServerHello {
  readonly random: Uint8Array;
  readonly suite: CipherSuite;
  /** Whether these extensions were agreed on. */
  readonly extendedMasterSecret: boolean;
  readonly encryptThenMac: boolean;
  readonly maxFragmentLength: boolean;
}

/**
 * What the message says; views of it are copied.
 *
 * Only the version itself is looked at, not the sentinel in the random value by which a server of TLS 1.3 shows that it
 * was talked into less (RFC 8446 section 4.1.3): more than 1.2 was never offered, so there was nothing to talk down.
 * @throws TlsError
 */
export function parseServerHello(body: Uint8Array, offer: Offer): ServerHello {
  const reader = new ByteReader(body, "ServerHello");
  const version = reader.uint16();
  if (version !== VERSION) throw wrongVersion(version);
  const random = reader.bytes(RANDOM_LENGTH).slice();
  // It is for resumption, which there is none of.
  reader.vector(1, 0, SESSION_ID_LIMIT);
  const number = reader.uint16();
  const suite = offer.suites.find((offered) => offered.number === number);
  if (suite === undefined) {
    throw illegal("suite-not-offered", `the server chose cipher suite ${number}, which was not offered`);
  }
  if (reader.uint8() !== 0) throw illegal("compression-not-offered", "the server chose compression");
  const extensions = parseExtensions(reader, offer);
  if (!extensions.has(RENEGOTIATION_INFO)) {
    // RFC 5746 section 4.1: such a server may have been given something else to read before.
    const message = "the server is too old: it does not know secure renegotiation (RFC 5746)";
    throw new TlsError(HANDSHAKE_FAILURE, "server-too-old", message, "server");
  }
  if (extensions.has(ENCRYPT_THEN_MAC) && suite.mode !== "cbc") {
    throw illegal("extension-wrong", "the server chose encrypt-then-MAC where there is no MAC (RFC 7366)");
  }
  const { applicationProtocol } = offer;
  if (applicationProtocol !== undefined && !extensions.has(APPLICATION_LAYER_PROTOCOL_NEGOTIATION)) {
    // RFC 7301 lets a server pass over it; who asked for one protocol wants that and no other.
    const message = `the server does not agree to the application protocol ${applicationProtocol}`;
    throw new TlsError(HANDSHAKE_FAILURE, "protocol-refused", message, "ssl_alpn");
  }
  return {
    random,
    suite,
    extendedMasterSecret: extensions.has(EXTENDED_MASTER_SECRET),
    encryptThenMac: extensions.has(ENCRYPT_THEN_MAC),
    maxFragmentLength: extensions.has(MAX_FRAGMENT_LENGTH),
  };
}

/** The numbers of the extensions that are there; each is looked at. */
function parseExtensions(reader: ByteReader, offer: Offer): ReadonlySet<number> {
  const seen = new Set<number>();
  // Without any there is not even a length.
  if (reader.isAtEnd) return seen;
  const list = new ByteReader(reader.vector(2), "list of extensions");
  reader.end();
  const offered = extensionsOf(offer);
  while (!list.isAtEnd) {
    const number = list.uint16();
    const data = list.vector(2);
    if (!offered.has(number) || number === SIGNATURE_ALGORITHMS) {
      const message = `the server answers to extension ${number}, which was not offered`;
      throw new TlsError(UNSUPPORTED_EXTENSION, "extension-not-offered", message);
    }
    if (seen.has(number)) throw illegal("extension-twice", `the server has extension ${number} twice`);
    seen.add(number);
    if (!isSound(number, data, offer)) {
      const alert = number === RENEGOTIATION_INFO ? HANDSHAKE_FAILURE : ILLEGAL_PARAMETER;
      throw new TlsError(
        alert,
        "extension-wrong",
        `the server's extension ${number} is not what it should be`,
      );
    }
  }
  return seen;
}

function isSound(number: number, data: Uint8Array, offer: Offer): boolean {
  switch (number) {
    case SERVER_NAME:
    case EXTENDED_MASTER_SECRET:
    case ENCRYPT_THEN_MAC:
      return data.length === 0;
    case RENEGOTIATION_INFO:
      return data.length === 1 && data[0] === 0;
    case MAX_FRAGMENT_LENGTH:
      return data.length === 1 && data[0] === FRAGMENT_LENGTH_CODE;
    case EC_POINT_FORMATS:
      return data.length === 1 + (data[0] as number) && data.subarray(1).includes(UNCOMPRESSED);
    case APPLICATION_LAYER_PROTOCOL_NEGOTIATION:
      return isProtocol(data, offer.applicationProtocol);
    case SUPPORTED_GROUPS:
      // Not for servers, yet some load balancers have always sent it; it says nothing that matters here.
      return true;
    default:
      return false;
  }
}

/** A list of exactly the one protocol that was offered (RFC 7301 section 3.1). */
function isProtocol(data: Uint8Array, offered: string | undefined): boolean {
  const list = new ByteReader(data, "choice of a protocol");
  const names = new ByteReader(list.vector(2), "choice of a protocol");
  list.end();
  const name = names.vector(1);
  names.end();
  return decodeUtf8(name) === offered;
}

function wrongVersion(version: number): TlsError {
  const name = VERSION_NAMES[version] ?? `version ${version}`;
  const message = `the server wants ${name}, and only TLS 1.2 was offered`;
  return new TlsError(PROTOCOL_VERSION, "version-unsupported", message, "server");
}

function illegal(code: string, message: string): TlsError {
  return new TlsError(ILLEGAL_PARAMETER, code, message);
}
