/** Reads the certificates and keys that a config names, by the same rules as on the device, for `node:tls`. */

import type { KeyObject } from "node:crypto";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { TransportError } from "../../src/mqtt/errors.js";
import { credentialFile } from "../../src/transport/credential-file.js";
import type { FileStore } from "../../src/transport/file-store.js";
import { pemBlocks } from "../../src/transport/pem.js";
import type { CredentialKey } from "../../src/transport/x509/credentials.js";
import { readCertificates, readPrivateKey } from "../../src/transport/x509/credentials.js";

const KEY_FORMS = Object.freeze(["pkcs8", "pkcs1", "sec1"] as const);

/**
 * All certificates of a file, which is PEM with one or several, or DER.
 * @param source the name of the file, or the PEM text itself
 * @throws TransportError
 */
export function certificatesOf(files: FileStore, source: string, key: CredentialKey): X509Certificate[] {
  const certificates = readCertificates(credentialFile(files, source, key), key);
  try {
    return certificates.map((der) => new X509Certificate(der));
  } catch {
    const message = `the file of ${key} has a certificate in it that OpenSSL cannot read`;
    throw new TransportError("tls", "certificate-file-malformed", message, key);
  }
}

/**
 * The private key of a file: PEM or DER; PKCS#8, PKCS#1 or SEC1.
 * @throws TransportError, with nothing of the key in it
 */
export function privateKeyOf(files: FileStore, source: string): KeyObject {
  const bytes = credentialFile(files, source, "ssl_key");
  // Read twice: this one says what is wrong with a file, and refuses what the device does not know.
  readPrivateKey(bytes, "ssl_key");
  const block = pemBlocks(bytes).find(({ label }) => label.endsWith("PRIVATE KEY"));
  const key = Buffer.from(block?.content ?? bytes);
  for (const type of KEY_FORMS) {
    try {
      return createPrivateKey({ key, format: "der", type });
    } catch {
      // It is in another form.
    }
  }
  const message = "the file of ssl_key has a private key in it that OpenSSL cannot read";
  throw new TransportError("tls", "private-key-malformed", message, "ssl_key");
}
