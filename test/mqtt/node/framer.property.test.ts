/** Random streams, limits, buffers and splits: the framer against what its description promises. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode } from "../../../src/mqtt/decode.js";
import { encodePublishHeader } from "../../../src/mqtt/encode.js";
import type { ServerPacket } from "../../../src/mqtt/packet.js";
import { PUBLISH } from "../../../src/mqtt/packet-type.js";
import { FrameReader } from "../support/frames.js";
import { hexFromBytes, joined, numbered } from "../support/hex.js";
import { shown } from "../support/shown.js";
import { violationOf } from "../support/thrown.js";
import { mutated, mutations, publishPacket, smallServerPacket, topicName } from "./support/arbitraries.js";
import { acceptedByOracle, fromOracle, writtenByOracle } from "./support/oracle.js";

const STREAMS = 1500;
const BROKEN_STREAMS = 3000;

/** Bytes of a PUBLISH beside topic name and payload, at most. */
const HEADER = 9;
/** Longest packet other than PUBLISH that is held whatever the limit. */
const CONTROL = 66;

/** What `packet` is to come out as, from its lengths alone. */
function expectedLines(packet: ServerPacket, limit: number): readonly string[] {
  const bytes = writtenByOracle(packet);
  if (packet.type !== PUBLISH) return [`packet ${hexFromBytes(bytes)}`];
  const { payload, qos } = packet;
  const topicLength = Buffer.byteLength(packet.topicName);
  const fits = payload.length <= limit;
  if (topicLength <= limit && fits) return [`packet ${hexFromBytes(bytes)}`];
  const header = new Uint8Array(1 + 4 + 2 + topicLength + 2);
  // With a remaining length of 0, which takes one byte, the variable header starts at 2.
  const end = encodePublishHeader(packet, 0, header, 0);
  const identifier = header.subarray(end - (qos === 0 ? 0 : 2), end);
  const first = Uint8Array.of(bytes[0] as number);
  return [
    topicLength > limit
      ? `head-without-topic ${payload.length} ${hexFromBytes(joined([first, identifier]))}`
      : `head ${payload.length} ${hexFromBytes(joined([first, header.subarray(2, end)]))}`,
    ...(payload.length > 0 ? [`chunk ${hexFromBytes(payload)}`] : []),
    "end",
  ];
}

/** `bytes` cut at these shares of its length. */
function cut(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const ends = [...places.map((place) => Math.floor(place * bytes.length)), bytes.length].sort(
    (a, b) => a - b,
  );
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
}

const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12, size: "max" });
const packet = fc.oneof(
  { weight: 1, arbitrary: smallServerPacket },
  {
    weight: 2,
    arbitrary: publishPacket(topicName(30), fc.integer({ min: 0, max: 200 }).map(numbered)),
  },
);

describe("the framer", () => {
  test(`gives what its limit promises, within its memory, for ${STREAMS} random streams cut anywhere`, () => {
    fc.assert(
      fc.property(
        fc.array(packet, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 100 }),
        places,
        (packets, limit, bufferLength, cuts) => {
          const reader = new FrameReader(limit, bufferLength);
          for (const part of cut(joined(packets.map(writtenByOracle)), cuts)) reader.feed(part);
          expect(reader.lines).toEqual(packets.flatMap((one) => expectedLines(one, limit)));
          const bound = Math.max(bufferLength, 2 * limit + HEADER, CONTROL);
          expect(reader.longestBuffer).toBeLessThanOrEqual(bound);
        },
      ),
      { numRuns: STREAMS },
    );
  });

  test(`gives the same for any split of ${BROKEN_STREAMS} broken streams, up to the same violation`, () => {
    const broken = fc
      .tuple(fc.array(smallServerPacket, { maxLength: 4 }), mutations, fc.uint8Array({ maxLength: 10 }))
      .map(([packets, changes, rest]) =>
        joined([mutated(joined(packets.map(writtenByOracle)), changes, false), rest]),
      );
    fc.assert(
      fc.property(
        broken,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 64 }),
        places,
        (bytes, limit, bufferLength, cuts) => {
          const whole = new FrameReader(limit, 4096).feed(bytes);
          const parts = new FrameReader(limit, bufferLength);
          for (const part of cut(bytes, cuts)) parts.feed(part);
          expect(parts.lines).toEqual(whole.lines);
        },
      ),
      { numRuns: BROKEN_STREAMS },
    );
  });

  test(`gives no packet of ${BROKEN_STREAMS} broken streams that decodes otherwise than mqtt-packet reads it`, () => {
    fc.assert(
      fc.property(fc.array(smallServerPacket, { maxLength: 4 }), mutations, (packets, changes) => {
        const reader = new FrameReader(3072, 64);
        reader.feed(mutated(joined(packets.map(writtenByOracle)), changes, false));
        for (const line of reader.lines) {
          if (!line.startsWith("packet ")) continue;
          const bytes = Uint8Array.from(line.slice(7).split(" "), (pair) => Number.parseInt(pair, 16));
          const ours = decodedOrUndefined(bytes);
          if (ours === undefined) continue;
          const theirs = acceptedByOracle(bytes);
          expect(theirs && shown(fromOracle(theirs))).toEqual(shown(ours));
        }
      }),
      { numRuns: BROKEN_STREAMS },
    );
  });
});

function decodedOrUndefined(bytes: Uint8Array): ServerPacket | undefined {
  let packet: ServerPacket | undefined;
  violationOf(() => {
    packet = decode(bytes);
  });
  return packet;
}
