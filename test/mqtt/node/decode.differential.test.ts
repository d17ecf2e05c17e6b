/**
 * What we receive, against mqtt-packet: what it writes we read alike, and what we read it reads alike. The converse
 * does not hold: there are classes of malformed packets that it takes and we reject, each listed and shown here.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode } from "../../../src/mqtt/decode.js";
import { ProtocolError } from "../../../src/mqtt/errors.js";
import type { ServerPacket } from "../../../src/mqtt/packet.js";
import { framesOf } from "../support/frames.js";
import { bytesFromHex, hexFromBytes } from "../support/hex.js";
import { serverVectors } from "../support/server-vectors.js";
import { shown } from "../support/shown.js";
import { violationOf } from "../support/thrown.js";
import { mutated, mutations, serverPacket, smallServerPacket } from "./support/arbitraries.js";
import { DECODE_CASES, MALFORMED_CASES } from "./support/cases.js";
import { LAXITIES } from "./support/laxities.js";
import { acceptedByOracle, fromOracle, writtenByOracle } from "./support/oracle.js";

/** The packet, or undefined for a `ProtocolError`; anything else that is thrown is a failure. */
function decoded(bytes: Uint8Array): ServerPacket | undefined {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

/** Compares both readings; throws when they differ in a way that is not known. */
function judge(bytes: Uint8Array): "same" | "both-reject" | "lax" {
  const ours = decoded(bytes);
  const theirs = acceptedByOracle(bytes);
  if (ours !== undefined) {
    expect(theirs && shown(fromOracle(theirs))).toEqual(shown(ours));
    return "same";
  }
  if (theirs === undefined) return "both-reject";
  const laxity = LAXITIES.find(({ matches }) => matches(theirs, bytes));
  if (laxity === undefined) throw new Error(`we reject ${hexFromBytes(bytes)}, but mqtt-packet takes it`);
  return "lax";
}

describe("mqtt-packet", () => {
  for (const { name, packet, hex } of serverVectors()) {
    test(`writes and reads ${name}`, () => {
      const bytes = bytesFromHex(hex);
      expect(hexFromBytes(writtenByOracle(packet))).toBe(hexFromBytes(bytes));
      const read = acceptedByOracle(bytes);
      expect(read && shown(fromOracle(read))).toEqual(shown(packet));
    });
  }

  test(`writes what we read as the same, framed and decoded, for ${DECODE_CASES} random server packets`, () => {
    fc.assert(
      fc.property(serverPacket, fc.integer({ min: 1, max: 600 }), (packet, bufferLength) => {
        const bytes = writtenByOracle(packet);
        expect(shown(decode(bytes))).toEqual(shown(packet));
        const lines = framesOf(20_000, bufferLength, [bytes, bytes]);
        expect(lines).toEqual([`packet ${hexFromBytes(bytes)}`, `packet ${hexFromBytes(bytes)}`]);
      }),
      { numRuns: DECODE_CASES },
    );
  });

  test(`reads what we take as the same, for ${MALFORMED_CASES} mutated packets and random bytes`, () => {
    const malformed = fc.oneof(
      {
        weight: 5,
        arbitrary: fc
          .tuple(
            smallServerPacket,
            mutations,
            fc.nat(3).map((value) => value > 0),
          )
          .map(([packet, changes, fits]) => mutated(writtenByOracle(packet), changes, fits)),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.uint8Array({ maxLength: 20 }), fc.boolean())
          .map(([bytes, fits]) => mutated(bytes, [], fits)),
      },
    );
    const counts = { same: 0, "both-reject": 0, lax: 0 };
    fc.assert(
      fc.property(malformed, (bytes) => {
        counts[judge(bytes)] += 1;
      }),
      { numRuns: MALFORMED_CASES },
    );
    // Enough of each for the comparison to mean something.
    expect(Math.min(counts.same, counts["both-reject"], counts.lax)).toBeGreaterThan(MALFORMED_CASES / 20);
  });
});

describe("mqtt-packet is laxer than the specification:", () => {
  for (const { name, examples, matches } of LAXITIES) {
    for (const [hex, statement] of examples) {
      test(`${name}, such as ${hex} [${statement}]`, () => {
        const bytes = bytesFromHex(hex);
        const theirs = acceptedByOracle(bytes);
        expect(theirs !== undefined && matches(theirs, bytes)).toBe(true);
        expect(violationOf(() => decode(bytes))).toBe(statement);
        expect(judge(bytes)).toBe("lax");
      });
    }
  }
});
