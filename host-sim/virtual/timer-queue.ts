/** What is due next: a binary heap of timers by time, then by the order in which they were scheduled. */

import type { Milliseconds } from "../../src/mqtt/ports.js";

/** A timer as the queue knows it. */
export interface QueuedTimer {
  /** When it is due; not to be changed while it is in the queue. */
  time: Milliseconds;
  /** The queue's own: how many were added before it. */
  order: number;
  /** The queue's own: where it is in the heap; -1 while it is not in. */
  position: number;
}

/** Adds, moves and removes in logarithmic time, so a client may reschedule with every packet for simulated weeks. */
export class TimerQueue<T extends QueuedTimer> {
  readonly #heap: T[] = [];
  #added = 0;

  get length(): number {
    return this.#heap.length;
  }

  first(): T | undefined {
    return this.#heap[0];
  }

  /** Adds `timer`, which must not be in the queue. */
  add(timer: T): void {
    timer.order = this.#added;
    this.#added += 1;
    this.#heap.push(timer);
    this.#place(timer, this.#heap.length - 1);
    this.#rise(timer);
  }

  /** Takes `timer` out, if it is in. */
  remove(timer: T): void {
    const position = timer.position;
    if (position < 0) {
      return;
    }
    timer.position = -1;
    const last = this.#heap.pop();
    if (last !== undefined && last !== timer) {
      this.#place(last, position);
      this.#rise(last);
      this.#sink(last);
    }
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
