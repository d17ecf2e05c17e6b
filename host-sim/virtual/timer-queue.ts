/**
 * What is due next: timers by time, then by the order in which they were scheduled.
 *
 * Most are due at once, as whatever happens in a simulated world happens in turns. Those stand in a line of their own,
 * where joining and leaving take the same time however many timers there are; the others are in a binary heap.
 */

import type { Milliseconds } from "../../src/mqtt/ports.js";

/** A timer as the queue knows it. */
export interface QueuedTimer {
  /** When it is due; not to be changed while it is in the queue. */
  time: Milliseconds;
  /** The queue's own: how many were added before it. */
  order: number;
  /** The queue's own: where it is in the heap, or below -1 in the line, at -2 the first place; -1 while it is not in. */
  position: number;
}

/** Adds, moves and removes in logarithmic time, so a client may reschedule with every packet for simulated weeks. */
export class TimerQueue<T extends QueuedTimer> {
  readonly #heap: T[] = [];
  /** Those that were due when they were added; times never fall in it. Who has left it leaves a hole. */
  readonly #line: (T | undefined)[] = [];
  /** The line goes from the first place that is no hole up to this one, excluded. */
  #head = 0;
  #tail = 0;
  #lineLength = 0;
  #added = 0;

  get length(): number {
    return this.#heap.length + this.#lineLength;
  }

  first(): T | undefined {
    const due = this.#line[this.#head];
    const next = this.#heap[0];
    return due === undefined || (next !== undefined && isBefore(next, due)) ? next : due;
  }

  /** Adds `timer`, which must not be in the queue. */
  add(timer: T): void {
    timer.order = this.#added;
    this.#added += 1;
    this.#heap.push(timer);
    this.#place(timer, this.#heap.length - 1);
    this.#rise(timer);
  }

  /** The same for a timer that is due now; the time is not before that of any other that was added so. */
  addDue(timer: T): void {
    timer.order = this.#added;
    this.#added += 1;
    timer.position = -2 - this.#tail;
    this.#line[this.#tail] = timer;
    this.#tail += 1;
    this.#lineLength += 1;
  }

  /** Takes `timer` out, if it is in. */
  remove(timer: T): void {
    const position = timer.position;
    if (position === -1) {
      return;
    }
    timer.position = -1;
    if (position < -1) {
      this.#leaveLine(-2 - position);
      return;
    }
    const last = this.#heap.pop();
    if (last !== undefined && last !== timer) {
      this.#place(last, position);
      this.#rise(last);
      this.#sink(last);
    }
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

  #place(timer: T, position: number): void {
    this.#heap[position] = timer;
    timer.position = position;
  }

  #rise(timer: T): void {
    while (timer.position > 0) {
      const position = timer.position;
      const parentPosition = (position - 1) >> 1;
      const parent = this.#heap[parentPosition];
      if (parent === undefined || isBefore(parent, timer)) {
        return;
      }
      this.#place(parent, position);
      this.#place(timer, parentPosition);
    }
  }

  #sink(timer: T): void {
    for (;;) {
      const position = timer.position;
      const left = this.#heap[position * 2 + 1];
      const right = this.#heap[position * 2 + 2];
      const child = left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || isBefore(timer, child)) {
        return;
      }
      const childPosition = child.position;
      this.#place(child, position);
      this.#place(timer, childPosition);
    }
  }
}

function isBefore(a: QueuedTimer, b: QueuedTimer): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}
