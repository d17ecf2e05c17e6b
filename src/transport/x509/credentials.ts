/** Certificates and private keys from the files that a config names: PEM with anything around it, or DER. */

import { TransportError } from "../../mqtt/errors.js";
import type { Crypto, PrivateKey } from "../crypto/crypto.js";
import { DerReader, equalBytes, MalformedError, TAG } from "../der.js";
import { pemBlocks } from "../pem.js";
import { MAXIMUM_CERTIFICATE_LENGTH, parseCertificate } from "./certificate.js";
import { KeyError, parsePrivateKey } from "./private-key.js";

/** The config key whose file is read; errors name it. */
export type CredentialKey = "ssl_ca_cert" | "ssl_cert" | "ssl_key";

/** Certificates in a file; the list of a browser has about 150. */
const MAXIMUM_CERTIFICATES = 256;

const CERTIFICATE_LABELS: readonly string[] = Object.freeze(["CERTIFICATE", "X509 CERTIFICATE"]);
const KEY_LABELS: readonly string[] = Object.freeze([
  "PRIVATE KEY",
  "ENCRYPTED PRIVATE KEY",
  "RSA PRIVATE KEY",
  "EC PRIVATE KEY",
]);

/**
 * The certificates of a file in DER, in their order, each a copy; at least one. They are not looked into: an authority
 * of a kind that we do not know is no fault as long as nobody needs it.
 * @throws TransportError `certificate-file-malformed`, `certificate-file-empty`
 */
export function readCertificates(file: Uint8Array, key: CredentialKey): readonly Uint8Array[] {
  const certificates: Uint8Array[] = [];
  try {
    const blocks = pemBlocks(file);
    for (const { label, content } of blocks) {
      if (CERTIFICATE_LABELS.includes(label)) certificates.push(content);
    }
    if (blocks.length === 0 && file[0] === TAG.SEQUENCE) certificates.push(new Uint8Array(file));
    for (const certificate of certificates) checkOuterForm(certificate);
  } catch (error) {
    throw fileError("certificate-file-malformed", key, "certificates", error);
  }
  if (certificates.length === 0) {
    const message = `the file of ${key} has no certificate in it: neither PEM ("-----BEGIN CERTIFICATE-----") nor DER`;
    throw new TransportError("tls", "certificate-file-empty", message, key);
  }
  if (certificates.length > MAXIMUM_CERTIFICATES) {
    const message = `the file of ${key} has ${certificates.length} certificates, more than ${MAXIMUM_CERTIFICATES}`;
    throw new TransportError("tls", "certificate-file-malformed", message, key);
  }
  return certificates;
}

/**
 * The first private key of a file: RSA, or EC on P-256 or P-384; in PKCS#8, PKCS#1 or SEC1.
 * @throws TransportError `private-key-encrypted`, `private-key-missing`, `private-key-malformed`,
 *   `private-key-unsupported`; nothing of the file is in its message
 */
export function readPrivateKey(file: Uint8Array, key: CredentialKey): PrivateKey {
  try {
    const blocks = pemBlocks(file);
    const block = blocks.find(({ label }) => KEY_LABELS.includes(label));
    if (block === undefined && blocks.length > 0) {
      const labels = blocks.map(({ label }) => label).join(", ");
      throw new KeyError("private-key-missing", `has no private key that we know, but ${labels}`);
    }
    if (block?.encrypted === true)
      throw new KeyError("private-key-encrypted", "has an encrypted private key");
    const bytes = block?.content ?? file;
    if (bytes[0] !== TAG.SEQUENCE)
      throw new KeyError("private-key-missing", "has no private key: neither PEM nor DER");
    return parsePrivateKey(bytes);
  } catch (error) {
    if (!(error instanceof KeyError)) throw fileError("private-key-malformed", key, "a private key", error);
    throw new TransportError("tls", error.code, `the file of ${key} ${error.message}`, key);
  }
}

/**
 * Checks that a private key belongs to the certificate that is sent with it.
 * @throws TransportError `private-key-mismatch`, `certificate-file-malformed`, `certificate-unsupported`; the config
 *   keys are `ssl_key` and `ssl_cert`
 */
export function checkKeyPair(certificate: Uint8Array, privateKey: PrivateKey, crypto: Crypto): void {
  const publicKey = publicKeyOf(certificate);
  let belongs: boolean;
  if (publicKey.type === "rsa" && privateKey.type === "rsa") {
    belongs =
      equalBytes(publicKey.modulus, privateKey.modulus) &&
      equalBytes(publicKey.exponent, privateKey.exponent);
  } else if (publicKey.type === "ec" && privateKey.type === "ec" && publicKey.curve === privateKey.curve) {
    const data = Uint8Array.of(1);
    belongs = crypto.verify(publicKey, "SHA256", data, crypto.sign(privateKey, "SHA256", data));
  } else belongs = false;
  if (belongs) return;
  const message = "the private key of ssl_key does not belong to the certificate of ssl_cert";
  throw new TransportError("tls", "private-key-mismatch", message, "ssl_key");
}

function publicKeyOf(certificate: Uint8Array) {
  try {
    const { publicKey } = parseCertificate(certificate);
    if (!("fault" in publicKey)) return publicKey;
    const message = `the certificate of ssl_cert ${publicKey.message}`;
    throw new TransportError("tls", "certificate-unsupported", message, "ssl_cert");
  } catch (error) {
    throw fileError("certificate-file-malformed", "ssl_cert", "a certificate", error);
  }
}

/** One element, and nothing after it. */
function checkOuterForm(certificate: Uint8Array): void {
  if (certificate.length > MAXIMUM_CERTIFICATE_LENGTH) {
    throw new MalformedError(
      `a certificate has ${certificate.length} bytes, more than ${MAXIMUM_CERTIFICATE_LENGTH}`,
    );
  }
  const reader = new DerReader(certificate);
  reader.enter(TAG.SEQUENCE);
  reader.finish();
}

/** What to throw for a `MalformedError`; other errors stay as they are. */
function fileError(code: string, key: CredentialKey, what: string, error: unknown): unknown {
  if (!(error instanceof MalformedError)) return error;
  return new TransportError(
    "tls",
    code,
    `the file of ${key} should have ${what}, but is malformed: ${error.message}`,
    key,
  );
}
