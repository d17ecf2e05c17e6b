/** Cases about what a certificate may be used for. */

import type { CaseTable } from "./case-table.js";
import { CA, LEAF, NAMES } from "./case-table.js";
import type { Certificate } from "./openssl-ca.js";

export function addUseCases(table: CaseTable): void {
  const { root } = table;
  const plain = ["basicConstraints=CA:FALSE", NAMES];
  table.add("accepted", "no uses named", [table.makeLeaf({ extensions: plain })], [root]);
  const any = table.makeLeaf({ extensions: [...plain, "extendedKeyUsage=anyExtendedKeyUsage"] });
  table.add("accepted", "any extended use", [any], [root], { opensslDiffers: "it wants serverAuth itself" });
  const wrongUse = table.add.bind(table, "certificate-wrong-use");
  const client = table.makeLeaf({ extensions: [...plain, "extendedKeyUsage=clientAuth"] });
  wrongUse("for clients only", [client], [root]);
  const encipherment = table.makeLeaf({ extensions: [...plain, "keyUsage=keyEncipherment"] });
  wrongUse("may not sign", [encipherment], [root], {
    opensslDiffers: "it does not know how the key will be used",
  });
  const forClients = table.makeRoot({ extensions: [...CA, "extendedKeyUsage=clientAuth"] });
  wrongUse("an authority for clients only", [table.direct], [forClients]);
  const unknown = table.makeLeaf({ extensions: [...LEAF, "1.2.3.4=critical,DER:05:00"] });
  table.add("certificate-unsupported", "an unknown critical extension", [unknown], [root]);
}

export function addConstraintCases(table: CaseTable): void {
  const { direct } = table;
  const constrained = (constraints: string): Certificate =>
    table.makeRoot({ extensions: [...CA, `nameConstraints=critical,${constraints}`] });
  const permitted = [
    "permitted;DNS:example.com",
    "permitted;DNS:localhost",
    "permitted;IP:127.0.0.0/255.0.0.0",
    "permitted;IP:::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  ].join(",");
  table.add("accepted", "an authority for names below example.com", [direct], [constrained(permitted)]);
  const wrongUse = table.add.bind(table, "certificate-wrong-use");
  wrongUse("an authority for other names", [direct], [constrained("permitted;DNS:example.org")]);
  wrongUse("an authority for all names but this", [direct], [constrained("excluded;DNS:example.com")]);
  const network = constrained("permitted;IP:10.0.0.0/255.0.0.0");
  wrongUse("an authority for other addresses", [direct], [network], { host: "127.0.0.1" });
  const email = constrained("permitted;email:example.com");
  table.add("certificate-unsupported", "an authority for e-mail addresses", [direct], [email], {
    opensslDiffers: "it knows constraints of every kind",
  });
}
