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
import { readCertificates, readPrivateKey } from "./tls-files.js";
import { serverFault } from "./tls-server-check.js";

/**
 * All but the socket. Files are read anew.
 * @throws TransportError when a file is missing or not what it should be, or options contradict each other
 */
export function connectionOptions(options: TlsOptions, host: string, files: FileStore): ConnectionOptions {
  const { applicationProtocol, pskIdentity, pskKey } = options;
  const isPsk = pskIdentity !== undefined && pskKey !== undefined;
  const authorities = authoritiesOf(options, isPsk, files);
  return {
    secureContext: secureContext({
      // An empty list keeps Node's own authorities out, too.
      ca: authorities.map(String),
      allowPartialTrustChain: true,
      minVersion: "TLSv1.2",
      ...cipherList(isPsk ? "psk" : "certificate", options.cipherSuites),
      ...ownCertificate(options, files),
    }),
    rejectUnauthorized: options.acceptAnyServer !== true,
    // With a pre-shared key there is no certificate, and that the handshake succeeds shows who the server is.
    checkServerIdentity: (_, peer) =>
      isPsk ? undefined : serverFault(peer as DetailedPeerCertificate, host, authorities),
    ...(isIP(host) === 0 ? { servername: host.endsWith(".") ? host.slice(0, -1) : host } : {}),
    ...(applicationProtocol === undefined ? {} : { ALPNProtocols: [applicationProtocol] }),
    ...(isPsk ? { pskCallback: () => ({ psk: pskKey, identity: pskIdentity }) } : {}),
  };
}

function authoritiesOf(options: TlsOptions, isPsk: boolean, files: FileStore): readonly X509Certificate[] {
  if (isPsk || options.acceptAnyServer === true) return [];
  if (options.caCertificates === undefined) {
    const message = "nobody vouches for the server: name its authorities, or a pre-shared key";
    throw new TransportError("tls", "authority-missing", message, "ssl_ca_cert");
  }
  return readCertificates(files, options.caCertificates, "ssl_ca_cert");
}

function ownCertificate({ certificate, privateKey }: TlsOptions, files: FileStore): SecureContextOptions {
  if (certificate === undefined || privateKey === undefined) return {};
  const [own, ...chain] = readCertificates(files, certificate, "ssl_cert");
  const key = readPrivateKey(files, privateKey);
  if (own?.checkPrivateKey(key) !== true) {
    const message = "the private key does not belong to the certificate of ssl_cert";
    throw new TransportError("tls", "key-mismatch", message, "ssl_key");
  }
  return {
    cert: [own, ...chain].map(String).join(""),
    key: key.export({ type: "pkcs8", format: "pem" }),
  };
}

function secureContext(options: SecureContextOptions): SecureContext {
  try {
    return createSecureContext(options);
  } catch (error) {
    // Such as a client certificate with a weak signature.
    const reason = error instanceof Error && "reason" in error ? String(error.reason) : String(error);
    const key = options.cert === undefined ? "ssl_ca_cert" : "ssl_cert";
    throw new TransportError("tls", "certificate-unsupported", `certificates cannot be used: ${reason}`, key);
  }
}
