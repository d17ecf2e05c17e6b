/** What is found in the flash is put into the ring: all of it, and nothing that would spoil it. */

import { describe, expect, test } from "vitest";
import { Journal } from "../../src/mqtt/journal.js";
import { MessageStore } from "../../src/mqtt/message-store.js";
import { Outbox } from "../../src/mqtt/outbox.js";
import type { Outgoing } from "../../src/mqtt/outgoing.js";
import { restoreState } from "../../src/mqtt/restore-state.js";
import { Session } from "../../src/mqtt/session.js";
import { MemoryFlash } from "../support/memory-flash.js";
import { bytesFromHex } from "./support/hex.js";
import { addTo, publishOf } from "./support/messages.js";
import { OPTIONS } from "./support/server-options.js";

/** What one life of a device holds. */
class Life {
  readonly outbox: Outbox;
  readonly session: Session;

  constructor(flash: MemoryFlash) {
    const store = new MessageStore(flash);
    this.outbox = new Outbox(store);
    this.session = new Session(this.outbox, "mqtt", true);
    const backup = new Session(this.outbox, "mqtt1", false);
    restoreState(store, this.outbox, [this.session, backup], [OPTIONS, undefined]);
  }

  /** All payloads, in flight and waiting, with their identifiers. */
  get held(): readonly string[] {
    const held: string[] = [];
    const note = (outgoing: Outgoing): void => {
      if (outgoing.ring === undefined) held.push(`released #${outgoing.packetIdentifier}`);
      else {
        const { payload } = publishOf(outgoing);
        held.push(`${String.fromCharCode(...payload)} #${outgoing.packetIdentifier ?? 0}`);
      }
    };
    this.session.eachMessage(note);
    this.outbox.eachWaiting(note);
    return held;
  }
}

function flash(): MemoryFlash {
  return new MemoryFlash(4096, 4);
}

describe("after a loss of power", () => {
  test("every message has its packet, though the buffer was exchanged on the way", () => {
    const memory = flash();
    const life = new Life(memory);
    const payload = (i: number): string => `${i} ${"x".repeat((i * 13) % 90)}`;
    for (let i = 0; i < 30; i += 1) addTo(life.outbox, { payload: payload(i), qos: i % 2 === 0 ? 1 : 2 });
    for (let i = 0; i < 12; i += 1) life.session.nextPublish(20, 2);
    life.session.recorded(2);
    life.session.recorded(4);
    life.session.acknowledged(3);
    const again = new Life(memory.restarted());
    expect(again.held).toEqual([
      ...[0, 4, 5, 6, 7, 8, 9, 10, 11].map((i) => `${payload(i)} #${i + 1}`),
      "released #2",
      "released #4",
      ...Array.from({ length: 18 }, (_, i) => `${payload(12 + i)} #0`),
    ]);
    expect(again.outbox.byteLength).toBe(life.outbox.byteLength);
    expect(new Life(memory.restarted()).held).toEqual(again.held);
  });

  test("what is late says so in its place, and the others do not", () => {
    const memory = flash();
    const life = new Life(memory);
    const text = '{"late":false,"n":1}';
    const limits = { ...OPTIONS };
    for (let i = 0; i < 6; i += 1) {
      const message = { topicName: "t", payload: text, qos: 1 } as const;
      life.outbox.add(i % 2 === 0 ? { ...message, lateOffset: 8 } : message, undefined, 0, limits, true, 0);
    }
    const late = '{"late":true ,"n":1} #0';
    expect(new Life(memory.restarted()).held).toEqual([
      late,
      `${text} #0`,
      late,
      `${text} #0`,
      late,
      `${text} #0`,
    ]);
  });
});

test("a message that is lowered to QoS 0 and interrupted is still stored, though the journal was written anew meanwhile", () => {
  const memory = new MemoryFlash(2048, 2);
  const life = new Life(memory);
  const message = addTo(life.outbox, { payload: "z".repeat(50) });
  life.session.begin(false);
  // Its first part is on its way, to a server that takes QoS 0 only.
  expect(life.session.nextPublish(20, 0) === message).toBe(true);
  const erased = memory.erasures[0] as number;
  while (memory.erasures[0] === erased) {
    const other = addTo(life.outbox, { payload: "other" });
    life.outbox.eachWaiting((one) => expect(one === other).toBe(true));
    life.outbox.take();
    life.outbox.settle(other, "acknowledged");
  }
  life.session.interrupted();
  expect([message.isStored, message.outcome]).toEqual([true, undefined]);
  expect(new Life(memory.restarted()).held).toEqual([`${"z".repeat(50)} #0`]);
});

/** Flash with one message that is right, and one record that says what it should not. */
function spoiled(record: Uint8Array): MemoryFlash {
  const memory = flash();
  const life = new Life(memory);
  addTo(life.outbox, { payload: "good" });
  const journal = new Journal(memory, { onRecord: () => undefined, rewrite: () => true });
  journal.append(record);
  return memory;
}

describe("a forged message", () => {
  /** Of message 7, without a late flag. */
  for (const [what, hex] of [
    ["is no packet at all", "00 00 00 00"],
    ["is no PUBLISH", "40 02 00 01"],
    ["is cut off", '32 20 00 01 "t" 00 00 "x"'],
    ["says that it is shorter than it is", '32 05 00 01 "t" 00 00 "xxxxxxxx"'],
    ["has a remaining length that does not end", "32 ff ff ff ff ff"],
    ["has a topic name longer than itself", '32 06 00 ff "t" 00 00 "x"'],
    ["has no room for its packet identifier", '32 03 00 01 "t"'],
    ["is of QoS 3", '36 06 00 01 "t" 00 00 "x"'],
    ["is empty", ""],
  ] as const) {
    test(`that ${what} is passed over`, () => {
      const life = new Life(spoiled(bytesFromHex(`01 00 00 00 07 00 00 00 00 ${hex}`)));
      addTo(life.outbox, { payload: "y".repeat(300) });
      expect(life.held).toEqual(["good #0", `${"y".repeat(300)} #0`]);
    });
  }

  test("with its late flag before its payload harms no other", () => {
    for (const offset of ["01", "02", "05", "06", "ff"]) {
      const record = bytesFromHex(`01 00 00 00 07 00 00 00 ${offset} 32 0b 00 01 "t" 00 00 "false!"`);
      const life = new Life(spoiled(record));
      addTo(life.outbox, { payload: "y".repeat(300) });
      expect(life.held[0]).toBe("good #0");
      expect(life.held.at(-1)).toBe(`${"y".repeat(300)} #0`);
    }
  });
});

describe("what an application must not say", () => {
  for (const lateOffset of [-1, -6, Number.NaN, 0.5]) {
    test(`harms no other message: a late flag at ${lateOffset}`, () => {
      const memory = flash();
      const life = new Life(memory);
      const message = { topicName: "t", payload: "false, or so", qos: 1, lateOffset } as const;
      addTo(life.outbox, { payload: "good" });
      try {
        life.outbox.add(message, undefined, 0, OPTIONS, true, 0);
      } catch {
        // To refuse it is as well.
      }
      addTo(life.outbox, { payload: "better" });
      const { held } = new Life(memory.restarted());
      expect([held[0], held.at(-1)]).toEqual(["good #0", "better #0"]);
    });
  }

  test("harms no other message: a payload that is neither text nor bytes", () => {
    const { outbox } = new Life(flash());
    const good = addTo(outbox, { payload: "good" });
    for (const payload of [new ArrayBuffer(4), 5, {}, { length: -30 }] as const) {
      try {
        const message = { topicName: "t", payload: payload as unknown as Uint8Array, qos: 1 } as const;
        outbox.add(message, undefined, 0, OPTIONS, true, 0);
      } catch {
        // To refuse it is what it should do.
      }
    }
    const better = addTo(outbox, { payload: "better" });
    const texts = [good, better].map((one) => String.fromCharCode(...publishOf(one).payload));
    expect([texts, Number.isFinite(outbox.byteLength)]).toEqual([["good", "better"], true]);
  });
});
