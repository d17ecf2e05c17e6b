/** The table of cipher suites, and that the config knows the same ones. */

import { describe, expect, test } from "vitest";
import { CIPHER_SUITES as NAMES } from "../../../src/config/cipher-suites.js";
import { CIPHER_SUITES, suitesToOffer, usesPsk } from "../../../src/transport/tls/cipher-suites.js";

describe("cipher suites", () => {
  test("have the numbers that IANA has registered", () => {
    const numbers = CIPHER_SUITES.map(({ name, number }) => [name, number]);
    expect(numbers).toEqual([
      ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", 0xc02b],
      ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", 0xc02f],
      ["TLS_PSK_WITH_AES_128_GCM_SHA256", 0x00a8],
      ["TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256", 0xc037],
      ["TLS_PSK_WITH_AES_128_CBC_SHA256", 0x00ae],
    ]);
  });

  test("that the config takes are all known, for the same kind of peer", () => {
    for (const name of Object.keys(NAMES)) {
      const known = CIPHER_SUITES.find((suite) => suite.name === name);
      expect([name, known && usesPsk(known.keyExchange)]).toEqual([name, NAMES[name] === "psk"]);
    }
  });

  test("are offered in our order, whatever that of the names", () => {
    const names = ["TLS_PSK_WITH_AES_128_CBC_SHA256", "unknown", "TLS_PSK_WITH_AES_128_GCM_SHA256"];
    expect(suitesToOffer(true, names).map(({ number }) => number)).toEqual([0x00a8, 0x00ae]);
    expect(suitesToOffer(false, names)).toEqual([]);
    expect(suitesToOffer(true).length).toBe(3);
    expect(suitesToOffer(false).length).toBe(2);
  });
});
