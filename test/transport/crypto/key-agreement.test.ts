import { describe, expect, test } from "vitest";
import type { Point } from "../../../src/transport/crypto/arithmetic.js";
import { bytesOf } from "../../../src/transport/crypto/big-endian.js";
import { curveOf, encodePoint } from "../../../src/transport/crypto/curve.js";
import { StrictKeyAgreement } from "../../../src/transport/crypto/key-agreement.js";
import { BigArithmetic } from "../../support/big-arithmetic.js";

const curve = curveOf("P-256");
const arithmetic = new BigArithmetic();

/** A key pair with this secret, by the random bytes that lead to it. */
function withSecret(secret: bigint): StrictKeyAgreement {
  return new StrictKeyAgreement(arithmetic, (byteLength) => bytesOf(secret - 1n, byteLength));
}

describe("key agreement on P-256", () => {
  // RFC 5903 section 8.1
  const i = 0xc88f01f5_10d9ac3f_70a292da_a2316de5_44e9aab8_afe84049_c62a9c57_862d1433n;
  const r = 0xc6ef9c5d_78ae012a_011164ac_b397ce20_88685d8f_06bf9be0_b283ab46_476bee53n;
  const ofI: Point = {
    x: 0xdad0b653_94221cf9_b051e1fe_ca5787d0_98dfe637_fc90b9ef_945d0c37_72581180n,
    y: 0x5271a046_1cdb8252_d61f1c45_6fa3e59a_b1f45b33_accf5f58_389e0577_b8990bb3n,
  };
  const ofR: Point = {
    x: 0xd12dfb52_89c8d4f8_1208b702_70398c34_2296970a_0bccb74c_736fc755_4494bf63n,
    y: 0x56fbf3ca_366cc23e_8157854c_13c58d6a_ac23f046_ada30f83_53e74f33_039872abn,
  };
  const shared = bytesOf(0xd6840f6b_42f6edaf_d13116e0_e1256520_2fef8e9e_ce7dce03_812464d0_4b9442den, 32);

  test("agrees as in RFC 5903 section 8.1", () => {
    const initiator = withSecret(i);
    const responder = withSecret(r);
    expect(initiator.publicKey).toEqual(encodePoint(curve, ofI));
    expect(responder.publicKey).toEqual(encodePoint(curve, ofR));
    expect(initiator.agree(responder.publicKey)).toEqual(shared);
    expect(responder.agree(initiator.publicKey)).toEqual(shared);
  });

  test("agrees with no point that is not on the curve", () => {
    const agreement = withSecret(i);
    const good = encodePoint(curve, ofR);
    const bad = [
      new Uint8Array(0),
      Uint8Array.of(0),
      new Uint8Array(65),
      good.subarray(0, 64),
      Uint8Array.of(...good, 0),
      Uint8Array.of(2, ...good.subarray(1, 33)),
      good.map((byte, index) => (index === 64 ? byte ^ 1 : byte)),
      Uint8Array.of(4, ...new Uint8Array(64).fill(0xff)),
      // (0, 0) is on another curve, and of order 2 there.
      Uint8Array.of(4, ...new Uint8Array(64)),
    ];
    for (const point of bad) expect(agreement.agree(point)).toBe(undefined);
  });

  test("keeps zeros at the start of what is agreed upon", () => {
    // The multiple of the generator whose x starts with a zero byte, searched for.
    for (let secret = 2n; ; secret += 1n) {
      const point = arithmetic.multiply(curve, curve.generator, secret) as Point;
      if (point.x >> 248n !== 0n) continue;
      expect(withSecret(secret).agree(encodePoint(curve, curve.generator))).toEqual(bytesOf(point.x, 32));
      expect(bytesOf(point.x, 32)[0]).toBe(0);
      break;
    }
  });
});
