/** The framer and the decoder under packets that are cut up, spoiled and followed by noise. */

import { expect, test } from "vitest";
import { decode } from "../../src/mqtt/decode.js";
import { ProtocolError } from "../../src/mqtt/errors.js";
import { FrameReader } from "../mqtt/support/frames.js";
import { bytesFromHex, joined } from "../mqtt/support/hex.js";
import { RandomSource } from "../mqtt/support/random.js";
import { spoiled } from "./support/mutation.js";
import { serverPacket } from "./support/server-stream.js";
import { fuzzTarget, inputsOf, timeoutOf } from "./support/targets.js";

const TIMES = { timeout: timeoutOf("stream") };

test(`${inputsOf("stream")} streams give packets or one violation, within the memory promised`, TIMES, () => {
  let packets = 0;
  let violations = 0;
  fuzzTarget("stream", (seed) => {
    const random = new RandomSource(seed * 15_485_863);
    const parts = [serverPacket(random), serverPacket(random), random.bytes(random.below(6))];
    const bytes = spoiled(joined(parts), random, random.below(3));
    const limit = random.below(80);
    const bufferLength = 1 + random.below(64);
    const reader = new FrameReader(limit, bufferLength);
    for (let offset = 0; offset < bytes.length; ) {
      const end = Math.min(bytes.length, offset + 1 + random.below(40));
      reader.feed(bytes.subarray(offset, end));
      offset = end;
    }
    // A header is 9 bytes at most, a packet other than PUBLISH 66 whatever the limit.
    expect(reader.longestBuffer).toBeLessThanOrEqual(Math.max(bufferLength, 2 * limit + 9, 66));
    expect(reader.lines.length).toBeLessThanOrEqual(bytes.length + 2);
    for (const line of reader.lines) {
      if (line.startsWith("violation")) violations += 1;
      if (!line.startsWith("packet ")) continue;
      packets += 1;
      expectDecodable(bytesFromHex(line.slice(7)));
    }
  });
  expect(Math.min(packets, violations)).toBeGreaterThan(inputsOf("stream") / 20);
});

function expectDecodable(packet: Uint8Array): void {
  try {
    decode(packet);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    expect(error.statement).toMatch(/^MQTT-\d/);
  }
}
