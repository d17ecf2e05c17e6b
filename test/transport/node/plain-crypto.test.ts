/** The cryptography of the tests in plain ECMAScript and that of Node agree: each is a second opinion on the other. */

import { describe, expect, test } from "vitest";
import { NodeCrypto } from "../../../host-sim/io/node-crypto.js";
import { RandomSource } from "../../mqtt/support/random.js";
import { bytesOf, numberOf, publicPoint } from "../tls/support/p256.js";
import { PlainCrypto } from "../tls/support/plain-crypto.js";

const plain = new PlainCrypto(7);
const node = new NodeCrypto();
const random = new RandomSource(11);
const LENGTHS = [0, 1, 15, 16, 17, 31, 32, 55, 56, 63, 64, 65, 100, 119, 120, 200];

describe("plain and Node's cryptography agree on", () => {
  test.each(LENGTHS)("SHA-256 and HMAC of %i bytes", (length) => {
    const [data, key] = [random.bytes(length), random.bytes(length)];
    const [one, other] = [plain.hash("SHA256"), node.hash("SHA256")];
    for (const hash of [one, other]) {
      hash.update(data);
      hash.update(key);
    }
    expect(one.digest()).toEqual(other.digest());
    expect(plain.hmac("SHA256", key, data, key)).toEqual(node.hmac("SHA256", key, data, key));
  });

  test.each(LENGTHS)("AES-128-GCM of %i bytes", (length) => {
    const [key, nonce, header] = [random.bytes(16), random.bytes(12), random.bytes(length % 29)];
    const data = random.bytes(length);
    const sealed = node.aesGcm(key).seal(nonce, header, data);
    expect(plain.aesGcm(key).seal(nonce, header, data)).toEqual(sealed);
    expect(plain.aesGcm(key).open(nonce, header, sealed)).toEqual(data);
    sealed[0] = (sealed[0] as number) ^ 1;
    expect(plain.aesGcm(key).open(nonce, header, sealed)).toBe(undefined);
  });

  test.each([0, 16, 160])("AES-128-CBC of %i bytes", (length) => {
    const [key, iv, data] = [random.bytes(16), random.bytes(16), random.bytes(length)];
    const ciphertext = node.aesCbc(key).encrypt(iv, data);
    expect(plain.aesCbc(key).encrypt(iv, data)).toEqual(ciphertext);
    expect(plain.aesCbc(key).decrypt(iv, ciphertext)).toEqual(data);
  });

  test("key agreement", () => {
    for (let i = 0; i < 20; i += 1) {
      const [one, other] = [plain.keyAgreement(), node.keyAgreement()];
      expect(one.agree(other.publicKey)).toEqual(other.agree(one.publicKey));
    }
    const off = node.keyAgreement().publicKey;
    off[40] = (off[40] as number) ^ 1;
    expect(plain.keyAgreement().agree(off)).toBe(undefined);
  });

  test("ECDSA", () => {
    for (let i = 0; i < 20; i += 1) {
      const scalar = random.bytes(32);
      const point = publicPoint(numberOf(scalar));
      expect(bytesOf(numberOf(scalar))).toEqual(scalar);
      const [publicKey, privateKey] = [
        { type: "ec", curve: "P-256", point },
        { type: "ec", curve: "P-256", scalar },
      ] as const;
      const data = random.bytes(i);
      const signature = plain.sign(privateKey, "SHA256", data);
      expect(node.verify(publicKey, "SHA256", data, signature)).toBe(true);
      expect(plain.verify(publicKey, "SHA256", data, node.sign(privateKey, "SHA256", data))).toBe(true);
      signature[signature.length - 1] = (signature.at(-1) as number) ^ 1;
      expect(plain.verify(publicKey, "SHA256", data, signature)).toBe(false);
    }
  });
});
