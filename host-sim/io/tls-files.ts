/** Reads the certificates and keys that a config names, for `node:tls`. */

import type { KeyObject } from "node:crypto";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { TransportError } from "../../src/mqtt/errors.js";
import type { FileStore } from "../../src/transport/file-store.js";
import { pemBlocks } from "../../src/transport/pem.js";

/** The keys of the config whose values are files. */
export type FileKey = "ssl_ca_cert" | "ssl_cert" | "ssl_key";

/** A longer name is more likely a secret in the wrong place, and not shown. */
const MAXIMUM_SHOWN_LENGTH = 64;

/** As the labels of PEM say it (RFC 7468, RFC 8017, RFC 5915). */
const KEY_TYPES = Object.freeze({
  "PRIVATE KEY": "pkcs8",
  "RSA PRIVATE KEY": "pkcs1",
  "EC PRIVATE KEY": "sec1",
} as const);

/**
 * All certificates of a file, which is PEM with one or several, or DER.
 * @param source the name of the file, or the PEM text itself
 * @throws TransportError
 */
export function readCertificates(files: FileStore, source: string, key: FileKey): X509Certificate[] {
  const bytes = bytesOf(files, source, key);
  const certificates = parsed(() => {
    const blocks = pemBlocks(bytes);
    const contents = blocks.filter(({ label }) => label === "CERTIFICATE").map(({ content }) => content);
    return (blocks.length > 0 ? contents : [bytes]).map((content) => new X509Certificate(content));
  });
  if (certificates === undefined || certificates.length === 0) {
    throw malformed(source, key, "no certificate in PEM or DER");
  }
  return certificates;
}

/**
 * The private key of a file: PEM or DER; PKCS#8, PKCS#1 or SEC1.
 * @throws TransportError, with nothing of the key in it
 */
export function readPrivateKey(files: FileStore, source: string): KeyObject {
  const bytes = bytesOf(files, source, "ssl_key");
  const key = parsed(() => privateKeyOf(bytes));
  if (key === "encrypted") {
    const message = `${nameOf(source, "ssl_key")} is encrypted, and there is no key for a password; decrypt it with openssl pkey`;
    throw new TransportError("tls", "key-encrypted", message, "ssl_key");
  }
  if (key === undefined) throw malformed(source, "ssl_key", "no private key in PEM or DER");
  return key;
}

function privateKeyOf(bytes: Uint8Array): KeyObject | "encrypted" | undefined {
  const blocks = pemBlocks(bytes);
  if (blocks.length === 0) return derKey(bytes);
  if (blocks.some(({ label, encrypted }) => encrypted || label === "ENCRYPTED PRIVATE KEY"))
    return "encrypted";
  for (const { label, content } of blocks) {
    if (Object.hasOwn(KEY_TYPES, label)) return keyOf(content, KEY_TYPES[label as keyof typeof KEY_TYPES]);
  }
  return undefined;
}

/** Nothing but trying tells the forms of DER apart. */
function derKey(bytes: Uint8Array): KeyObject | "encrypted" | undefined {
  for (const type of Object.values(KEY_TYPES)) {
    try {
      return keyOf(bytes, type);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ERR_MISSING_PASSPHRASE") {
        return "encrypted";
      }
    }
  }
  return undefined;
}

function keyOf(bytes: Uint8Array, type: "pkcs8" | "pkcs1" | "sec1"): KeyObject {
  return createPrivateKey({ key: Buffer.from(bytes), format: "der", type });
}

function bytesOf(files: FileStore, source: string, key: FileKey): Uint8Array {
  if (isPem(source)) return Buffer.from(source);
  let bytes: Uint8Array | undefined;
  try {
    bytes = files.read(source);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TransportError("tls", "file-unreadable", `${nameOf(source, key)} cannot be read: ${why}`, key);
  }
  if (bytes === undefined) {
    throw new TransportError("tls", "file-missing", `${nameOf(source, key)} is missing`, key);
  }
  return bytes;
}

/** Undefined when `parse` throws: what it says is about encodings, and the source may be a secret. */
function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

function malformed(source: string, key: FileKey, expected: string): TransportError {
  return new TransportError("tls", "file-malformed", `${nameOf(source, key)} has ${expected}`, key);
}

function nameOf(source: string, key: FileKey): string {
  if (isPem(source)) return `the text of ${key}`;
  return source.length > MAXIMUM_SHOWN_LENGTH ? `the file of ${key}` : `the file "${source}" of ${key}`;
}

function isPem(source: string): boolean {
  return source.includes("-----BEGIN");
}
