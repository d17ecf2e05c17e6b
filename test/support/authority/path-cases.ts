/** Cases about the way from a leaf to an authority: what leads there, and what does not. */

import type { CaseTable } from "./case-table.js";
import { DAY, NAMES, SERVER, SIGNING } from "./case-table.js";

export function addGoodPaths(table: CaseTable): void {
  const { below, ca, direct, intermediate, otherKey, root } = table;
  const other = table.makeRoot({ key: otherKey, name: "Other Root" });
  const third = table.makeRoot({ key: otherKey, name: "Third Root" });
  const accepts = table.add.bind(table, "accepted");
  accepts("EC, by an authority of the file", [direct], [root]);
  accepts("EC, with an intermediate", [below, intermediate], [root]);
  accepts("the server sends the root too", [below, intermediate, root], [root]);
  accepts("the certificates after the leaf are out of order", [below, root, intermediate], [root]);
  accepts("superfluous certificates", [below, other, third, intermediate, direct], [root]);
  accepts("several authorities in the file", [direct], [other, third, root]);
  const text = `Authorities\r\n${other.pem.replaceAll("\n", "\r\n")}\r\n# the root\r\n${root.pem}trailing text`;
  accepts("text around the authorities, and CRLF", [direct], [other, root], {
    caFile: ca.file("text.pem", text),
  });
  accepts("the file has the authority in DER", [direct], [root], { caFile: ca.file("root.der", root.der) });
  accepts("the intermediate is the authority", [below, intermediate], [intermediate], {
    opensslDiffers: "it wants a root unless it is told -partial_chain",
  });
  accepts("the intermediate is known, and not sent", [below], [root, intermediate]);
  const expired = { notBefore: ca.now - 30 * DAY, notAfter: ca.now - DAY };
  const old = table.makeIntermediate(expired);
  accepts("an intermediate sent in two editions, one expired", [below, old, intermediate], [root]);
}

export function addTimeCases(table: CaseTable): void {
  const { below, ca, direct, root } = table;
  const past = { notBefore: ca.now - 30 * DAY, notAfter: ca.now - DAY };
  const future = { notBefore: ca.now + DAY, notAfter: ca.now + 30 * DAY };
  const expired = table.add.bind(table, "certificate-expired");
  expired("expired", [table.makeLeaf(past)], [root]);
  expired("the intermediate expired", [below, table.makeIntermediate(past)], [root]);
  expired("the root expired", [direct], [table.makeRoot(past)]);
  table.add("certificate-not-yet-valid", "not yet valid", [table.makeLeaf(future)], [root]);
}

export function addUntrustedCases(table: CaseTable): void {
  const { below, ca, direct, leafKey, otherKey, root } = table;
  const other = table.makeRoot({ key: otherKey, name: "Other Root" });
  const unknown = table.add.bind(table, "certificate-unknown-authority");
  unknown("an authority that is not in the file", [direct], [other]);
  unknown("that authority sent too", [direct, root], [other]);
  unknown("the intermediate is missing", [below], [root]);
  const namesake = table.makeRoot({ key: otherKey });
  unknown("another authority of that name", [direct], [namesake]);
  const extensions = [...SERVER, SIGNING, NAMES];
  const unidentified = table.makeLeaf({ extensions: [...extensions, "authorityKeyIdentifier=none"] });
  const badSignature = table.add.bind(table, "certificate-bad-signature");
  badSignature("another authority of that name, without key identifiers", [unidentified], [namesake]);
  badSignature("a bit of the signature is flipped", [ca.flipped(direct)], [root]);

  const own = { key: leafKey, name: "server" };
  const plain = ca.issue({ ...own, extensions });
  const selfSigned = table.add.bind(table, "certificate-self-signed");
  selfSigned("self-signed", [plain], [root]);
  const notAuthority = "certificate-issuer-no-authority";
  table.add(notAuthority, "self-signed, and in the file, but no authority", [plain], [plain], {
    opensslDiffers: "it trusts what is in the file",
  });
  const isAuthority = ca.issue({ ...own, extensions: ["basicConstraints=critical,CA:TRUE", NAMES] });
  table.add("accepted", "self-signed, an authority, and in the file", [isAuthority], [isAuthority]);
  selfSigned("self-signed, an authority, not in the file", [isAuthority], [root]);
}

export function addIssuerCases(table: CaseTable): void {
  const { below, ca, direct, intermediate, otherKey, root } = table;
  const refused = table.add.bind(table, "certificate-issuer-no-authority");
  const identified = "subjectKeyIdentifier=hash";
  const extensions = [...SERVER, SIGNING, NAMES];
  const fake = ca.issue({ key: otherKey, name: "fake", extensions, issuer: direct });
  refused("signed by another server's certificate", [fake, direct], [root]);
  const withoutConstraints = table.makeRoot({ extensions: [identified] });
  refused("the root has no basicConstraints", [direct], [withoutConstraints]);
  const mayOnlySign = table.makeRoot({ extensions: [identified, "keyUsage=keyCertSign"] });
  refused("the root has no basicConstraints, but keyCertSign", [direct], [mayOnlySign], {
    opensslDiffers: "keyCertSign is enough for it",
  });
  refused("the root has no extensions at all", [direct], [table.makeRoot({ extensions: [] })], {
    opensslDiffers: "an old root of version 1 is enough for it",
  });
  const plain = table.makeIntermediate({ extensions: [identified] });
  refused("the intermediate has no basicConstraints", [below, plain], [root]);
  const unsigning = ["basicConstraints=CA:TRUE", "keyUsage=cRLSign", identified];
  refused("the root may not sign certificates", [direct], [table.makeRoot({ extensions: unsigning })]);
  const shortPath = ["basicConstraints=CA:TRUE,pathlen:0", identified];
  refused(
    "the root's path length is exceeded",
    [below, intermediate],
    [table.makeRoot({ extensions: shortPath })],
  );
}
