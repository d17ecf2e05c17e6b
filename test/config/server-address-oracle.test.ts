/** Server addresses against Node's own idea of what an IP address is. */

import { isIP } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseServerAddress } from "../../src/config/server-address.js";

test("an address in brackets is taken exactly when Node takes it for IPv6", () => {
  const piece = fc.constantFrom(
    ":",
    "::",
    ".",
    "0",
    "1",
    "ffff",
    "12345",
    "g",
    "1.2.3.4",
    "255",
    "256",
    "db8",
  );
  const text = fc.oneof(
    fc.ipV6(),
    fc.array(piece, { maxLength: 16 }).map((pieces) => pieces.join("")),
  );
  fc.assert(
    fc.property(text, (host) => {
      expect("host" in parseServerAddress(`[${host}]`)).toBe(isIP(host) === 6);
    }),
    { numRuns: 5000 },
  );
});

test("digits and dots are taken exactly when Node takes them for IPv4", () => {
  const text = fc.oneof(fc.ipV4(), fc.string({ unit: fc.constantFrom(..."0123456789.".split("")) }));
  fc.assert(
    fc.property(text, (host) => {
      // With a dot at the end it is a name, if an odd one.
      if (host.endsWith(".")) return;
      expect("host" in parseServerAddress(host)).toBe(isIP(host) === 4);
    }),
    { numRuns: 5000 },
  );
});
