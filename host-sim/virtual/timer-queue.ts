/**
 * What is due next: timers by time, then by the order in which they were scheduled.
 *
 * Of a hundred thousand clients nearly all wait for their next PINGREQ, and a heap of so many is slow because the
 * processor has little of it at hand. So each timer stands where it costs least:
 *
 * - those due at once, which most are, as a simulated world goes on in turns, in a line: first come, first served;
 * - those of the near future in a heap, which stays small;
 * - all others unsorted, in a pile for each slice of time, which goes to the heap when nothing comes before it.
 */

import type { Milliseconds } from "../../src/mqtt/ports.js";
import type { HeapTimer } from "./timer-heap.js";
import { isBefore, TimerHeap } from "./timer-heap.js";

/** A timer as the queue knows it; its order and its place are the queue's own. */
export interface QueuedTimer extends HeapTimer {
  /** The queue's own: where it stands, if anywhere. */
  home: "nowhere" | "line" | "heap" | "pile";
}

/** Of time in a pile. */
const SLICE: Milliseconds = 1_000;

/** Adding and removing hardly depend on how many there are: a client may reschedule with every packet for weeks. */
export class TimerQueue<T extends QueuedTimer> {
  /** Those that were due when they were added; times never fall in it. Who has left it leaves a hole. */
  readonly #line: (T | undefined)[] = [];
  /** The line goes from the first place that is no hole up to this one, excluded. */
  #head = 0;
  #tail = 0;
  #lineLength = 0;
  readonly #heap = new TimerHeap<T>();
  /** By the number of their slice. None is empty. */
  readonly #piles = new Map<number, T[]>();
  #pileLength = 0;
  /** The slices that have piles, latest first. */
  readonly #slices: number[] = [];
  /** What is due before this is in the heap. */
  #horizon: Milliseconds = Number.NEGATIVE_INFINITY;
  #added = 0;

  get length(): number {
    return this.#lineLength + this.#heap.length + this.#pileLength;
  }

  first(): T | undefined {
    if (this.#heap.length === 0) this.#sortNextPile();
    const due = this.#line[this.#head];
    const next = this.#heap.first();
    return due === undefined || (next !== undefined && isBefore(next, due)) ? next : due;
  }

  /** Adds `timer`, which must not be in the queue. */
  add(timer: T): void {
    timer.order = this.#added;
    this.#added += 1;
    if (timer.time < this.#horizon) this.#addToHeap(timer);
    else this.#addToPile(timer);
  }

  /** The same for a timer that is due now; the time is not before that of any other that was added so. */
  addDue(timer: T): void {
    timer.order = this.#added;
    this.#added += 1;
    timer.home = "line";
    timer.position = this.#tail;
    this.#line[this.#tail] = timer;
    this.#tail += 1;
    this.#lineLength += 1;
  }

  /** Takes `timer` out, if it is in. */
  remove(timer: T): void {
    switch (timer.home) {
      case "line":
        this.#leaveLine(timer.position);
        break;
      case "heap":
        this.#heap.remove(timer);
        break;
      case "pile":
        this.#leavePile(timer);
        break;
      case "nowhere":
        break;
    }
    timer.home = "nowhere";
  }

  #leaveLine(place: number): void {
    this.#line[place] = undefined;
    this.#lineLength -= 1;
    if (this.#lineLength === 0) {
      // The array keeps its length: it is filled again at the next turn.
      this.#head = 0;
      this.#tail = 0;
      return;
    }
    while (this.#line[this.#head] === undefined) this.#head += 1;
  }

  #addToHeap(timer: T): void {
    timer.home = "heap";
    this.#heap.add(timer);
  }

  #addToPile(timer: T): void {
    const slice = Math.floor(timer.time / SLICE);
    let pile = this.#piles.get(slice);
    if (pile === undefined) {
      pile = [];
      this.#piles.set(slice, pile);
      const place = this.#slices.findLastIndex((other) => other > slice) + 1;
      this.#slices.splice(place, 0, slice);
    }
    timer.home = "pile";
    timer.position = pile.length;
    pile.push(timer);
    this.#pileLength += 1;
  }

  /** Its place is taken by the last one, as there is no order in a pile. */
  #leavePile(timer: T): void {
    const slice = Math.floor(timer.time / SLICE);
    const pile = this.#piles.get(slice);
    const last = pile?.pop();
    if (pile === undefined || last === undefined) return;
    this.#pileLength -= 1;
    if (last !== timer) {
      pile[timer.position] = last;
      last.position = timer.position;
    }
    if (pile.length === 0) {
      this.#piles.delete(slice);
      this.#slices.splice(this.#slices.lastIndexOf(slice), 1);
    }
  }

  #sortNextPile(): void {
    const slice = this.#slices.pop();
    if (slice === undefined) return;
    const pile = this.#piles.get(slice) ?? [];
    this.#piles.delete(slice);
    this.#pileLength -= pile.length;
    this.#horizon = (slice + 1) * SLICE;
    for (const timer of pile) this.#addToHeap(timer);
  }
}
