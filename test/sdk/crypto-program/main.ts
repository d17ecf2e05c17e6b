/**
 * Runs operations of the device's cryptography on the SDK's engine and its crypt library: an array of them in JSON comes
 * in, the array of their results goes out. Bytes are in hexadecimal.
 */

/// <reference path="../../../types/crypt.d.ts" />

import { BlockCipher, Digest, GHASH, Mode } from "crypt";
import EC from "ec";
import Modular from "modular";
import Mont from "mont";
import RNG from "rng";
import { ModdableArithmetic } from "../../../firmware/platform/moddable-arithmetic.js";
import { ModdableCrypto } from "../../../firmware/platform/moddable-crypto.js";
import { RandomBytes } from "../../../firmware/platform/random-bytes.js";
import type { HashName, PrivateKey, PublicKey } from "../../../src/transport/crypto/crypto.js";

type Hex = string;
/** A key with bytes in hexadecimal. */
type InHex<K> = K extends unknown ? { [P in keyof K]: K[P] extends Uint8Array ? Hex : K[P] } : never;

export type Operation =
  | { readonly do: "hash"; readonly hash: HashName; readonly parts: readonly Hex[] }
  | { readonly do: "hmac"; readonly hash: HashName; readonly key: Hex; readonly parts: readonly Hex[] }
  | { readonly do: "seal" | "open"; readonly key: Hex; readonly nonce: Hex; readonly aad: Hex; readonly data: Hex }
  | { readonly do: "encrypt" | "decrypt"; readonly key: Hex; readonly iv: Hex; readonly data: Hex }
  | { readonly do: "agree"; readonly peer: Hex; readonly secret?: Hex }
  | { readonly do: "verify"; readonly key: InHex<PublicKey>; readonly hash: HashName; readonly data: Hex; readonly signature: Hex }
  | { readonly do: "sign"; readonly key: InHex<PrivateKey>; readonly hash: HashName; readonly data: Hex }
  | { readonly do: "power"; readonly base: Hex; readonly exponent: Hex; readonly modulus: Hex }
  | { readonly do: "inverse"; readonly value: Hex; readonly modulus: Hex }
  | { readonly do: "random"; readonly entropy: readonly Hex[]; readonly seed: Hex; readonly lengths: readonly number[] }
  | { readonly do: "rng"; readonly byteLength: number };

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

export default function main(text: string): string {
  const operations = JSON.parse(text) as readonly Operation[];
  const arithmetic = new ModdableArithmetic({ Modular, Mont, EC }, (byteLength) => crypto.random(byteLength));
  let given: Uint8Array | undefined;
  let count = 0;
  const crypto: ModdableCrypto = new ModdableCrypto({
    crypt: { BlockCipher, Digest, GHASH, Mode },
    arithmetic,
    random(byteLength) {
      const bytes = new Uint8Array(byteLength);
      count += 1;
      for (let i = 0; i < byteLength; i += 32) {
        bytes.set(crypto.hmac("SHA256", Uint8Array.of(count, i), Uint8Array.of(count >> 8)).subarray(0, byteLength - i), i);
      }
      if (given !== undefined) bytes.set(given, byteLength - given.length);
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
        given = operation.secret === undefined ? undefined : bytesOf(operation.secret);
        const agreement = crypto.keyAgreement();
        given = undefined;
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
        return arithmetic.power(BigInt(`0x${base}`), BigInt(`0x${exponent}`), BigInt(`0x${modulus}`)).toString(16);
      }
      case "inverse":
        return arithmetic.inverse(BigInt(`0x${operation.value}`), BigInt(`0x${operation.modulus}`)).toString(16);
      case "random": {
        const entropy = operation.entropy.map(bytesOf);
        const random = new RandomBytes(
          (key, ...parts) => crypto.hmac("SHA256", key, ...parts),
          () => entropy.shift() ?? new Uint8Array(0),
          bytesOf(operation.seed),
        );
        return operation.lengths.map((byteLength) => hexOf(random.take(byteLength)));
      }
      case "rng":
        return hexOf(new Uint8Array(RNG.get(operation.byteLength)));
    }
  }

  return JSON.stringify(operations.map(run));
}
