/** Flash with anything in it: the device starts, works, and keeps what it stores from then on. */

import { expect, test } from "vitest";
import { crc32 } from "../../src/mqtt/crc32.js";
import type { Outgoing } from "../../src/mqtt/outgoing.js";
import { ModelDevice, ModelFlash } from "../model/device.js";
import { acknowledgement, identifierOf, publish } from "../model/packets.js";
import { RandomSource } from "../mqtt/support/random.js";
import { fuzzTarget, inputsOf, timeoutOf } from "./support/targets.js";

const TIMES = { timeout: timeoutOf("journal") };
const BLOCK_LENGTH = 1024;
/** Two halves of one block each. */
const FLASH_LENGTH = 2 * BLOCK_LENGTH;
const ACCEPT = [Uint8Array.of(0x20, 2, 0, 0), Uint8Array.of(0x20, 2, 1, 0)] as const;
const WINDOW = 3;

/** Flash that a real device has left. */
function used(random: RandomSource): Uint8Array {
  const flash = new ModelFlash(BLOCK_LENGTH, 2);
  const device = new ModelDevice(WINDOW, flash);
  device.connect();
  device.receive(ACCEPT[0], () => undefined);
  for (let i = random.below(24); i > 0; i -= 1) work(device, random);
  return flash.bytes;
}

/** A message one way or the other, or an acknowledgement. */
function work(device: ModelDevice, random: RandomSource): void {
  const kind = random.below(4);
  if (kind === 0) {
    device.receive(publish(1, 2, 1 + random.below(5), false), () => undefined);
  } else if (kind === 1) {
    device.publish(random.below(256), random.below(2) === 0 ? 1 : 2, random.below(3) > 0);
  }
  const sent = device.transmit();
  if (sent === undefined || sent.length < 4 || random.below(3) === 0) return;
  const type = (sent[0] as number) >> 4;
  const isExact = ((sent[0] as number) & 4) !== 0;
  if (type === 3) {
    device.receive(acknowledgement(isExact ? "PUBREC" : "PUBACK", identifierOf(sent)), () => undefined);
  } else if (type === 6) {
    device.receive(acknowledgement("PUBCOMP", identifierOf(sent)), () => undefined);
  }
}

/** A journal whose records are whole, and say anything. */
function invented(random: RandomSource): Uint8Array {
  const bytes = new Uint8Array(FLASH_LENGTH).fill(0xff);
  const view = new DataView(bytes.buffer);
  for (const half of [0, BLOCK_LENGTH]) {
    view.setUint32(half, 0x524a_3031);
    view.setUint32(half + 4, 1 + random.below(4));
    view.setUint32(half + 8, crc32(bytes, half, half + 8));
    for (let at = half + 12; random.below(12) > 0; ) {
      const payload = random.bytes(
        random.below(3) === 0 ? random.below(40) : ([4, 8, 5, 2, 6][random.below(5)] as number),
      );
      if (payload.length > 0) payload[0] = random.below(12);
      if (payload.length > 6) payload.fill(0, 1, 6);
      if (payload.length > 4) payload[4] = random.below(4);
      const next = at + ((8 + payload.length + 3) & ~3);
      if (next > half + BLOCK_LENGTH) break;
      view.setUint16(at, payload.length);
      view.setUint16(at + 2, ~payload.length & 0xffff);
      view.setUint32(at + 4, crc32(payload));
      bytes.set(payload, at + 8);
      at = next;
    }
  }
  return bytes;
}

/** The bytes to start from: noise, what a device has left and was then damaged, or a forgery. */
function contents(random: RandomSource): Uint8Array {
  const kind = random.below(8);
  if (kind === 0) return random.bytes(FLASH_LENGTH);
  if (kind < 3) return invented(random);
  const bytes = used(random);
  for (let i = random.below(5); i > 0; i -= 1) {
    const at = random.below(random.below(2) === 0 ? 200 : FLASH_LENGTH);
    const length = 1 + random.below(random.below(2) === 0 ? 2 : 60);
    const filling = [0, 0xff, random.below(256)][random.below(3)] as number;
    bytes.fill(filling, at, Math.min(at + length, FLASH_LENGTH));
  }
  return bytes;
}

/** The last bytes of all messages held. */
function held(device: ModelDevice): readonly (number | undefined)[] {
  const numbers: (number | undefined)[] = [];
  device.session.eachMessage(({ bytes }) => numbers.push(bytes?.at(-1)));
  device.outbox.eachWaiting(({ bytes }) => numbers.push(bytes?.at(-1)));
  return numbers;
}

test(`${inputsOf("journal")} devices start with any flash, and keep what they store in it`, TIMES, () => {
  let stored = 0;
  fuzzTarget("journal", (seed) => {
    const random = new RandomSource(seed * 49_979_687);
    const flash = new ModelFlash(BLOCK_LENGTH, 2, contents(random).slice());
    const device = new ModelDevice(WINDOW, flash);
    expect(device.outbox.store?.failure).toBe(undefined);
    device.connect();
    device.receive(ACCEPT[random.below(2)] as Uint8Array, () => undefined);
    for (let i = random.below(12); i > 0; i -= 1) work(device, random);
    const kept: Outgoing[] = [];
    for (let i = 0; i < 3; i += 1) kept.push(device.publish(200 + i, 1, true));
    expect(device.outbox.store?.failure).toBe(undefined);
    const again = new ModelDevice(WINDOW, flash.restarted());
    expect(again.outbox.store?.failure).toBe(undefined);
    const numbers = held(again);
    for (const [index, outgoing] of kept.entries()) {
      if (!outgoing.isStored) continue;
      stored += 1;
      expect(numbers).toContain(200 + index);
    }
    // And what was there is there: nothing that was in flight or waited has been added to.
    expect(numbers.length).toBeLessThanOrEqual(held(device).length);
  });
  expect(stored).toBeGreaterThan(inputsOf("journal") / 2);
});
