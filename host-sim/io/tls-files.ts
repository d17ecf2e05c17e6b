/** Reads the certificates and keys that a config names, by the same rules as on the device, for `node:tls`. */

import type { KeyObject } from "node:crypto";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { TransportError } from "../../src/mqtt/errors.js";
import type { FileStore } from "../../src/transport/file-store.js";
import { pemBlocks } from "../../src/transport/pem.js";
import type { CredentialKey } from "../../src/transport/x509/credentials.js";
import { readCertificates, readPrivateKey } from "../../src/transport/x509/credentials.js";

/** A longer name is more likely a secret in the wrong place, and not shown. */
const LONGEST_SHOWN_NAME = 64;

const KEY_FORMS = Object.freeze(["pkcs8", "pkcs1", "sec1"] as const);

/**
 * All certificates of a file, which is PEM with one or several, or DER.
 * @param source the name of the file, or the PEM text itself
 * @throws TransportError
 */
export function certificatesOf(files: FileStore, source: string, key: CredentialKey): X509Certificate[] {
  const certificates = readCertificates(contentOf(files, source, key), key);
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
  const bytes = contentOf(files, source, "ssl_key");
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

function contentOf(files: FileStore, source: string, key: CredentialKey): Uint8Array {
  if (source.includes("-----BEGIN")) return Buffer.from(source);
  const name = source.length <= LONGEST_SHOWN_NAME ? JSON.stringify(source) : "of that name";
  let bytes: Uint8Array | undefined;
  try {
    bytes = files.read(source);
  } catch (error) {
    // What the system says has the name in it.
    const isShown = source.length <= LONGEST_SHOWN_NAME && error instanceof Error;
    const why = isShown ? `: ${error.message}` : "";
    throw new TransportError(
      "tls",
      "file-unreadable",
      `the file ${name} for ${key} cannot be read${why}`,
      key,
    );
  }
  if (bytes !== undefined) return bytes;
  throw new TransportError("tls", "file-missing", `there is no file ${name} for ${key}`, key);
}
