/** From what a config says of TLS to what `node:tls` is to do; never with the authorities that Node brings along. */

import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type {
  ConnectionOptions,
  DetailedPeerCertificate,
  SecureContext,
  SecureContextOptions,
} from "node:tls";
import { createSecureContext } from "node:tls";
import { TransportError } from "../../src/mqtt/errors.js";
import type { TlsOptions } from "../../src/mqtt/ports.js";
import type { FileStore } from "../../src/transport/file-store.js";
import { cipherList } from "./tls-cipher-suites.js";
import { certificatesOf, privateKeyOf } from "./tls-files.js";
import { serverFault } from "./tls-server-check.js";

/**
 * All but the stream below. Files are read anew.
 * @throws TransportError when a file is missing or not what it should be, or nothing says who is to be trusted
 */
export function connectionOptions(options: TlsOptions, host: string, files: FileStore): ConnectionOptions {
  const { applicationProtocol, cipherSuites } = options;
  const psk = preSharedKeyOf(options);
  const withPsk = psk !== undefined;
  const authorities = withPsk ? [] : authoritiesOf(options, files);
  return {
    secureContext: secureContext({
      // An empty list keeps Node's own authorities out, too.
      ca: authorities.map(String),
      allowPartialTrustChain: true,
      minVersion: "TLSv1.2",
      ...cipherList(withPsk, cipherSuites),
      ...(withPsk ? {} : ownCertificate(options, files)),
    }),
    rejectUnauthorized: options.acceptAnyServer !== true,
    // With a pre-shared key there is no certificate, and that the handshake succeeds shows who the server is.
    checkServerIdentity: (_, peer) =>
      withPsk ? undefined : serverFault(peer as DetailedPeerCertificate, host, authorities),
    ...(isIP(host) === 0 ? { servername: host.endsWith(".") ? host.slice(0, -1) : host } : {}),
    ...(applicationProtocol === undefined ? {} : { ALPNProtocols: [applicationProtocol] }),
    ...(withPsk ? { pskCallback: () => psk } : {}),
  };
}

/** As `node:tls` takes it. */
function preSharedKeyOf({
  pskIdentity,
  pskKey,
}: TlsOptions): { psk: Uint8Array; identity: string } | undefined {
  if (pskIdentity === undefined || pskKey === undefined) return undefined;
  if (pskKey.byteLength === 0) {
    throw new TransportError("tls", "psk-empty", "the pre-shared key is empty", "ssl_psk_key");
  }
  return { psk: pskKey, identity: pskIdentity };
}

function authoritiesOf(options: TlsOptions, files: FileStore): readonly X509Certificate[] {
  if (options.acceptAnyServer === true) return [];
  if (options.caCertificates === undefined) {
    const message = "nobody is named who may vouch for the server";
    throw new TransportError("tls", "no-authority", message, "ssl_ca_cert");
  }
  return certificatesOf(files, options.caCertificates, "ssl_ca_cert");
}

function ownCertificate({ certificate, privateKey }: TlsOptions, files: FileStore): SecureContextOptions {
  if (certificate === undefined || privateKey === undefined) return {};
  const chain = certificatesOf(files, certificate, "ssl_cert");
  const key = privateKeyOf(files, privateKey);
  if (chain[0]?.checkPrivateKey(key) !== true) {
    const message = "the private key of ssl_key does not belong to the certificate of ssl_cert";
    throw new TransportError("tls", "private-key-mismatch", message, "ssl_key");
  }
  return { cert: chain.map(String).join(""), key: key.export({ type: "pkcs8", format: "pem" }) };
}

function secureContext(options: SecureContextOptions): SecureContext {
  try {
    return createSecureContext(options);
  } catch (error) {
    // Such as for a client certificate with a weak signature.
    const reason = error instanceof Error && "reason" in error ? String(error.reason) : String(error);
    const key = options.cert === undefined ? "ssl_ca_cert" : "ssl_cert";
    throw new TransportError(
      "tls",
      "certificate-unsupported",
      `OpenSSL refuses what is configured: ${reason}`,
      key,
    );
  }
}
