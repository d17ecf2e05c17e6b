/** Two clients that are taken through the same, and are to write and to tell the same. */

import { expect } from "vitest";
import { PUBLISH, PUBREC, PUBREL } from "../../../../src/mqtt/packet-type.js";
import { packetEnd, remainingLengthEnd } from "../../../../src/mqtt/remaining-length.js";
import { bytesFromHex, hexFromBytes } from "../../support/hex.js";
import type { Setting, Side } from "./fast-path-side.js";
import type { Step } from "./fast-path-steps.js";
import { CONFUSED, messageOf, NAMES, publishOf, STRAY, WRONG } from "./fast-path-steps.js";

const ROOM = 1000;

/** Two clients that are to do the same, step by step, and the server that both talk to. */
export class Run {
  /** How many messages left within the call, and so on the fast path. */
  alone = 0;
  readonly sides: readonly [Side, Side];
  readonly #cleanSession: boolean;
  /** What the server may answer. */
  #owed: string[] = [];
  #answered: string | undefined;
  /** The beginning of a packet. */
  #part = "";
  #identifier = 0;
  #streams = 0;

  constructor({ cleanSession }: Setting, one: Side, other: Side) {
    this.sides = [one, other];
    this.#cleanSession = cleanSession;
  }

  /** How much the server has not answered yet. */
  get owed(): number {
    return this.#owed.length;
  }

  step(next: Step): void {
    const { cut, kind, length, name, qos, what } = next;
    switch (kind) {
      case "publish": {
        const message = messageOf(next);
        const [one, other] = this.sides.map((side) => side.publish(message, what % 8 === 0 ? 1 : 0));
        if (one === true) this.alone += 1;
        expect(other).toBe(one === true && !this.sides[1].isGeneral);
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
        this.#arrive(publishOf(next, what, this.#nextIdentifier()), cut);
        break;
      case "pair":
        this.#arriveTwo(
          publishOf(next, what, this.#nextIdentifier()),
          publishOf(next, what + 1, this.#nextIdentifier()),
          cut,
        );
        break;
      case "others":
        // As long as each other, and each with a topic name of its own.
        for (let i = 0; i < 3; i += 1) {
          const other = { ...next, name: 3 + ((name + i) % 4) };
          this.#arrive(publishOf(other, what, this.#nextIdentifier()), cut);
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
    for (const side of this.sides) act(side);
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
    const [one, other] = this.sides;
    const written = one.transport.taken();
    expect(written).toBe(other.transport.taken());
    expect(one.told()).toEqual(other.told());
    expect(one.transport.openCount).toBe(other.transport.openCount);
    if (one.transport.openCount !== this.#streams) {
      this.#streams = one.transport.openCount;
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
