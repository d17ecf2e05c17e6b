/** A program in the worker that does with the relayed cryptography and files what it is told, and says what came of it. */

import { GuestCrypto } from "../../../host-sim/xs/guest/crypto.js";
import type { GuestProgram } from "../../../host-sim/xs/guest/world.js";
import { GuestWorld, runProgram } from "../../../host-sim/xs/guest/world.js";
import { decodeUtf8, encodeUtf8 } from "../../../src/mqtt/utf8.js";
import type { Hash, HashName, PrivateKey, PublicKey } from "../../../src/transport/crypto/crypto.js";
import { bytesFromHex, hexFromBytes } from "../../mqtt/support/hex.js";

/** Bytes are in hexadecimal, in pairs with spaces, also in keys. */
export type CryptoCommand =
  | { readonly type: "random"; readonly byteLength: number }
  /** Digests of nothing, then after each part. */
  | { readonly type: "hash"; readonly name: HashName; readonly parts: readonly string[] }
  /** Begins `count` hashes; answers with what using the first one throws, and with digests of the second and last. */
  | { readonly type: "many-hashes"; readonly count: number }
  | {
      readonly type: "hmac";
      readonly name: HashName;
      readonly key: string;
      readonly parts: readonly string[];
    }
  /** Seals, opens, and opens what was changed; the key is wiped before. */
  | { readonly type: "gcm"; readonly key: string; readonly nonce: string; readonly text: string }
  /** Encrypts and decrypts; the key is wiped before. */
  | { readonly type: "cbc"; readonly key: string; readonly iv: string; readonly text: string }
  /** Its own public key, and what comes of each peer. */
  | { readonly type: "agree"; readonly peers: readonly string[] }
  | { readonly type: "sign"; readonly key: Hex<PrivateKey>; readonly hash: HashName; readonly data: string }
  | {
      readonly type: "verify";
      readonly key: Hex<PublicKey>;
      readonly hash: HashName;
      readonly data: string;
      readonly signature: string;
    }
  /** The text of a file. */
  | { readonly type: "file"; readonly name: string };

/** A key with its numbers in hexadecimal. */
export type Hex<K> = K extends unknown
  ? { readonly [F in keyof K]: K[F] extends Uint8Array ? string : K[F] }
  : never;

class CryptoProgram implements GuestProgram<CryptoCommand> {
  readonly #world: GuestWorld;

  constructor(world: GuestWorld) {
    this.#world = world;
  }

  handle(command: CryptoCommand): unknown {
    const { crypto, files } = this.#world;
    switch (command.type) {
      case "random":
        return hexFromBytes(crypto.random(command.byteLength));
      case "hash": {
        const hash = crypto.hash(command.name);
        // One of another instance does not disturb it.
        new GuestCrypto().hash(command.name).update(Uint8Array.of(1));
        const digests = [hexFromBytes(hash.digest())];
        for (const part of command.parts) {
          hash.update(bytesFromHex(part));
          digests.push(hexFromBytes(hash.digest()));
        }
        return digests;
      }
      case "many-hashes":
        return this.#makeHashes(command.count);
      case "hmac":
        return hexFromBytes(
          crypto.hmac(command.name, bytesFromHex(command.key), ...command.parts.map(bytesFromHex)),
        );
      case "gcm": {
        const key = bytesFromHex(command.key);
        const gcm = crypto.aesGcm(key);
        key.fill(0);
        const nonce = bytesFromHex(command.nonce);
        const additionalData = encodeUtf8("beside");
        const sealed = gcm.seal(nonce, additionalData, bytesFromHex(command.text));
        const opened = gcm.open(nonce, additionalData, sealed);
        const changed = sealed.map((byte) => byte ^ 1);
        return [hexFromBytes(sealed), shown(opened), shown(gcm.open(nonce, additionalData, changed))];
      }
      case "cbc": {
        const key = bytesFromHex(command.key);
        const cbc = crypto.aesCbc(key);
        key.fill(0);
        const iv = bytesFromHex(command.iv);
        const encrypted = cbc.encrypt(iv, bytesFromHex(command.text));
        return [hexFromBytes(encrypted), hexFromBytes(cbc.decrypt(iv, encrypted))];
      }
      case "agree": {
        const agreement = crypto.keyAgreement();
        const shared = command.peers.map((peer) => shown(agreement.agree(bytesFromHex(peer))));
        return [hexFromBytes(agreement.publicKey), ...shared];
      }
      case "sign":
        return hexFromBytes(
          crypto.sign(keyOf<PrivateKey>(command.key), command.hash, bytesFromHex(command.data)),
        );
      case "verify": {
        const { data, hash, key, signature } = command;
        return crypto.verify(keyOf<PublicKey>(key), hash, bytesFromHex(data), bytesFromHex(signature));
      }
      case "file": {
        const bytes = files.read(command.name);
        return bytes && decodeUtf8(bytes);
      }
    }
  }

  #makeHashes(count: number): string[] {
    const hashes: Hash[] = [];
    for (let i = 0; i < count; i += 1) {
      const hash = this.#world.crypto.hash("SHA256");
      hash.update(Uint8Array.of(i));
      hashes.push(hash);
      // In use all the while.
      hashes[1]?.digest();
    }
    const [first, second] = hashes as [Hash, Hash];
    return [
      messageOf(() => first.digest()),
      ...[second, hashes.at(-1) as Hash].map((hash) => hexFromBytes(hash.digest())),
    ];
  }
}

function messageOf(call: () => unknown): string {
  try {
    call();
    return "nothing is thrown";
  } catch (error) {
    return (error as Error).message;
  }
}

function shown(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? "undefined" : hexFromBytes(bytes);
}

function keyOf<K>(key: Hex<K>): K {
  const fields = Object.entries(key as Record<string, string>).map(([name, value]) => [
    name,
    name === "type" || name === "curve" ? value : bytesFromHex(value),
  ]);
  return Object.fromEntries(fields) as K;
}

const world = new GuestWorld();
runProgram(world, new CryptoProgram(world));
