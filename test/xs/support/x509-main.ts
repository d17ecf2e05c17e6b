/** A program in the worker that verifies certificate chains, with the host's cryptography or its own. */

import type { GuestProgram } from "../../../host-sim/xs/guest/world.js";
import { GuestWorld, runProgram } from "../../../host-sim/xs/guest/world.js";
import { encodeUtf8 } from "../../../src/mqtt/utf8.js";
import { decodeBase64 } from "../../../src/transport/pem.js";
import { verifyChain } from "../../../src/transport/x509/verify-chain.js";
import { WorkerCrypto } from "./worker-crypto.js";

export interface ChainCommand {
  /** Who computes signatures: the host, or `src/transport/crypto` in the worker. */
  readonly by: "host" | "worker";
  /** In base64, leaf first. */
  readonly chain: readonly string[];
  readonly authorities: readonly string[];
  readonly host: string;
  readonly now: number;
  readonly earliest: number;
}

class ChainProgram implements GuestProgram<ChainCommand> {
  readonly #world: GuestWorld;

  constructor(world: GuestWorld) {
    this.#world = world;
  }

  /** "accepted", or the fault and what is said about it. */
  handle({ authorities, by, chain, earliest, host, now }: ChainCommand): string {
    const crypto = by === "host" ? this.#world.crypto : new WorkerCrypto();
    const trust = { authorities: authorities.map(decoded), host, now, earliest };
    const verdict = verifyChain(chain.map(decoded), trust, crypto);
    return "leaf" in verdict ? "accepted" : `${verdict.fault}: ${verdict.message}`;
  }
}

function decoded(text: string): Uint8Array {
  return decodeBase64(encodeUtf8(text)) as Uint8Array;
}

const world = new GuestWorld();
runProgram(world, new ChainProgram(world));
