/** The secrets of TLS 1.2, by the published vector and by what `openssl kdf TLS1-PRF` says. */

import { describe, expect, test } from "vitest";
import { encodeUtf8 } from "../../../src/mqtt/utf8.js";
import {
  extendedMasterSecret,
  keyBlock,
  masterSecret,
  pskPremasterSecret,
  verifyData,
} from "../../../src/transport/tls/key-schedule.js";
import { prf } from "../../../src/transport/tls/prf.js";
import { PlainCrypto } from "./support/plain-crypto.js";

const crypto = new PlainCrypto();

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function secret(): Uint8Array {
  return bytes("000102030405060708090a0b0c0d0e0f");
}

function transcriptHash(): Uint8Array {
  const hash = crypto.hash("SHA256");
  hash.update(encodeUtf8("all handshake messages"));
  return hash.digest();
}

function randoms() {
  return { client: new Uint8Array(32).fill(0xaa), server: new Uint8Array(32).fill(0xbb) };
}

describe("the pseudo-random function [RFC 5246 5]", () => {
  // By IETF's mailing list of TLS, "Test vectors for TLS 1.2 PRF".
  const published =
    "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af" +
    "0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701" +
    "87347b66";

  test("is as in the published vector, at every length", () => {
    const key = bytes("9bbe436ba940f017b17652849a71db35");
    const seed = bytes("a0ba9f936cda311827a6f796ffd5198c");
    for (const length of [0, 1, 12, 31, 32, 33, 64, 65, 100]) {
      expect(prf(crypto, key, "test label", seed, length)).toEqual(bytes(published).slice(0, length));
    }
  });
});

describe("secrets", () => {
  test("the master secret takes the client's random value first", () => {
    expect(masterSecret(crypto, secret(), randoms())).toEqual(
      bytes(
        "1df0ec647213b8c71f475f1952f30a955de63851de7850be6ddfb42b6b79df2da8c5e1868ef22f57342e8204f85ff0b3",
      ),
    );
  });

  test("the extended master secret takes the hash of the messages [RFC 7627 4]", () => {
    expect(extendedMasterSecret(crypto, secret(), transcriptHash())).toEqual(
      bytes(
        "3dd3329eb4962fab2084849ec57973f6c1b14ec545073ae3ed2e8fe14c32f9d4642aad6525e8ea5a713911bc6d8153fb",
      ),
    );
  });

  test("the key block takes the server's random value first", () => {
    expect(keyBlock(crypto, secret(), randoms(), 40)).toEqual(
      bytes("8eadbe63d45538095f6ecbe9a7bdb93c40c09839cb186befee1189b67c4175b875240f53118e5b53"),
    );
  });

  test("Finished has twelve bytes, others for either side", () => {
    const [client, server] = (["client", "server"] as const).map((side) =>
      verifyData(crypto, secret(), side, transcriptHash()),
    );
    expect(client).toEqual(bytes("9e089837501ff9bf8b6bde20"));
    expect(server).toEqual(bytes("74e7a4a39faba7a386682404"));
  });

  test("a pre-shared key stands behind as many zeros [RFC 4279 2]", () => {
    expect(pskPremasterSecret(bytes("0a0b0c"))).toEqual(bytes("000300000000030a0b0c"));
  });

  test("a pre-shared key stands behind the secret of the exchange [RFC 5489 2]", () => {
    expect(pskPremasterSecret(bytes("0a0b0c"), bytes("0102"))).toEqual(bytes("0002010200030a0b0c"));
  });
});
