/**
 * Runs operations of the device's cryptography on the SDK's engine and its crypt library: an array of them in JSON comes
 * in, the array of their results goes out. Bytes are in hexadecimal.
 */

/// <reference path="../../../types/crypt.d.ts" />

import { BlockCipher, Digest, GHASH, Mode } from "crypt";
import EC from "ec";
import Modular from "modular";
import Mont from "mont";
import { ModdableArithmetic } from "../../../firmware/platform/moddable-arithmetic.js";
import { ModdableCrypto } from "../../../firmware/platform/moddable-crypto.js";
import { RandomBytes } from "../../../firmware/platform/random-bytes.js";
import { encodeUtf8 } from "../../../src/mqtt/utf8.js";
import type { HashName, PrivateKey, PublicKey } from "../../../src/transport/crypto/crypto.js";

type Hex = string;
/** A key with bytes in hexadecimal. */
type InHex<K> = K extends unknown ? { [P in keyof K]: K[P] extends Uint8Array ? Hex : K[P] } : never;

export type Operation =
  | { readonly do: "hash"; readonly hash: HashName; readonly parts: readonly Hex[] }
  | { readonly do: "hmac"; readonly hash: HashName; readonly key: Hex; readonly parts: readonly Hex[] }
  | {
      readonly do: "seal" | "open";
      readonly key: Hex;
      readonly nonce: Hex;
      readonly aad: Hex;
      readonly data: Hex;
    }
  | { readonly do: "encrypt" | "decrypt"; readonly key: Hex; readonly iv: Hex; readonly data: Hex }
  | { readonly do: "agree"; readonly peer: Hex; readonly random?: Hex }
  | {
      readonly do: "verify";
      readonly key: InHex<PublicKey>;
      readonly hash: HashName;
      readonly data: Hex;
      readonly signature: Hex;
    }
  | { readonly do: "sign"; readonly key: InHex<PrivateKey>; readonly hash: HashName; readonly data: Hex }
  | { readonly do: "power"; readonly base: Hex; readonly exponent: Hex; readonly modulus: Hex }
  | { readonly do: "inverse"; readonly value: Hex; readonly modulus: Hex }
  | { readonly do: "random"; readonly entropy: Hex; readonly lengths: readonly number[] };

export type Result = Hex | boolean | null | readonly Hex[];

/** What messages on the way to the network look like: views that start anywhere in their buffers. */
function bytesOf(hex: Hex): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2 + 3).subarray(3);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

function hexOf(bytes: Uint8Array): Hex {
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return hex;
}

function keyOf<K extends PublicKey | PrivateKey>(key: InHex<K>): K {
  const entries = Object.entries(key).map(([name, value]) =>
    name === "type" || name === "curve" ? [name, value] : [name, bytesOf(value as Hex)],
  );
  return Object.fromEntries(entries) as K;
}

// biome-ignore lint/style/noDefaultExport: the program calls what the module exports by default
export default function main(text: string): string {
  const operations = JSON.parse(text) as readonly Operation[];
  const arithmetic = new ModdableArithmetic({ Modular, Mont, EC }, (byteLength) => crypto.random(byteLength));
  /** What the next call for random bytes gets. */
  let given: Uint8Array | undefined;
  let count = 0;
  const crypto: ModdableCrypto = new ModdableCrypto({
    crypt: { BlockCipher, Digest, GHASH, Mode },
    arithmetic,
    random(byteLength) {
      const bytes = given ?? new Uint8Array(byteLength);
      if (given === undefined) {
        count += 1;
        const block = crypto.hmac("SHA512", encodeUtf8(`${count}`));
        bytes.set(block.subarray(0, byteLength));
        // Of a modulus, for the factor that blinds RSA.
        for (let i = block.length; i < byteLength; i += 1) bytes[i] = bytes[i - block.length] as number;
      }
      given = undefined;
      return bytes;
    },
  });

  function run(operation: Operation): Result {
    switch (operation.do) {
      case "hash": {
        const hash = crypto.hash(operation.hash);
        return operation.parts.map((part) => {
          hash.update(bytesOf(part));
          return hexOf(hash.digest());
        });
      }
      case "hmac":
        return hexOf(crypto.hmac(operation.hash, bytesOf(operation.key), ...operation.parts.map(bytesOf)));
      case "seal":
      case "open": {
        const { key, nonce, aad, data } = operation;
        const result = crypto.aesGcm(bytesOf(key))[operation.do](bytesOf(nonce), bytesOf(aad), bytesOf(data));
        return result === undefined ? null : hexOf(result);
      }
      case "encrypt":
      case "decrypt": {
        const { key, iv, data } = operation;
        return hexOf(crypto.aesCbc(bytesOf(key))[operation.do](bytesOf(iv), bytesOf(data)));
      }
      case "agree": {
        if (operation.random !== undefined) given = bytesOf(operation.random);
        const agreement = crypto.keyAgreement();
        const shared = agreement.agree(bytesOf(operation.peer));
        return [hexOf(agreement.publicKey), shared === undefined ? "" : hexOf(shared)];
      }
      case "verify": {
        const { key, hash, data, signature } = operation;
        return crypto.verify(keyOf<PublicKey>(key), hash, bytesOf(data), bytesOf(signature));
      }
      case "sign": {
        const { key, hash, data } = operation;
        return hexOf(crypto.sign(keyOf<PrivateKey>(key), hash, bytesOf(data)));
      }
      case "power": {
        const { base, exponent, modulus } = operation;
        return arithmetic
          .power(BigInt(`0x${base}`), BigInt(`0x${exponent}`), BigInt(`0x${modulus}`))
          .toString(16);
      }
      case "inverse":
        return arithmetic
          .inverse(BigInt(`0x${operation.value}`), BigInt(`0x${operation.modulus}`))
          .toString(16);
      case "random": {
        let entropy = bytesOf(operation.entropy);
        const takeEntropy = () => {
          const taken = entropy;
          entropy = new Uint8Array(0);
          return taken;
        };
        const hmac = (key: Uint8Array, ...parts: Uint8Array[]) => crypto.hmac("SHA256", key, ...parts);
        const random = new RandomBytes(hmac, takeEntropy);
        return operation.lengths.map((byteLength) => hexOf(random.take(byteLength)));
      }
    }
  }

  return JSON.stringify(operations.map(run));
}
