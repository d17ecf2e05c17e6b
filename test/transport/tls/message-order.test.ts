/**
 * Every kind of message at every place of the handshake: only the sequences of RFC 5246 section 7.3 (with RFC 4279 and
 * RFC 5489) are gone along with. The server counts what it sends wrongly as said, so that nothing but the order is wrong.
 */

import { describe, expect, test } from "vitest";
import type { Step, TestSuite } from "./support/test-server.js";
import { ECDHE_ECDSA_GCM, ECDHE_PSK_CBC, PSK_GCM, TlsWorld } from "./support/tls-world.js";
import { uint16, vector16 } from "./support/wire.js";

/** One letter for each kind of message; `S` is ChangeCipherSpec, and `A` application data. */
const LETTERS: Readonly<Record<string, number>> = Object.freeze({
  q: 0,
  c: 1,
  H: 2,
  T: 4,
  E: 8,
  C: 11,
  K: 12,
  R: 13,
  D: 14,
  V: 15,
  X: 16,
  F: 20,
  u: 22,
  Z: 99,
});

interface Exchange {
  readonly name: string;
  readonly suite: TestSuite;
  readonly hint?: Uint8Array;
  /** What the server sends by itself, in two flights. */
  readonly flights: readonly [string, string];
  /** All that is right. */
  readonly valid: readonly string[];
}

const EXCHANGES: readonly Exchange[] = [
  { name: "PSK", suite: PSK_GCM, flights: ["HD", "SF"], valid: ["HDSF", "HKDSF"] },
  {
    name: "PSK with a hint",
    suite: PSK_GCM,
    hint: Uint8Array.of(1, 2),
    flights: ["HKD", "SF"],
    valid: ["HDSF", "HKDSF"],
  },
  { name: "ECDHE with PSK", suite: ECDHE_PSK_CBC, flights: ["HKD", "SF"], valid: ["HKDSF"] },
  {
    name: "ECDHE with certificates",
    suite: ECDHE_ECDSA_GCM,
    flights: ["HCKD", "SF"],
    valid: ["HCKDSF", "HCKRDSF"],
  },
];

function letterOf(step: Step): string {
  if ("raw" in step) return "?";
  if ("record" in step) return step.record === 20 ? "S" : "A";
  return Object.keys(LETTERS).find((letter) => LETTERS[letter] === step.message) as string;
}

/** Bodies that are right, so that nothing but the place is wrong. */
function stepFor(letter: string, known: readonly Step[]): Step {
  const original = known.find((step) => letterOf(step) === letter);
  if (original !== undefined) return original;
  if (letter === "S") return { record: 20, content: Uint8Array.of(1) };
  if (letter === "A") return { record: 23, content: Uint8Array.of(1, 2, 3) };
  const message = LETTERS[letter] as number;
  if (letter === "K") return { message, body: vector16(Uint8Array.of(1)) };
  if (letter === "F") return { message, body: new Uint8Array(12) };
  if (letter === "R") {
    return {
      message,
      body: Uint8Array.of(1, 64, ...vector16(uint16(0x0403)), ...vector16(new Uint8Array(0))),
    };
  }
  return { message, body: new Uint8Array(0) };
}

/** Plays `first` and `second` in place of the two flights. */
function play({ hint, suite }: Exchange, first: string, second: string): TlsWorld {
  const rewrite = (steps: readonly Step[], flight: 1 | 2): readonly Step[] =>
    Array.from(flight === 1 ? first : second, (letter) => stepFor(letter, steps));
  return new TlsWorld({ suite, server: { rewrite, ...(hint && { hint }) } }).connect();
}

/** Whether the sequence is right, is the beginning of one that is right, or neither. */
function judge({ valid }: Exchange, sequence: string): "open" | "opening" | "closed" {
  for (const whole of valid) {
    if (whole === sequence) return "open";
    // After the handshake, requests to renegotiate are declined, and data is what it is all for.
    if (sequence.startsWith(whole)) return /^[qA]*$/.test(sequence.slice(whole.length)) ? "open" : "closed";
  }
  return valid.some((whole) => whole.startsWith(sequence)) ? "opening" : "closed";
}

function check(exchange: Exchange, first: string, second: string): void {
  const world = play(exchange, first, second);
  const { client, failure, server } = world;
  const sequence = server.isOpen ? first + second : first;
  if (!server.isOpen) expect(client.peerVerified).toBe(false);
  if (first.includes("DS")) {
    // The keys changed before there were any: whatever the server says then cannot be read.
    expect(`${sequence}: ${client.state}`).not.toBe(`${sequence}: open`);
    return;
  }
  expect(`${sequence}: ${client.state}`).toBe(`${sequence}: ${judge(exchange, sequence)}`);
  if (client.state !== "closed") {
    expect(failure).toBeUndefined();
    return;
  }
  expect(`${sequence}: ${failure}`).toBe(`${sequence}: unexpected-message`);
  // Who counts other messages has other keys.
  if (!server.isDeaf) expect(`${sequence}: ${server.alerts}`).toBe(`${sequence}: 2 10`);
}

const KINDS = [...Object.keys(LETTERS), "S", "A"];

describe.each(EXCHANGES)("$name", (exchange) => {
  const [first, second] = exchange.flights;

  test("as it should be", () => {
    expect(play(exchange, first, second).client.state).toBe("open");
  });

  test.each(KINDS)("%s put in anywhere", (letter) => {
    for (let i = 0; i <= first.length; i += 1) {
      check(exchange, first.slice(0, i) + letter + first.slice(i), second);
    }
    for (let i = 0; i <= second.length; i += 1) {
      check(exchange, first, second.slice(0, i) + letter + second.slice(i));
    }
  });

  test("any message left out", () => {
    for (let i = 0; i < first.length; i += 1) check(exchange, first.slice(0, i) + first.slice(i + 1), second);
    for (let i = 0; i < second.length; i += 1)
      check(exchange, first, second.slice(0, i) + second.slice(i + 1));
  });

  test("any two messages the other way round", () => {
    const swapped = (flight: string, i: number) =>
      flight.slice(0, i) + flight.charAt(i + 1) + flight.charAt(i) + flight.slice(i + 2);
    for (let i = 0; i + 1 < first.length; i += 1) check(exchange, swapped(first, i), second);
    check(exchange, first, swapped(second, 0));
  });

  test("one message in place of another", () => {
    for (const letter of KINDS) {
      for (let i = 0; i < first.length; i += 1) {
        check(exchange, first.slice(0, i) + letter + first.slice(i + 1), second);
      }
      for (let i = 0; i < second.length; i += 1) {
        check(exchange, first, second.slice(0, i) + letter + second.slice(i + 1));
      }
    }
  });

  test("the end of the handshake right away", () => {
    for (const early of ["SF", "F", "HSF", "HF", "HDF", "HDSF", "DSF"]) check(exchange, early, "");
  });
});
