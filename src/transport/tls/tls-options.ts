/** What a TLS connection is to do. */

import type { Crypto, PrivateKey, PublicKey } from "../crypto/crypto.js";
import type { ChainFault } from "../x509/trust.js";

export interface PreSharedKey {
  /** A string goes out as UTF-8 (RFC 4279 section 5.1). */
  readonly identity: string | Uint8Array;
  readonly key: Uint8Array;
}

/** What leads to whom the server says it is. */
export type ServerVerdict =
  | {
      /** The key that the server must prove to have; that it does is always looked at. */
      readonly leaf: PublicKey;
      /** Whether somebody who is trusted vouches for it. */
      readonly isVerified: boolean;
    }
  | { readonly fault: ChainFault /** For people, with names and dates. */; readonly message: string };

export interface ClientCredentials {
  /** In DER; the client's own first, then what leads to its authority. */
  readonly certificates: readonly Uint8Array[];
  readonly privateKey: PrivateKey;
}

export interface CommonTlsOptions {
  /** For the extension server_name, unless it is an IP address. */
  readonly host: string;
  readonly crypto: Crypto;
  /** By IANA's names; those that do not fit the kind of key exchange count for nothing. Absent: all. */
  readonly cipherSuites?: readonly string[];
  /** ALPN (RFC 7301): the one protocol to be agreed on; a server that does not is refused. */
  readonly applicationProtocol?: string;
  /** After so many records under one key, in either direction, the connection ends. Default: `RECORD_LIMIT`. */
  readonly recordLimit?: number;
}

/** Server and client know the same key. */
export interface PskOptions extends CommonTlsOptions {
  /** Not overwritten: it is the caller's. */
  readonly psk: PreSharedKey;
}

/** The server shows a certificate, and the client may have one to show. */
export interface CertificateOptions extends CommonTlsOptions {
  readonly psk?: undefined;
  /**
   * Looks at the server's certificates in DER, its own first, at least one; the bytes are valid during the call. Who
   * accepts any server gives the key out of the first one, and `isVerified` false.
   */
  readonly authenticate: (chain: readonly Uint8Array[]) => ServerVerdict;
  readonly clientCredentials?: ClientCredentials;
}

export type TlsLayerOptions = PskOptions | CertificateOptions;
