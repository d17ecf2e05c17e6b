/** SOCKS5 under random and damaged answers, against a plain reader of whole streams: the two must always agree. */

import { expect, test } from "vitest";
import type { ProxyOptions } from "../../../src/mqtt/ports.js";
import { Socks5Layer } from "../../../src/transport/socks5-layer.js";
import { hexFromBytes, joined } from "../../mqtt/support/hex.js";
import { RandomSource } from "../../mqtt/support/random.js";
import { LayerRun } from "../../support/layer-run.js";
import { LayerWorld } from "../../support/layer-world.js";
import { FUZZ_RUNS, fuzz, IS_THOROUGH } from "./support/fuzz.js";

const TARGET = { host: "broker.example", port: 8883 };
const PLAIN: ProxyOptions = { host: "proxy", port: 1080 };
const WITH_USER: ProxyOptions = { ...PLAIN, userName: "ann", password: "s3cret-s3cret" };

/** Where the answers of a proxy end, by RFC 1928 and RFC 1929: -1 when they break off, -2 when they are wrong. */
function endOfAnswers(bytes: Uint8Array, hasUser: boolean): number {
  let offset = 0;
  const hasBytes = (byteLength: number): boolean => bytes.length - offset >= byteLength;
  if (bytes.length > 0 && bytes[0] !== 5) return -2;
  if (!hasBytes(2)) return -1;
  const method = bytes[1];
  if (method !== 0 && !(method === 2 && hasUser)) return -2;
  offset = 2;
  if (method === 2) {
    if (!hasBytes(2)) return -1;
    if (bytes[2] !== 1 || bytes[3] !== 0) return -2;
    offset = 4;
  }
  if (!hasBytes(2)) return -1;
  if (bytes[offset] !== 5 || bytes[offset + 1] !== 0) return -2;
  if (!hasBytes(5)) return -1;
  const type = bytes[offset + 3];
  if (bytes[offset + 2] !== 0 || ![1, 3, 4].includes(type as number)) return -2;
  const length = type === 1 ? 10 : type === 4 ? 22 : 7 + (bytes[offset + 4] as number);
  return hasBytes(length) ? offset + length : -1;
}

function randomAnswers(random: RandomSource, hasUser: boolean): Uint8Array {
  if (random.below(10) === 0) return random.bytes(random.below(300));
  const withUser = hasUser && random.below(3) > 0;
  const type = random.below(3);
  const name = random.bytes(random.below(3) === 0 ? random.below(256) : random.below(6));
  const address =
    type === 0
      ? [Uint8Array.of(1), random.bytes(4)]
      : type === 1
        ? [Uint8Array.of(4), random.bytes(16)]
        : [Uint8Array.of(3, name.length), name];
  const bytes = joined([
    Uint8Array.of(5, withUser ? 2 : 0),
    withUser ? Uint8Array.of(1, 0) : new Uint8Array(0),
    Uint8Array.of(5, 0, 0),
    ...address,
    random.bytes(2),
    random.bytes(random.below(5)),
  ]);
  if (random.below(2) === 0)
    bytes[random.below(Math.min(12, bytes.length))] = random.below(random.below(2) === 0 ? 10 : 256);
  return random.below(4) === 0 ? bytes.subarray(0, random.below(bytes.length)) : bytes;
}

test("answers are understood as the plain reader understands them, in whatever pieces", () => {
  const seen = { open: 0, opening: 0, closed: 0 };
  fuzz((seed) => {
    const random = new RandomSource(seed * 86_028_121);
    const proxy = random.below(2) === 0 ? PLAIN : WITH_USER;
    const bytes = randomAnswers(random, proxy === WITH_USER);
    const end = endOfAnswers(bytes, proxy === WITH_USER);
    const expected = end === -2 ? "closed" : end === -1 ? "opening" : "open";
    seen[expected] += 1;
    const run = new LayerRun(new Socks5Layer(proxy, TARGET), 1 + random.below(20));
    for (let offset = 0; offset < bytes.length; ) {
      const next = Math.min(bytes.length, offset + 1 + random.below(12));
      run.arrive(bytes.subarray(offset, next));
      offset = next;
    }
    const { state, left, cause, sent } = run.outcome;
    expect([state, hexFromBytes(bytes)]).toEqual([expected, hexFromBytes(bytes)]);
    if (state === "open") expect(left).toBe(bytes.length - end);
    // No credentials without having been asked for them, and never in a message.
    if (bytes[1] !== 2 || bytes[0] !== 5) expect(sent.includes("73 33 63 72 65 74")).toBe(false);
    expect(cause.includes("s3cret")).toBe(false);
    expect(cause === "").toBe(state !== "closed");
  });
  if (!IS_THOROUGH) return;
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
});

test("over the driver, what follows the answers comes through byte by byte", () => {
  fuzz((seed) => {
    const random = new RandomSource(seed * 49_979_687);
    const world = new LayerWorld(new Socks5Layer(WITH_USER, TARGET));
    const payload = random.bytes(random.below(60));
    const input = joined([Uint8Array.of(5, 2, 1, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0), payload]);
    let offset = 0;
    for (let i = 0; i < 10_000 && world.receivedBytes.length < payload.length; i += 1) {
      if (random.below(2) === 0 || world.calls.length === 0) world.below.give(1 + random.below(30));
      if (offset < input.length && random.below(2) === 0) {
        const next = Math.min(input.length, offset + 1 + random.below(10));
        world.below.arrive(hexFromBytes(input.subarray(offset, next)));
        offset = next;
      }
      if (world.unread > 0 && random.below(2) === 0) world.read(1 + random.below(world.unread));
      world.settle();
    }
    expect(hexFromBytes(world.receivedBytes)).toBe(hexFromBytes(payload));
    expect(world.ended).toBe(false);
  }, FUZZ_RUNS / 3);
});
