/** Cases about the names and addresses in a certificate, and the host that the client wants. */

import type { CaseTable } from "./case-table.js";
import { HOST, SERVER, SIGNING } from "./case-table.js";

export function addNameCases(table: CaseTable): void {
  const { ca, direct, root } = table;
  const hosts = [
    ["the host localhost", "localhost"],
    ["the host is in capitals", "BROKER.Example.COM"],
    ["an IPv4 address", "127.0.0.1"],
    ["an IPv6 address", "::1"],
    ["an IPv6 address, written out", "0:0:0:0:0:0:0:1"],
  ] as const;
  for (const [name, host] of hosts) table.add("accepted", name, [direct], [root], { host });
  const dot = { host: `${HOST}.`, opensslDiffers: "it compares the dot" };
  table.add("accepted", "the host ends with a dot", [direct], [root], dot);

  const wrong = table.add.bind(table, "certificate-wrong-host");
  const other = table.makeLeafFor("DNS:other.example.com,DNS:example.com,DNS:broker.example.com.evil.org");
  wrong("another host", [other], [root]);
  const address = table.makeLeafFor("IP:192.0.2.7,IP:2001:db8::7");
  wrong("another IPv4 address", [address], [root], { host: "127.0.0.1" });
  wrong("another IPv6 address", [address], [root], { host: "::1" });
  wrong("a name, but the host is an address", [other], [root], { host: "127.0.0.1" });
  wrong("an address, but the host is a name", [address], [root]);
  wrong("the address as a DNS name", [table.makeLeafFor("DNS:127.0.0.1")], [root], { host: "127.0.0.1" });
  wrong(
    "the common name fits, and the names do not",
    [table.makeLeafFor("DNS:other.example.com", { name: HOST })],
    [root],
  );
  const named = table.makeIntermediate({
    key: ca.ecKey("named"),
    name: "Named",
    extensions: ["basicConstraints=critical,CA:TRUE", `subjectAltName=DNS:${HOST}`],
  });
  const misnamed = table.makeLeafFor("DNS:other.example.com", { issuer: named });
  wrong("only the intermediate has the name", [misnamed, named], [root]);

  const without = table.add.bind(table, "certificate-without-names");
  const differs = { opensslDiffers: "it falls back to the common name" };
  const unnamed = table.makeLeaf({ name: HOST, extensions: [...SERVER, SIGNING] });
  without("the name is only in the common name", [unnamed], [root], differs);
  const email = table.makeLeafFor("email:broker@example.com", { name: HOST });
  without("the only other name is an e-mail address", [email], [root], differs);
}

export function addWildcardCases(table: CaseTable): void {
  const { root } = table;
  const wildcard = table.makeLeafFor("DNS:*.example.com");
  table.add("accepted", "a wildcard", [wildcard], [root]);
  table.add("accepted", "a wildcard, and the host in capitals", [wildcard], [root], {
    host: "BROKER.EXAMPLE.COM",
  });
  const wrong = table.add.bind(table, "certificate-wrong-host");
  wrong("a wildcard for two labels", [wildcard], [root], { host: "a.broker.example.com" });
  wrong("a wildcard for no label", [wildcard], [root], { host: "example.com" });
  const partial = { opensslDiffers: "it takes wildcards within a label" };
  const misuses = [
    ["b*.example.com", HOST, partial],
    ["*r.example.com", HOST, partial],
    ["broker.*.com", HOST, {}],
    ["*.*.com", HOST, {}],
    ["*.com", "example.com", {}],
    ["*", "localhost", {}],
    ["*.0.0.1", "127.0.0.1", {}],
    ["xn--*.example.com", "xn--broker.example.com", {}],
  ] as const;
  for (const [pattern, host, details] of misuses) {
    const certificate = table.makeLeafFor(`DNS:${pattern}`);
    wrong(`the wildcard ${pattern} for ${host}`, [certificate], [root], { host, ...details });
  }
}
