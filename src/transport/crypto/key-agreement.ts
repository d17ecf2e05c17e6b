/** Elliptic-curve Diffie-Hellman on P-256 (SP 800-56A section 5.7.1.2), with the checks of the peer's point. */

import type { Arithmetic } from "./arithmetic.js";
import { bytesOf } from "./big-endian.js";
import type { KeyAgreement } from "./crypto.js";
import { curveOf, decodePoint, encodePoint, evenedScalar } from "./curve.js";
import type { RandomBytes } from "./random-number.js";
import { randomNumber } from "./random-number.js";

export class StrictKeyAgreement implements KeyAgreement {
  readonly publicKey: Uint8Array;
  readonly #arithmetic: Arithmetic;
  readonly #secret: bigint;

  /** Makes a key pair. */
  constructor(arithmetic: Arithmetic, random: RandomBytes) {
    const curve = curveOf("P-256");
    this.#arithmetic = arithmetic;
    this.#secret = evenedScalar(curve, randomNumber(random, curve.order));
    const point = arithmetic.multiply(curve, curve.generator, this.#secret);
    if (point === undefined)
      throw new Error("the arithmetic is at fault: a multiple of the generator is infinity");
    this.publicKey = encodePoint(curve, point);
  }

  agree(peerPublicKey: Uint8Array): Uint8Array | undefined {
    const curve = curveOf("P-256");
    const peer = decodePoint(curve, peerPublicKey);
    if (peer === undefined) return undefined;
    const shared = this.#arithmetic.multiply(curve, peer, this.#secret);
    return shared === undefined ? undefined : bytesOf(shared.x, curve.byteLength);
  }
}
