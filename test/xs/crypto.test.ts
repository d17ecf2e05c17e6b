/** Cryptography and files in the worker: the host's own, whatever goes through. */

import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { NodeCrypto } from "../../host-sim/io/node-crypto.js";
import { StillServer, stillPorts } from "../../host-sim/xs/footprint/still-world.js";
import { LoadedProgram, XsHost } from "../../host-sim/xs/xs-host.js";
import type { PrivateKey, PublicKey } from "../../src/transport/crypto/crypto.js";
import { bytesFromHex, hexFromBytes } from "../mqtt/support/hex.js";
import type { CryptoCommand, Hex } from "./support/crypto-main.js";
import { describeOnXs } from "./support/engine-there.js";

const crypto = new NodeCrypto();
const KEY = "00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f";
const TEXT = '"sixteen bytes ok" "and sixteen more"';

/** What the program answers to `commands`. */
async function run(...commands: readonly CryptoCommand[]): Promise<unknown[]> {
  const program = await LoadedProgram.load(join(import.meta.dirname, "support/crypto-main.ts"));
  const files = new Map([["ca.pem", Buffer.from("grün")]]);
  const ports = {
    ...stillPorts(new StillServer(), () => {}),
    files: { read: (name: string) => files.get(name) },
  };
  return await new Promise((resolve, reject) => {
    const host = new XsHost<CryptoCommand>(program, ports, reject);
    onTestFinished(() => host.end());
    const answers: unknown[] = [];
    for (const command of commands) {
      host.post(command, (answer) => {
        answers.push(answer);
        if (answers.length === commands.length) resolve(answers);
      });
    }
  });
}

function base64(text: string | undefined): Uint8Array {
  return Uint8Array.from(Buffer.from(text as string, "base64url"));
}

function rsaKey(): PrivateKey {
  const jwk = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
  const [modulus, exponent] = [base64(jwk.n), base64(jwk.e)];
  const [privateExponent, prime1, prime2] = [base64(jwk.d), base64(jwk.p), base64(jwk.q)];
  return { type: "rsa", modulus, exponent, privateExponent, prime1, prime2 };
}

function ecKey(): { secret: PrivateKey; shown: PublicKey } {
  const jwk = generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey.export({ format: "jwk" });
  const point = Uint8Array.of(4, ...base64(jwk.x), ...base64(jwk.y));
  const curve = "P-384";
  return { secret: { type: "ec", curve, scalar: base64(jwk.d) }, shown: { type: "ec", curve, point } };
}

function inHex<K extends object>(key: K): Hex<K> {
  const fields = Object.entries(key).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? hexFromBytes(value) : value,
  ]);
  return Object.fromEntries(fields) as Hex<K>;
}

await describeOnXs("cryptography and files on XS", () => {
  test("hashes, MACs and ciphers are those of the host", async () => {
    const nonce = KEY.slice(0, 35);
    const [digests, mac, gcm, cbc, nothing] = await run(
      { type: "hash", name: "SHA384", parts: ['"a"', '"bc"', ""] },
      { type: "hmac", name: "SHA256", key: KEY, parts: ['"a"', "", '"bc"'] },
      { type: "gcm", key: KEY, nonce, text: TEXT },
      { type: "cbc", key: KEY, iv: KEY, text: TEXT },
      { type: "gcm", key: KEY, nonce, text: "" },
    );
    const digestOf = (text: string): string => {
      const hash = crypto.hash("SHA384");
      hash.update(Buffer.from(text));
      return hexFromBytes(hash.digest());
    };
    const [key, text] = [bytesFromHex(KEY), bytesFromHex(TEXT)];
    expect(digests).toEqual(["", "a", "abc", "abc"].map(digestOf));
    expect(mac).toBe(hexFromBytes(crypto.hmac("SHA256", key, Buffer.from("abc"))));
    const sealed = crypto.aesGcm(key).seal(bytesFromHex(nonce), Buffer.from("beside"), text);
    expect(gcm).toEqual([hexFromBytes(sealed), hexFromBytes(text), "undefined"]);
    expect(cbc).toEqual([hexFromBytes(crypto.aesCbc(key).encrypt(key, text)), hexFromBytes(text)]);
    expect(nothing).toMatchObject({ 1: "", 2: "undefined" });
  });

  test("random bytes are as many as asked for, and others each time", async () => {
    const [one, other, none] = await run(
      { type: "random", byteLength: 32 },
      { type: "random", byteLength: 32 },
      { type: "random", byteLength: 0 },
    );
    expect((one as string).split(" ")).toHaveLength(32);
    expect(one).not.toBe(other);
    expect(none).toBe("");
  });

  test("a key agreement gives both sides the same, and nothing for a point off the curve", async () => {
    const own = crypto.keyAgreement();
    const peer = hexFromBytes(own.publicKey);
    const [[publicKey, shared, again, refused]] = (await run({
      type: "agree",
      peers: [peer, peer, peer.replace(/..$/, peer.endsWith("00") ? "01" : "00")],
    })) as [string[]];
    expect(shared).toBe(hexFromBytes(own.agree(bytesFromHex(publicKey as string)) as Uint8Array));
    expect([again, refused]).toEqual([shared, "undefined"]);
  });

  test("signatures are made and verified with RSA and EC keys", async () => {
    const rsa = rsaKey();
    const { secret, shown } = ecKey();
    const sign = { type: "sign", hash: "SHA256", data: TEXT } as const;
    const [byRsa, byEc] = (await run(
      { ...sign, key: inHex(rsa) as Hex<PrivateKey> },
      { ...sign, key: inHex(secret) as Hex<PrivateKey> },
    )) as [string, string];
    const data = bytesFromHex(TEXT);
    expect(crypto.verify(rsa as PublicKey, "SHA256", data, bytesFromHex(byRsa))).toBe(true);
    expect(crypto.verify(shown, "SHA256", data, bytesFromHex(byEc))).toBe(true);

    const { modulus, exponent } = rsa as PrivateKey & { type: "rsa" };
    const rsaPublic = inHex({ type: "rsa", modulus, exponent } as const) as Hex<PublicKey>;
    const ecPublic = inHex(shown) as Hex<PublicKey>;
    const verify = { type: "verify", hash: "SHA256", data: TEXT } as const;
    const verdicts = await run(
      { ...verify, key: rsaPublic, signature: byRsa },
      { ...verify, key: ecPublic, signature: byEc },
      { ...verify, key: rsaPublic, signature: byEc },
      { ...verify, key: ecPublic, signature: byRsa },
      { ...verify, key: rsaPublic, signature: byRsa, hash: "SHA384" },
      { ...verify, key: ecPublic, signature: byEc, data: '"something else"' },
      { ...verify, key: ecPublic, signature: "" },
    );
    expect(verdicts).toEqual([true, true, false, false, false, false, false]);
  });

  test("of many hashes the ones used last are kept, and one that is gone says so", async () => {
    const [answers] = await run({ type: "many-hashes", count: 100 });
    const digestOf = (byte: number): string => {
      const hash = crypto.hash("SHA256");
      hash.update(Uint8Array.of(byte));
      return hexFromBytes(hash.digest());
    };
    expect(answers).toEqual(["there is no hash 1; the 64 used last are kept", digestOf(1), digestOf(99)]);
  });

  test("files are read by name, and a missing one is undefined", async () => {
    expect(await run({ type: "file", name: "ca.pem" }, { type: "file", name: "none" })).toEqual([
      "grün",
      undefined,
    ]);
  });
});
