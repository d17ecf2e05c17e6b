/**
 * The fast path of the client, for one packet that arrives by itself and one message that leaves by itself, against the
 * long way: two clients are taken through the same, and the second is kept off the fast path.
 */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PUBLISH, PUBREC, PUBREL } from "../../../src/mqtt/packet-type.js";
import { packetEnd, remainingLengthEnd } from "../../../src/mqtt/remaining-length.js";
import { bytesFromHex, hexFromBytes } from "../support/hex.js";
import type { Setting } from "./support/fast-path-side.js";
import { Side } from "./support/fast-path-side.js";
import type { Step } from "./support/fast-path-steps.js";
import {
  CONFUSED,
  messageOf,
  NAMES,
  publishOf,
  SETTING,
  STEP,
  STRAY,
  WRONG,
} from "./support/fast-path-steps.js";

const CASES = 250;
const ROOM = 1000;
class Run {
  /** How many messages left within the call, and so on the fast path. */
  alone = 0;
  readonly #sides: readonly [Side, Side];
  readonly #cleanSession: boolean;
  /** What the server may answer. */
  #owed: string[] = [];
  #answered: string | undefined;
  /** The beginning of a packet. */
  #part = "";
  #identifier = 0;
  #streams = 0;

  constructor(one: Setting) {
    this.#sides = [new Side(false, one), new Side(true, one)];
    this.#cleanSession = one.cleanSession;
  }

  step(one: Step): void {
    const { cut, kind, length, name, qos, what } = one;
    switch (kind) {
      case "publish": {
        const message = messageOf(one);
        if (this.#sides[0].publish(message, what % 8 === 0 ? 1 : 0)) this.alone += 1;
        expect(this.#sides[1].publish(message, what % 8 === 0 ? 1 : 0)).toBe(false);
        break;
      }
      case "burst":
        this.#both((side) => {
          for (let i = 0; i < 4; i += 1) {
            const payload = new Uint8Array(length + i);
            side.publish({ topicName: NAMES[(name + i * what) % NAMES.length] as string, payload, qos });
          }
        });
        break;
      case "answer":
        this.#answered = this.#owed.splice(what % Math.max(1, this.#owed.length), 1)[0];
        this.#arrive(this.#answered, cut);
        break;
      case "answers":
        for (let left = this.#owed.length; left > 0; left -= 1) {
          this.#arrive(this.#owed.shift(), cut);
          this.#settle(ROOM);
        }
        break;
      case "again":
        if (this.#answered?.startsWith("9") === false) this.#arrive(this.#answered, cut);
        break;
      case "message":
        this.#arrive(publishOf(one, what, this.#nextIdentifier()), cut);
        break;
      case "pair":
        this.#arriveTwo(
          publishOf(one, what, this.#nextIdentifier()),
          publishOf(one, what + 1, this.#nextIdentifier()),
          cut,
        );
        break;
      case "others":
        // As long as each other, and each with a topic name of its own.
        for (let i = 0; i < 3; i += 1) {
          this.#arrive(publishOf({ ...one, name: 3 + ((name + i) % 4) }, what, this.#nextIdentifier()), cut);
          this.#settle(ROOM);
        }
        break;
      case "stray":
        this.#arrive(STRAY[what % STRAY.length], cut);
        break;
      case "rare": {
        const due = this.#owed[0];
        if (what < 10) this.#arrive(WRONG[length % WRONG.length], cut);
        else if (what < 15 && due !== undefined) {
          this.#arrive(`${CONFUSED[due.slice(0, 2)] ?? "40"}${due.slice(2)}`, cut);
        }
        break;
      }
      case "narrow":
        this.#both(({ transport }) => !transport.closed && transport.give(what));
        break;
      case "end":
        this.#both(({ transport }) => what < 10 && !transport.closed && transport.end());
        break;
      default:
        this.#both(({ client, clock }) => {
          if (!client.connected) client.start();
          clock.advance(what * 500);
        });
    }
    this.#settle(kind === "narrow" ? 0 : ROOM);
    // Nearly always the server answers at once to what must be over before anything is alone.
    while (what % 8 > 0 && kind !== "narrow" && /^[29b]/.test(this.#owed[0] ?? "")) {
      this.#arrive(this.#owed.shift(), cut);
      this.#settle(ROOM);
    }
  }

  /** Everything that is to be done is done, and it is the same. */
  #settle(room: number): void {
    this.#both(({ clock }) => clock.advance(0));
    // Also before there is more room.
    this.#compare();
    for (let again = true; again; ) {
      if (room > 0) this.#both(({ transport }) => !transport.closed && transport.give(room));
      this.#both(({ clock }) => clock.advance(0));
      again = this.#compare() && room > 0;
    }
  }

  #both(act: (side: Side) => void): void {
    for (const side of this.#sides) act(side);
  }

  #arrive(packet: string | undefined, cut: number): void {
    if (packet === undefined) return;
    this.#both((side) => side.arrive(bytesFromHex(packet), cut));
  }

  #arriveTwo(one: string, other: string, cut: number): void {
    this.#both((side) => side.arriveTwo(bytesFromHex(one), bytesFromHex(other), cut));
  }

  #nextIdentifier(): number {
    this.#identifier = (this.#identifier % 5) + 1;
    return this.#identifier;
  }

  /** Returns whether something was written. */
  #compare(): boolean {
    const [short, general] = this.#sides;
    const written = short.transport.taken();
    expect(written).toBe(general.transport.taken());
    expect(short.told()).toEqual(general.told());
    expect(short.transport.openCount).toBe(general.transport.openCount);
    if (short.transport.openCount !== this.#streams) {
      this.#streams = short.transport.openCount;
      this.#owed = [];
      this.#part = "";
    }
    this.#hear(bytesFromHex(`${this.#part} ${written}`));
    return written !== "";
  }

  /** Notes what is to be answered. */
  #hear(bytes: Uint8Array): void {
    let start = 0;
    while (remainingLengthEnd(bytes, start + 1, bytes.length) !== -1) {
      const end = packetEnd(bytes, start);
      if (end > bytes.length) break;
      this.#answer(bytes[start] as number, bytes, start);
      start = end;
    }
    this.#part = hexFromBytes(bytes.subarray(start));
  }

  #answer(first: number, bytes: Uint8Array, start: number): void {
    const identifierAt = (at: number): string => hexFromBytes(bytes.subarray(at, at + 2));
    const body = start + ((bytes[start + 1] as number) < 128 ? 2 : 3);
    const identifier = identifierAt(body);
    const type = first >> 4;
    if (type === 1) {
      const isPresent = !this.#cleanSession && this.#streams % 3 > 0;
      this.#owed.unshift(isPresent ? "20 02 01 00" : "20 02 00 00");
    } else if (type === 8) {
      let count = 0;
      for (let at = body + 2; at < packetEnd(bytes, start); count += 1) at += 3 + (bytes[at + 1] as number);
      this.#owed.unshift(`90 0${2 + count} ${identifier}${" 01".repeat(count)}`);
    } else if (type === 10) this.#owed.unshift(`b0 02 ${identifier}`);
    else if (type === PUBREC) this.#owed.push(`62 02 ${identifier}`);
    else if (type === PUBREL) this.#owed.push(`70 02 ${identifier}`);
    else if (type === PUBLISH && (first & 6) > 0) {
      const topicEnd = body + 2 + (bytes[body + 1] as number);
      this.#owed.push(`${(first & 6) === 2 ? "40" : "50"} 02 ${identifierAt(topicEnd)}`);
    }
  }
}

describe("a packet by itself", () => {
  test(`is dealt with as all packets are, in ${CASES} random conversations`, () => {
    let alone = 0;
    const steps = fc.array(STEP, { minLength: 20, maxLength: 80, size: "max" });
    fc.assert(
      fc.property(SETTING, steps, (one, all) => {
        const run = new Run(one);
        const answer = { kind: "answer", qos: 0, what: 0, length: 0, name: 0, cut: 1 } as const;
        run.step({ ...answer, kind: "wait" });
        run.step(answer);
        run.step(answer);
        for (const next of all) run.step(next);
        alone += run.alone;
      }),
      { numRuns: CASES },
    );
    // It would prove nothing if it were not taken.
    expect(alone).toBeGreaterThan(CASES);
  });
});
