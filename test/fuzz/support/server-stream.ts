/** What a hostile server sends: packets that are mostly right, with identifiers that often meet real ones. */

import { bytesFromHex, joined } from "../../mqtt/support/hex.js";
import type { RandomSource } from "../../mqtt/support/random.js";
import { serverVectors } from "../../mqtt/support/server-vectors.js";

const VECTORS = serverVectors()
  .map(({ hex }) => bytesFromHex(hex))
  .filter((bytes) => bytes.length < 400);

/** One packet, whole and mostly valid. */
export function serverPacket(random: RandomSource): Uint8Array {
  const low = random.below(5);
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2:
      return publish(random);
    case 3:
    case 4:
      return Uint8Array.of([0x40, 0x50, 0x62, 0x70][random.below(4)] as number, 2, 0, low);
    case 5:
      return Uint8Array.of(0x90, 3, 0, low, [0, 1, 2, 0x80][random.below(4)] as number);
    case 6:
      return Uint8Array.of(0xb0, 2, 0, low);
    case 7:
      return Uint8Array.of(0xd0, 0);
    case 8:
      return VECTORS[random.below(VECTORS.length)] as Uint8Array;
    default:
      return Uint8Array.of(0x62, 2, 0, low);
  }
}

function publish(random: RandomSource): Uint8Array {
  const qos = random.below(3);
  const topic = random
    .bytes(1 + random.below(random.below(8) === 0 ? 60 : 4))
    .map((byte) => 97 + (byte % 26));
  const payload = random.bytes(random.below(random.below(4) === 0 ? 250 : 20));
  const identifier = qos === 0 ? [] : [0, 1 + random.below(4)];
  const first = 0x30 | (qos === 0 ? 0 : random.below(2) << 3) | (qos << 1) | random.below(2);
  const body = joined([Uint8Array.of(0, topic.length), topic, Uint8Array.from(identifier), payload]);
  const length = body.length < 128 ? [body.length] : [(body.length % 128) | 128, body.length >> 7];
  return joined([Uint8Array.of(first, ...length), body]);
}
