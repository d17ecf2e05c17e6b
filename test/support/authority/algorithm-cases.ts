/** Cases about keys and signatures: those that are supported, are weak, or are unknown. */

import type { CaseTable } from "./case-table.js";
import { CA, LEAF } from "./case-table.js";

export function addAlgorithmCases(table: CaseTable): void {
  const { ca, leafKey, root } = table;
  const rsaKey = ca.rsaKey("rsa-root");
  const rsaRoot = ca.issue({ key: rsaKey, name: "RSA Root", extensions: CA });
  const rsa = { key: ca.rsaKey("rsa-leaf"), name: "server", extensions: LEAF, issuer: rsaRoot };
  const rsaLeaf = ca.issue(rsa);
  const accepts = table.add.bind(table, "accepted");
  accepts("RSA", [rsaLeaf], [rsaRoot]);
  const rsaIntermediate = ca.issue({ key: rsaKey, name: "RSA Below", extensions: CA, issuer: rsaRoot });
  const below = ca.issue({ ...rsa, issuer: rsaIntermediate });
  accepts("RSA, with an intermediate", [below, rsaIntermediate], [rsaRoot]);
  accepts("RSA with SHA-384", [ca.issue({ ...rsa, digest: "sha384" })], [rsaRoot]);
  accepts("RSA with SHA-512", [ca.issue({ ...rsa, digest: "sha512" })], [rsaRoot]);
  accepts("an EC key by an RSA authority", [ca.issue({ ...rsa, key: leafKey })], [rsaRoot]);
  accepts("an RSA key by an EC authority", [ca.issue({ ...rsa, issuer: root })], [root]);
  const key384 = ca.ecKey("root384", "P-384");
  const root384 = ca.issue({ key: key384, name: "Root 384", extensions: CA, digest: "sha384" });
  const leaf384 = { key: ca.ecKey("leaf384", "P-384"), issuer: root384 };
  accepts("P-384 with SHA-384", [table.makeLeaf({ ...leaf384, digest: "sha384" })], [root384]);
  accepts("P-384 with SHA-256", [table.makeLeaf(leaf384)], [root384]);
  accepts("P-256 with SHA-512", [table.makeLeaf({ digest: "sha512" })], [root]);
  const oldRoot = ca.issue({ key: rsaKey, name: "RSA Root", extensions: CA, digest: "sha1" });
  accepts("only the root's own signature is SHA-1", [rsaLeaf], [oldRoot]);

  const weak = table.add.bind(table, "certificate-weak-signature");
  const level0 = { needsSecurityLevel0: true };
  weak("RSA with SHA-1", [ca.issue({ ...rsa, digest: "sha1" })], [rsaRoot], level0);
  weak("RSA with MD5", [ca.issue({ ...rsa, digest: "md5" })], [rsaRoot], level0);
  weak("EC with SHA-1", [table.makeLeaf({ digest: "sha1" })], [root], level0);
  const short = ca.issue({ ...rsa, key: ca.rsaKey("rsa-1024", 1024) });
  weak("an RSA key of 1024 bits", [short], [rsaRoot], {
    ...level0,
    opensslDiffers: "80 bits of security are enough for it at level 1",
  });

  const unsupported = table.add.bind(table, "certificate-unsupported");
  const differs = { opensslDiffers: "it knows more algorithms" };
  const pss = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"];
  unsupported("RSA-PSS", [ca.issue({ ...rsa, arguments: pss })], [rsaRoot], differs);
  const ed25519 = ca.key("ed25519", "-algorithm", "ED25519");
  unsupported("an Ed25519 key", [table.makeLeaf({ key: ed25519 })], [root], differs);
}
