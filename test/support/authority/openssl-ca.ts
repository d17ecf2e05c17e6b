/** Issues certificates with the `openssl` command into a folder; the table of chains is made of them. */

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A private key in a file (PEM, PKCS#8), and a request for certificates for it. */
export interface KeyFile {
  readonly path: string;
  readonly request: string;
}

export interface Certificate {
  readonly pem: string;
  readonly der: Uint8Array;
  readonly path: string;
  readonly key: KeyFile;
}

export interface CertificateOptions {
  readonly key: KeyFile;
  /** The common name. */
  readonly name: string;
  /** Lines of an extension section of openssl's configuration; none: no extensions at all. */
  readonly extensions: readonly string[];
  /** Absent: signed by its own key. */
  readonly issuer?: Certificate;
  /** Default: sha256. */
  readonly digest?: string;
  /** ms since 1970; default: two days ago, and in a year. */
  readonly notBefore?: number;
  readonly notAfter?: number;
  /** Further arguments of `openssl ca`. */
  readonly arguments?: readonly string[];
}

const DAY = 86_400_000;

export class OpensslCa {
  readonly directory: string;
  /** When it was made; validity periods are around it. In ms since 1970. */
  readonly now = Date.now();
  #count = 0;

  constructor(directory: string) {
    this.directory = directory;
    writeFileSync(join(directory, "index.txt"), "");
    writeFileSync(join(directory, "index.txt.attr"), "unique_subject = no\n");
    writeFileSync(
      join(directory, "openssl.cnf"),
      [
        "[ca]",
        "default_ca = this",
        "[this]",
        `dir = ${directory}`,
        "database = $dir/index.txt",
        "new_certs_dir = $dir",
        "serial = $dir/serial",
        "policy = any",
        "[any]",
        "commonName = supplied",
        "[req]",
        "distinguished_name = empty",
        "[empty]",
        "",
      ].join("\n"),
    );
  }

  /** A key by the arguments of `openssl genpkey`. */
  key(name: string, ...parameters: readonly string[]): KeyFile {
    const path = join(this.directory, `${name}.key`);
    const request = join(this.directory, `${name}.csr`);
    this.run("genpkey", ...parameters, "-out", path);
    this.run("req", "-new", "-config", this.#config, "-key", path, "-subj", `/CN=${name}`, "-out", request);
    return { path, request };
  }

  ecKey(name: string, curve = "P-256"): KeyFile {
    return this.key(name, "-algorithm", "EC", "-pkeyopt", `ec_paramgen_curve:${curve}`);
  }

  rsaKey(name: string, bits = 2048): KeyFile {
    return this.key(name, "-algorithm", "RSA", "-pkeyopt", `rsa_keygen_bits:${bits}`);
  }

  issue(options: CertificateOptions): Certificate {
    this.#count += 1;
    const file = join(this.directory, `${this.#count}`);
    const path = `${file}.pem`;
    const { issuer, key, name } = options;
    writeFileSync(`${file}.ext`, ["[extensions]", ...options.extensions, ""].join("\n"));
    const signer =
      issuer === undefined
        ? ["-selfsign", "-keyfile", key.path]
        : ["-cert", issuer.path, "-keyfile", issuer.key.path];
    this.run(
      "ca",
      ...["-batch", "-notext", "-rand_serial", "-config", this.#config, "-in", key.request, "-out", path],
      ...["-subj", `/CN=${name}`, "-md", options.digest ?? "sha256", ...signer],
      ...["-startdate", opensslDate(options.notBefore ?? this.now - 2 * DAY)],
      ...["-enddate", opensslDate(options.notAfter ?? this.now + 365 * DAY)],
      ...(options.extensions.length === 0 ? [] : ["-extfile", `${file}.ext`, "-extensions", "extensions"]),
      ...(options.arguments ?? []),
    );
    const pem = readFileSync(path, "utf8");
    return { path, key, pem, der: derOf(pem) };
  }

  /** `certificate` with the last bit of its signature flipped. */
  flipped(certificate: Certificate): Certificate {
    const der = certificate.der.slice();
    der[der.length - 1] = (der[der.length - 1] as number) ^ 1;
    const pem = pemOf(der);
    return { ...certificate, der, pem, path: this.file("flipped.pem", pem) };
  }

  /** Writes a file into the folder; returns its path. */
  file(name: string, content: string | Uint8Array): string {
    const path = join(this.directory, name);
    writeFileSync(path, content);
    return path;
  }

  /** Runs `openssl`; returns what it printed. Throws with its complaint when it fails. */
  run(...args: readonly string[]): string {
    try {
      return execFileSync("openssl", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    } catch (error) {
      const { stderr } = error as { stderr?: string };
      throw new Error(`openssl ${args.join(" ")} failed: ${stderr ?? error}`);
    }
  }

  get #config(): string {
    return join(this.directory, "openssl.cnf");
  }
}

/** The DER bytes as PEM. */
export function pemOf(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

function derOf(pem: string): Uint8Array {
  return new Uint8Array(Buffer.from(pem.replace(/-----[^-]+-----/g, ""), "base64"));
}

/** As `openssl ca` wants it: YYYYMMDDHHMMSSZ. */
function opensslDate(time: number): string {
  return `${new Date(time).toISOString().replace(/[-:T]|\.\d+Z/g, "")}Z`;
}
