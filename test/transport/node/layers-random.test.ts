/** The driver of a layer under random bytes, room, reads, writes and ends, from outside and from inside callbacks. */

import { expect, test } from "vitest";
import { hexFromBytes } from "../../mqtt/support/hex.js";
import { RandomSource } from "../../mqtt/support/random.js";
import { LayerWorld } from "../../support/layer-world.js";
import { ANSWER, ASK, BREAK, END, RecordingLayer } from "../../support/recording-layer.js";
import { fuzz } from "./support/fuzz.js";

const HELLO = Uint8Array.of(0xf1, 0xf1, 0xf1);
const GOODBYE = Uint8Array.of(0xf2, 0xf2);

/** Plays the stream below and the handler above of one transport, and knows what must come out. */
class Play {
  readonly random: RandomSource;
  readonly capacity: number;
  readonly layer: RecordingLayer;
  readonly world: LayerWorld;
  /** What above must be able to read, in the end. */
  readonly expected: number[] = [];
  readonly written: number[] = [];
  sent = "";
  answerLeft: number;
  asked = 0;
  /** How the layer has been ended from below, by what it has been given. */
  over: "no" | "end" | "end: rules broken" | "end: reset" = "no";
  closed = false;
  #next = 1;

  constructor(seed: number) {
    this.random = new RandomSource(seed * 7_919);
    this.capacity = 1 + this.random.below(20);
    this.answerLeft = this.random.below(4);
    this.layer = new RecordingLayer({
      obeys: true,
      capacity: this.capacity,
      hello: HELLO,
      answerLength: this.answerLeft,
      goodbye: GOODBYE,
      overhead: this.random.below(4),
    });
    this.world = new LayerWorld(this.layer);
    this.world.onCall = (call) => this.#called(call);
  }

  run(): void {
    const steps = 5 + this.random.below(60);
    for (let i = 0; i < steps && !this.closed && !this.world.ended; i += 1) this.#step();
    if (this.closed) this.#checkClosed();
    else this.#finish();
    expect(this.layer.mostReadable).toBeLessThanOrEqual(this.capacity);
  }

  #step(): void {
    switch (this.random.below(12)) {
      case 0:
      case 1:
      case 2:
      case 3:
        this.#arrive();
        break;
      case 4:
      case 5:
        this.#give(this.random.below(40));
        break;
      case 6:
        this.#read();
        break;
      case 7:
      case 8:
        this.#write();
        break;
      case 9:
        this.world.clock.advance(this.random.below(3) * 600);
        break;
      case 10:
        if (this.random.below(12) === 0) this.#endBelow();
        break;
      default:
        if (this.random.below(12) === 0) this.#close();
    }
  }

  #called(call: string): void {
    const kind = this.random.below(8);
    if (call.startsWith("end")) return;
    if (kind <= 2) this.#read();
    if (kind === 2 || kind === 3) this.#write();
    if (kind === 4 && this.random.below(30) === 0) this.#close();
  }

  #arrive(): void {
    if (this.world.below.closed || this.layer.calls.length === 0) return;
    const bytes: number[] = [];
    for (let i = this.random.below(30); i >= 0; i -= 1) bytes.push(this.#byte());
    this.world.below.arrive(hexFromBytes(Uint8Array.from(bytes)));
  }

  #byte(): number {
    if (this.answerLeft > 0) {
      this.answerLeft -= 1;
      return 0x0a;
    }
    const kind = this.random.below(200);
    if (kind === 0 || kind === 1) {
      if (this.over === "no") this.over = kind === 0 ? "end" : "end: rules broken";
      return kind === 0 ? END : BREAK;
    }
    if (kind < 12) {
      if (this.over === "no") this.asked += 1;
      return ASK;
    }
    this.#next = (this.#next + 1) % 0xf0;
    if (this.over === "no") this.expected.push(this.#next);
    return this.#next;
  }

  #give(room: number): void {
    if (!this.world.below.closed) this.world.below.give(room);
  }

  #read(): void {
    const { unread } = this.world;
    if (unread > 0 && !this.closed && !this.world.ended) this.world.read(1 + this.random.below(unread));
  }

  #write(): void {
    const { room } = this.world;
    if (room <= 0 || this.closed || this.world.ended) return;
    const bytes = this.random.bytes(1 + this.random.below(room)).map((byte) => 1 + (byte % 0x70));
    this.written.push(...bytes);
    this.world.write(bytes);
  }

  /** Below ends in order only once all is read, as every transport does; it breaks off at any time. */
  #endBelow(): void {
    const { below } = this.world;
    if (below.closed || below.unread.length > 0) return;
    if (this.over === "no") this.over = "end: reset";
    below.end(new Error("reset"));
  }

  #close(): void {
    this.closed = true;
    this.world.close();
  }

  #checkClosed(): void {
    this.world.clock.advance(5_000);
    expect([this.world.below.closed, this.world.clock.pending]).toEqual([true, 0]);
    expect(this.#writtenAndSent()).toBe(true);
    const received = this.world.receivedBytes;
    expect(hexFromBytes(received)).toBe(
      hexFromBytes(Uint8Array.from(this.expected.slice(0, received.length))),
    );
  }

  /** With all the room and time it wants, everything must come out. */
  #finish(): void {
    const { world } = this;
    world.onCall = undefined;
    for (let i = 0; i < 500 && !world.ended; i += 1) {
      if (this.layer.calls.length === 0 || world.below.unread.length > 0 || i < 3) this.#give(50);
      if (this.answerLeft > 0) this.#arrive();
      if (world.unread > 0) world.read(world.unread);
      world.settle();
    }
    expect(hexFromBytes(world.receivedBytes)).toBe(hexFromBytes(Uint8Array.from(this.expected)));
    expect(world.calls.filter((call) => call.startsWith("end"))).toEqual(
      this.over === "no" ? [] : [this.over],
    );
    expect(this.#writtenAndSent()).toBe(true);
    if (this.over === "no") {
      expect(world.below.closed).toBe(false);
      this.#close();
    }
    world.clock.advance(5_000);
    expect([world.below.closed, world.clock.pending]).toEqual([true, 0]);
  }

  /** What was written went out in order, and every answer; at the end some of it may have been dropped. */
  #writtenAndSent(): boolean {
    const sent = this.world.below.taken().split(" ");
    const fromAbove = sent.filter(
      (pair) => pair !== "" && pair !== "00" && Number.parseInt(pair, 16) <= 0x70,
    );
    const answers = sent.filter((pair) => pair === "fa").length;
    const written = hexFromBytes(Uint8Array.from(this.written));
    if (this.over !== "no" || this.closed) return written.startsWith(fromAbove.join(" "));
    return fromAbove.join(" ") === written && answers === this.asked * ANSWER.length;
  }
}

test("nothing is lost, doubled or out of order, no call is answered from inside, and memory is bounded", () => {
  fuzz((seed) => new Play(seed).run());
});

test("the random tests come by most of what there is", () => {
  const ends = new Map<string, number>();
  for (let seed = 1; seed <= 500; seed += 1) {
    const play = new Play(seed);
    play.run();
    const end = play.closed ? `closed, ${play.over}` : play.over;
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  expect([...ends.keys()]).toEqual(
    expect.arrayContaining(["closed, end", "closed, no", "end", "end: reset", "end: rules broken"]),
  );
});
