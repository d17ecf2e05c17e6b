/** The port to cryptography over node:crypto, by published vectors and with what is malformed. */

import type { ECDH, ECDHKeyFormat } from "node:crypto";
import {
  createECDH,
  createHmac,
  generateKeyPairSync,
  constants as nodeConstants,
  sign as nodeSign,
  verify,
} from "node:crypto";
import { describe, expect, test } from "vitest";
import { NodeCrypto } from "../../host-sim/io/node-crypto.js";
import type { CurveName, HashName, PrivateKey, PublicKey } from "../../src/transport/crypto/crypto.js";

const crypto = new NodeCrypto();
const NOTHING = new Uint8Array(0);

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(/\s/g, ""), "hex"));
}

function hex(data: Uint8Array | undefined): string | undefined {
  return data && Buffer.from(data).toString("hex");
}

function text(data: string): Uint8Array {
  return Uint8Array.from(Buffer.from(data));
}

function base64(data: string | undefined): Uint8Array {
  return Uint8Array.from(Buffer.from(data as string, "base64url"));
}

function withFlippedBit(data: Uint8Array, index: number): Uint8Array {
  const copy = data.slice();
  copy[index] = (copy[index] as number) ^ 1;
  return copy;
}

describe("random", () => {
  test("gives as many bytes as asked for, in a plain array, other ones each time", () => {
    const [a, b] = [crypto.random(32), crypto.random(32)];
    expect(a.constructor).toBe(Uint8Array);
    expect(a.length).toBe(32);
    expect(hex(a)).not.toBe(hex(b));
    expect(crypto.random(0)).toEqual(NOTHING);
  });
});

describe("hash", () => {
  test.each<[HashName, string]>([
    ["SHA1", "a9993e364706816aba3e25717850c26c9cd0d89d"],
    ["SHA256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "SHA384",
      "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
    ],
    [
      "SHA512",
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    ],
  ])("%s of abc is as FIPS 180 says", (name, digest) => {
    const hash = crypto.hash(name);
    hash.update(text("abc"));
    expect(hex(hash.digest())).toBe(digest);
  });

  test("a digest under way does not end the hash", () => {
    const hash = crypto.hash("SHA256");
    expect(hex(hash.digest())).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    hash.update(text("a"));
    const first = hash.digest();
    expect(hash.digest()).toEqual(first);
    hash.update(text("bc"));
    expect(hex(hash.digest())).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});

describe("hmac", () => {
  test("of parts is that of all of them in a row [RFC 4231 4.3]", () => {
    const whole = crypto.hmac("SHA256", text("Jefe"), text("what do ya want for nothing?"));
    expect(hex(whole)).toBe("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    const parts = [text("what do ya "), NOTHING, text("want for "), text("nothing?")];
    expect(crypto.hmac("SHA256", text("Jefe"), ...parts)).toEqual(whole);
  });

  test("takes the empty key, and one longer than a block", () => {
    expect(hex(crypto.hmac("SHA256", NOTHING, NOTHING))).toBe(
      "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad",
    );
    const key = new Uint8Array(131).fill(0xaa);
    const data = text("Test Using Larger Than Block-Size Key - Hash Key First");
    const expected = "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54";
    expect(hex(crypto.hmac("SHA256", key, data))).toBe(expected);
    const sha384 = createHmac("sha384", key).update(data).digest("hex");
    expect(hex(crypto.hmac("SHA384", key, data))).toBe(sha384);
  });
});

describe("AES-128-GCM", () => {
  // Test case 4 of McGrew and Viega, "The Galois/Counter Mode of Operation".
  const key = bytes("feffe9928665731c6d6a8f9467308308");
  const nonce = bytes("cafebabefacedbaddecaf888");
  const additional = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const plaintext = bytes(
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72 1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
  );
  const sealed = bytes(
    "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e 21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091 5bc94fbc3221a5db94fae95ae7121a47",
  );

  test("seals and opens the published case", () => {
    expect(hex(crypto.aesGcm(key).seal(nonce, additional, plaintext))).toBe(hex(sealed));
    expect(hex(crypto.aesGcm(key).open(nonce, additional, sealed))).toBe(hex(plaintext));
  });

  test("keeps working when its key was wiped by the caller, any number of times", () => {
    const passing = key.slice();
    const gcm = crypto.aesGcm(passing);
    passing.fill(0);
    expect(gcm.seal(nonce, additional, plaintext)).toEqual(sealed);
    expect(gcm.open(nonce, additional, sealed)).toEqual(plaintext);
    expect(gcm.open(nonce, additional, sealed)).toEqual(plaintext);
  });

  test("opens nothing that was changed at any place, cut off, or under other data", () => {
    const gcm = crypto.aesGcm(key);
    for (let i = 0; i < sealed.length; i += 1) {
      expect(gcm.open(nonce, additional, withFlippedBit(sealed, i))).toBe(undefined);
      expect(gcm.open(nonce, additional, sealed.subarray(0, i))).toBe(undefined);
    }
    expect(gcm.open(nonce, NOTHING, sealed)).toBe(undefined);
    expect(gcm.open(withFlippedBit(nonce, 11), additional, sealed)).toBe(undefined);
  });

  test("seals nothing to a tag alone", () => {
    const gcm = crypto.aesGcm(new Uint8Array(16));
    const tag = gcm.seal(new Uint8Array(12), NOTHING, NOTHING);
    expect(hex(tag)).toBe("58e2fccefa7e3061367f1d57a4e7455a");
    expect(gcm.open(new Uint8Array(12), NOTHING, tag)).toEqual(NOTHING);
  });
});

describe("AES-128-CBC", () => {
  test("is as in NIST SP 800-38A F.2.1, without padding", () => {
    const cbc = crypto.aesCbc(bytes("2b7e151628aed2a6abf7158809cf4f3c"));
    const iv = bytes("000102030405060708090a0b0c0d0e0f");
    const plaintext = bytes("6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51");
    const ciphertext = bytes("7649abac8119b246cee98e9b12e9197d 5086cb9b507219ee95db113a917678b2");
    expect(cbc.encrypt(iv, plaintext)).toEqual(ciphertext);
    expect(cbc.decrypt(iv, ciphertext)).toEqual(plaintext);
    expect(cbc.encrypt(iv, NOTHING)).toEqual(NOTHING);
  });
});

describe("key agreement on P-256", () => {
  test("gives both sides the same 32 bytes", () => {
    // Often enough for a coordinate that begins with a zero, which must not be left out.
    for (let i = 0; i < 300; i += 1) {
      const [a, b] = [crypto.keyAgreement(), crypto.keyAgreement()];
      expect([a.publicKey.length, a.publicKey[0]]).toEqual([65, 4]);
      const shared = a.agree(b.publicKey);
      expect(shared?.length).toBe(32);
      expect(shared).toEqual(b.agree(a.publicKey));
    }
  });

  test("refuses a point off the curve, infinity, other forms and other lengths", () => {
    const own = crypto.keyAgreement();
    const { publicKey } = crypto.keyAgreement();
    const ecdh = createECDH("prime256v1");
    ecdh.generateKeys();
    const [compressed, hybrid] = [pointOf(ecdh, "compressed"), pointOf(ecdh, "hybrid")];
    const refused = [
      withFlippedBit(publicKey, 64),
      withFlippedBit(publicKey, 1),
      withFlippedBit(publicKey, 0),
      Uint8Array.of(0x04, ...new Uint8Array(64)),
      Uint8Array.of(0x04, ...new Uint8Array(64).fill(0xff)),
      Uint8Array.of(0x00),
      NOTHING,
      publicKey.subarray(0, 64),
      Uint8Array.of(...publicKey, 0),
      compressed,
      hybrid,
    ];
    for (const point of refused) expect(own.agree(point)).toBe(undefined);
  });
});

function pointOf(ecdh: ECDH, form: ECDHKeyFormat): Uint8Array {
  return bytes(ecdh.getPublicKey("hex", form));
}

interface KeyPair {
  readonly publicKey: PublicKey;
  readonly privateKey: PrivateKey;
  readonly length: number;
}

function rsaPair(bits: number, publicExponent = 65_537): KeyPair {
  const pair = generateKeyPairSync("rsa", { modulusLength: bits, publicExponent });
  const { n, e, d, p, q } = pair.privateKey.export({ format: "jwk" });
  const [modulus, exponent] = [base64(n), base64(e)];
  const secret = { privateExponent: base64(d), prime1: base64(p), prime2: base64(q) };
  const publicKey = { type: "rsa", modulus, exponent } as const;
  return { publicKey, privateKey: { ...publicKey, ...secret }, length: bits / 8 };
}

function ecPair(curve: CurveName): KeyPair {
  const jwk = generateKeyPairSync("ec", { namedCurve: curve }).privateKey.export({ format: "jwk" });
  const [x, y, scalar] = [base64(jwk.x), base64(jwk.y), base64(jwk.d)];
  return {
    publicKey: { type: "ec", curve, point: Uint8Array.of(4, ...x, ...y) },
    privateKey: { type: "ec", curve, scalar },
    length: x.length,
  };
}

const PAIRS: readonly (readonly [string, KeyPair])[] = [
  ["RSA 2048", rsaPair(2048)],
  ["RSA 2048 with 3 as the exponent", rsaPair(2048, 3)],
  ["EC P-256", ecPair("P-256")],
  ["EC P-384", ecPair("P-384")],
];

describe.each(PAIRS)("signatures with %s", (_name, { privateKey, publicKey }) => {
  const data = text("what is signed");

  test.each<[HashName]>([["SHA1"], ["SHA256"], ["SHA384"], ["SHA512"]])("sign and verify with %s", (hash) => {
    const signature = crypto.sign(privateKey, hash, data);
    expect(crypto.verify(publicKey, hash, data, signature)).toBe(true);
    expect(crypto.verify(publicKey, hash, withFlippedBit(data, 0), signature)).toBe(false);
    const other = hash === "SHA256" ? "SHA384" : "SHA256";
    expect(crypto.verify(publicKey, other, data, signature)).toBe(false);
  });

  test("no changed, shortened or lengthened signature counts", () => {
    const signature = crypto.sign(privateKey, "SHA256", data);
    for (let i = 0; i < signature.length; i += 1) {
      expect(crypto.verify(publicKey, "SHA256", data, withFlippedBit(signature, i))).toBe(false);
    }
    const lengthened = [Uint8Array.of(...signature, 0), Uint8Array.of(0, ...signature)];
    for (const wrong of [...lengthened, signature.subarray(1), signature.subarray(0, -1), NOTHING]) {
      expect(crypto.verify(publicKey, "SHA256", data, wrong)).toBe(false);
    }
  });

  test("numbers may begin with zeros", () => {
    const widened = widen(privateKey);
    const signature = crypto.sign(widened, "SHA256", data);
    expect(crypto.verify(publicKey, "SHA256", data, signature)).toBe(true);
  });
});

function widen(key: PrivateKey): PrivateKey {
  if (key.type === "ec") return { ...key, scalar: Uint8Array.of(0, ...key.scalar) };
  const [modulus, prime1] = [Uint8Array.of(0, ...key.modulus), Uint8Array.of(0, ...key.prime1)];
  return { ...key, modulus, prime1 };
}

describe("verify", () => {
  const data = text("what is signed");

  test("takes only DER that is as short as can be for an EC key", () => {
    const { privateKey, publicKey } = ecPair("P-256");
    const signature = crypto.sign(privateKey, "SHA256", data);
    const length = signature[3] as number;
    const r = signature.subarray(4, 4 + length);
    const rest = signature.subarray(4 + length);
    const padded = Uint8Array.of(0x30, (signature[1] as number) + 1, 2, length + 1, 0, ...r, ...rest);
    expect(crypto.verify(publicKey, "SHA256", data, padded)).toBe(false);
    const longForm = Uint8Array.of(0x30, 0x81, ...signature.subarray(1));
    expect(crypto.verify(publicKey, "SHA256", data, longForm)).toBe(false);
    const negative = signature.slice();
    negative.set([0x80], 4);
    expect(crypto.verify(publicKey, "SHA256", data, negative)).toBe(false);
    const zeros = bytes("3006020100020100");
    expect(crypto.verify(publicKey, "SHA256", data, zeros)).toBe(false);
  });

  test("is false for keys that are none, and for a key of the other kind", () => {
    const ec = ecPair("P-256");
    const rsa = rsaPair(1024);
    const signature = crypto.sign(ec.privateKey, "SHA256", data);
    const { point } = ec.publicKey as PublicKey & { type: "ec" };
    const keys: PublicKey[] = [
      rsa.publicKey,
      { type: "ec", curve: "P-384", point },
      { type: "ec", curve: "P-256", point: withFlippedBit(point, 40) },
      { type: "ec", curve: "P-256", point: point.subarray(1) },
      { type: "ec", curve: "P-256", point: NOTHING },
      { type: "rsa", modulus: NOTHING, exponent: NOTHING },
      { type: "rsa", modulus: Uint8Array.of(1), exponent: Uint8Array.of(1) },
      { type: "rsa", modulus: new Uint8Array(256), exponent: Uint8Array.of(3) },
    ];
    for (const key of keys) expect(crypto.verify(key, "SHA256", data, signature)).toBe(false);
    expect(crypto.verify(ec.publicKey, "SHA256", data, crypto.sign(rsa.privateKey, "SHA256", data))).toBe(
      false,
    );
  });

  test("an RSA signature with PSS padding does not count", () => {
    const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const { n, e } = pair.publicKey.export({ format: "jwk" });
    const publicKey = { type: "rsa", modulus: base64(n), exponent: base64(e) } as const;
    const { RSA_PKCS1_PSS_PADDING } = nodeConstants;
    const pss = nodeSign("sha256", data, { key: pair.privateKey, padding: RSA_PKCS1_PSS_PADDING });
    expect(verify("sha256", data, { key: pair.publicKey, padding: RSA_PKCS1_PSS_PADDING }, pss)).toBe(true);
    expect(crypto.verify(publicKey, "SHA256", data, pss)).toBe(false);
  });
});
