/** What we send, against mqtt-packet: the same bytes, and read back as the same packet. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encode, encoded, encodedLength } from "../../../src/mqtt/encode.js";
import { clientVectors } from "../support/client-vectors.js";
import { bytesFromHex, hexFromBytes } from "../support/hex.js";
import { shown } from "../support/shown.js";
import { clientPacket } from "./support/arbitraries.js";
import { ENCODE_CASES } from "./support/cases.js";
import { acceptedByOracle, fromOracle, writtenByOracle } from "./support/oracle.js";

describe("mqtt-packet", () => {
  for (const { name, packet, hex } of clientVectors()) {
    test(`writes and reads ${name}`, () => {
      const bytes = bytesFromHex(hex);
      expect(hexFromBytes(writtenByOracle(packet))).toBe(hexFromBytes(bytes));
      const read = acceptedByOracle(bytes);
      expect(read && shown(fromOracle(read))).toEqual(shown(packet));
    });
  }

  test(`writes the same bytes as we do, and reads them back, for ${ENCODE_CASES} random client packets`, () => {
    fc.assert(
      fc.property(clientPacket, fc.integer({ min: 0, max: 5 }), (packet, offset) => {
        const bytes = encoded(packet);
        expect(Buffer.compare(bytes, writtenByOracle(packet))).toBe(0);
        const read = acceptedByOracle(bytes);
        expect(read && shown(fromOracle(read))).toEqual(shown(packet));
        const target = new Uint8Array(offset + encodedLength(packet) + 1).fill(0xee);
        expect(encode(packet, target, offset)).toBe(target.length - 1);
        expect(Buffer.compare(target.subarray(offset, -1), bytes)).toBe(0);
        expect([...target.subarray(0, offset), target.at(-1)].every((value) => value === 0xee)).toBe(true);
      }),
      { numRuns: ENCODE_CASES },
    );
  });
});
