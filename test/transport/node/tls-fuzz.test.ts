/**
 * A server's bytes, cut up, shuffled and overwritten at random: nothing is thrown, nothing false is read, and everything
 * comes to an end. With the keys of an attacker who has none (`wire`), and of a server that goes astray (`rewrite`).
 */

import { describe, expect, test } from "vitest";
import { NodeCrypto } from "../../../host-sim/io/node-crypto.js";
import { joined, numbered } from "../../mqtt/support/hex.js";
import { RandomSource } from "../../mqtt/support/random.js";
import type { Step, TestSuite } from "../tls/support/test-server.js";
import type { TlsWorldOptions } from "../tls/support/tls-world.js";
import { ECDHE_ECDSA_GCM, ECDHE_PSK_CBC, PSK_CBC, PSK_GCM, TlsWorld } from "../tls/support/tls-world.js";
import { ToyCrypto } from "../tls/support/toy-crypto.js";
import { FUZZ_RUNS, fuzz } from "./support/fuzz.js";

const SUITES: readonly TestSuite[] = [PSK_GCM, PSK_CBC, ECDHE_PSK_CBC, ECDHE_ECDSA_GCM];
const node = new NodeCrypto();

/** One change, or now and then a few, at random places. */
function mutated(bytes: Uint8Array, random: RandomSource): Uint8Array {
  let result = bytes.slice();
  for (let rounds = 1 + (random.below(4) === 0 ? random.below(5) : 0); rounds > 0; rounds -= 1) {
    const at = random.below(result.length + 1);
    const until = Math.min(at + 1 + random.below(random.below(2) === 0 ? 4 : 60), result.length);
    const [before, part, after] = [
      result.subarray(0, at),
      result.subarray(at, until),
      result.subarray(until),
    ];
    switch (random.below(6)) {
      case 0:
        result = joined([before, random.bytes(part.length), after]) as Uint8Array<ArrayBuffer>;
        break;
      case 1:
        result = joined([before, after]) as Uint8Array<ArrayBuffer>;
        break;
      case 2:
        result = joined([before, part, part, after]) as Uint8Array<ArrayBuffer>;
        break;
      case 3:
        result = joined([before, random.bytes(random.below(20)), part, after]) as Uint8Array<ArrayBuffer>;
        break;
      case 4:
        result = before.slice();
        break;
      default:
        if (at < result.length) result[at] = (result[at] as number) ^ (1 << random.below(8));
    }
  }
  return result;
}

/** Ends it, and sees that it has. */
function expectEnd(world: TlsWorld): void {
  world.client.lost();
  expect(world.client.state).toBe("closed");
  expect(world.client.writable(1_000)).toBe(0);
  expect(world.client.space(100).length).toBe(0);
}

function isPrefix(part: Uint8Array, whole: Uint8Array): boolean {
  return part.every((byte, i) => byte === whole[i]);
}

function random(seed: number): { source: RandomSource; options: TlsWorldOptions } {
  const source = new RandomSource(seed * 7_919);
  for (let i = 0; i < 8; i += 1) source.below(2);
  const suite = SUITES[source.below(SUITES.length)] as TestSuite;
  const chunk = [1, 7, 64, 65_536][source.below(4)] as number;
  const extensions = source.below(2) === 0 ? {} : { 22: undefined, 1: Uint8Array.of(3) };
  const recordLength = [16_384, 50, 3][source.below(3)] as number;
  const server = { extensions, recordLength, isCoalescing: source.below(2) === 0 };
  return { source, options: { suite, chunk, server } };
}

/** For a night of them. */
const timeout = 60_000 + 20 * FUZZ_RUNS;

describe(`with ${FUZZ_RUNS} seeds`, { timeout }, () => {
  test("whoever is in between makes nothing false come out", () => {
    let ends = 0;
    fuzz((seed) => {
      const { source, options } = random(seed);
      const data = numbered(200 + source.below(5_000));
      const from = source.below(4);
      let flights = 0;
      const wire = (bytes: Uint8Array) => {
        flights += 1;
        return flights > from && source.below(3) > 0 ? mutated(bytes, source) : bytes;
      };
      const crypto = options.suite === ECDHE_ECDSA_GCM ? new ToyCrypto(seed) : node;
      const world = new TlsWorld({ ...options, crypto, wire }).connect();
      if (world.server.isOpen) {
        for (let start = 0; start < data.length; start += 700)
          world.server.send(data.subarray(start, start + 700));
        world.run();
      }
      expect(isPrefix(world.received, data)).toBe(true);
      if (world.received.length === data.length) ends += 1;
      expectEnd(world);
    });
    // Some get through because nothing happened to them.
    expect(ends).toBeGreaterThan(0);
  });

  test("a server that goes astray is never the reason for anything but an error", () => {
    const states = { open: 0, opening: 0, closed: 0 };
    fuzz((seed) => {
      const { source, options } = random(seed);
      const astray = (step: Step): readonly Step[] => {
        if (source.below(4) > 0) return [step];
        if ("message" in step) return [{ message: step.message, body: mutated(step.body, source) }];
        if ("record" in step) return [{ record: step.record, content: mutated(step.content, source) }];
        return [{ raw: mutated(step.raw, source) }];
      };
      const rewrite = (steps: readonly Step[]) => {
        const list = steps.flatMap(astray);
        if (source.below(4) === 0) list.splice(source.below(list.length + 1), 0, ...list.slice(0, 1));
        return list;
      };
      const world = new TlsWorld({
        ...options,
        crypto: new ToyCrypto(seed),
        server: { ...options.server, rewrite },
      }).connect();
      for (let i = 0; i < 5; i += 1) {
        world.server.sendRecord(20 + source.below(5), source.bytes(source.below(40)));
      }
      world.run();
      states[world.client.state] += 1;
      if (world.client.state === "closed" && world.client.cause !== undefined) {
        expect(world.client.cause).toMatchObject({ stage: "tls", name: "TransportError" });
        expect((world.client.cause as { code: string }).code).not.toBe("internal-error");
      }
      expectEnd(world);
    });
    expect(states.closed).toBeGreaterThan(states.open);
  });
});
