/** Client certificates and their keys in every format that must be understood. */

import type { OpensslCa } from "./openssl-ca.js";

export interface ClientCredentials {
  /** Such as "RSA key in PKCS#1, PEM". */
  readonly name: string;
  readonly type: "rsa" | "ec";
  readonly certFile: string;
  readonly keyFile: string;
  /** A key that is encrypted, and must be refused. */
  readonly encrypted: boolean;
}

const EXTENSIONS = [
  "keyUsage=critical,digitalSignature",
  "extendedKeyUsage=clientAuth",
  "basicConstraints=critical,CA:FALSE",
];

/** The formats of keys, as `openssl pkey` and `openssl pkcs8` are asked for them. */
const FORMATS: readonly (readonly [name: string, command: string, ...parameters: string[]])[] = [
  ["PKCS#8, PEM", "pkey"],
  ["PKCS#8, DER", "pkey", "-outform", "DER"],
  ["traditional, PEM", "pkey", "-traditional"],
  ["traditional, DER", "pkey", "-traditional", "-outform", "DER"],
];

const ENCRYPTED: typeof FORMATS = [
  ["encrypted PKCS#8, PEM", "pkcs8", "-topk8", "-passout", "pass:secret"],
  ["encrypted PKCS#8, DER", "pkcs8", "-topk8", "-passout", "pass:secret", "-outform", "DER"],
  ["encrypted traditional, PEM", "pkey", "-traditional", "-aes128", "-passout", "pass:secret"],
];

export function makeClientCredentials(ca: OpensslCa): {
  readonly caFile: string;
  readonly credentials: readonly ClientCredentials[];
} {
  const root = ca.issue({
    key: ca.ecKey("authority"),
    name: "Client Authority",
    extensions: ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"],
  });
  const keys = [
    { label: "RSA", type: "rsa", key: ca.rsaKey("rsa") },
    { label: "P-256", type: "ec", key: ca.ecKey("p256") },
    { label: "P-384", type: "ec", key: ca.ecKey("p384", "P-384") },
  ] as const;
  const credentials: ClientCredentials[] = [];
  for (const { label, type, key } of keys) {
    const { path, der } = ca.issue({ key, name: `device ${label}`, extensions: EXTENSIONS, issuer: root });
    const derFile = ca.file(`${label}.cer`, der);
    for (const [format, command, ...parameters] of [...FORMATS, ...ENCRYPTED]) {
      const form = format.replace("traditional", type === "rsa" ? "PKCS#1" : "SEC1");
      const name = `${label} key in ${form}`;
      const keyFile = `${key.path}.${credentials.length}`;
      ca.run(command, "-in", key.path, ...parameters, "-out", keyFile);
      credentials.push({
        name,
        type,
        certFile: format.endsWith("DER") ? derFile : path,
        keyFile,
        encrypted: format.startsWith("encrypted"),
      });
    }
    // As `openssl ecparam -genkey` writes it, the curve in a block of its own before the key.
    if (type === "ec") {
      const keyFile = `${key.path}.parameters`;
      const curve = label === "P-256" ? "prime256v1" : "secp384r1";
      ca.run("ecparam", "-name", curve, "-genkey", "-out", keyFile);
      const request = `${keyFile}.csr`;
      ca.run("req", "-new", "-key", keyFile, "-subj", "/CN=device", "-out", request);
      const { path: certFile } = ca.issue({
        key: { path: keyFile, request },
        name: `device ${label} with parameters`,
        extensions: EXTENSIONS,
        issuer: root,
      });
      const name = `${label} key in SEC1 after its parameters, PEM`;
      credentials.push({ name, type, certFile, keyFile, encrypted: false });
    }
  }
  return { caFile: root.path, credentials };
}
