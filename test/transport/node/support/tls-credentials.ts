/** Keys and certificates for tests of TLS, made with `openssl` into a folder that is gone with the test file. */

import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PrivateKey, PublicKey } from "../../../../src/transport/crypto/crypto.js";
import type { ClientCredentials, ServerVerdict } from "../../../../src/transport/tls/tls-options.js";

type KeyType = "rsa" | "ec";

/** Files in PEM. */
export interface Credentials {
  readonly certificate: string;
  readonly key: string;
}

export class TlsCredentials {
  readonly directory = mkdtempSync(join(tmpdir(), "tls-test-"));
  readonly #authority: Credentials;
  #count = 0;

  /** @param name of the authority */
  constructor(name: string, type: KeyType = "ec") {
    this.#authority = this.#make(name, type, []);
  }

  /** The file with the authority's certificate. */
  get authority(): string {
    return this.#authority.certificate;
  }

  /** Signed by the authority. */
  issue(name: string, type: KeyType): Credentials {
    const { certificate, key } = this.#authority;
    return this.#make(name, type, ["-CA", certificate, "-CAkey", key]);
  }

  /** As `TlsLayer` wants it: accepts what the authority has signed. */
  readonly authenticate = (chain: readonly Uint8Array[]): ServerVerdict => {
    const leaf = new X509Certificate(chain[0] as Uint8Array);
    const authority = new X509Certificate(readFileSync(this.authority));
    if (!leaf.verify(authority.publicKey)) {
      return { fault: "certificate-unknown-authority", message: "signed by somebody else" };
    }
    return { leaf: publicKeyOf(leaf), isVerified: true };
  };

  dispose(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  #make(name: string, type: KeyType, more: readonly string[]): Credentials {
    this.#count += 1;
    const path = join(this.directory, `${this.#count}`);
    const algorithm = type === "rsa" ? ["rsa:2048"] : ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    const [certificate, key] = [`${path}.pem`, `${path}.key`];
    const files = ["-keyout", key, "-out", certificate];
    const args = ["req", "-x509", "-nodes", "-subj", `/CN=${name}`, "-days", "2", "-newkey", ...algorithm];
    execFileSync("openssl", [...args, ...files, ...more], { stdio: "pipe" });
    return { certificate, key };
  }
}

export function derOf(certificate: string): Uint8Array {
  return new Uint8Array(new X509Certificate(readFileSync(certificate)).raw);
}

export function clientCredentials({ certificate, key }: Credentials): ClientCredentials {
  return { certificates: [derOf(certificate)], privateKey: privateKeyOf(key) };
}

/** Takes any server, as with `ssl_ca_cert` "*". */
export function acceptAny(chain: readonly Uint8Array[]): ServerVerdict {
  return { leaf: publicKeyOf(new X509Certificate(chain[0] as Uint8Array)), isVerified: false };
}

export function publicKeyOf(certificate: X509Certificate): PublicKey {
  const jwk = certificate.publicKey.export({ format: "jwk" });
  if (jwk.kty === "RSA") return { type: "rsa", modulus: base64(jwk.n), exponent: base64(jwk.e) };
  return { type: "ec", curve: "P-256", point: Uint8Array.of(4, ...base64(jwk.x), ...base64(jwk.y)) };
}

function privateKeyOf(path: string): PrivateKey {
  const jwk = createPrivateKey(readFileSync(path)).export({ format: "jwk" });
  if (jwk.kty === "EC") return { type: "ec", curve: "P-256", scalar: base64(jwk.d) };
  return {
    type: "rsa",
    modulus: base64(jwk.n),
    exponent: base64(jwk.e),
    privateExponent: base64(jwk.d),
    prime1: base64(jwk.p),
    prime2: base64(jwk.q),
  };
}

function base64(text: string | undefined): Uint8Array {
  return new Uint8Array(Buffer.from(text as string, "base64url"));
}
