/** A binary heap of timers by time, then by the order in which they were scheduled. */

import type { Milliseconds } from "../../src/mqtt/ports.js";

/** A timer as the heap knows it. */
export interface HeapTimer {
  /** When it is due; not to be changed while it is in the heap. */
  time: Milliseconds;
  /** How many were scheduled before it. */
  order: number;
  /** The heap's own: at which place it stands there. */
  position: number;
}

/** Adds and removes in logarithmic time. */
export class TimerHeap<T extends HeapTimer> {
  readonly #timers: T[] = [];

  get length(): number {
    return this.#timers.length;
  }

  first(): T | undefined {
    return this.#timers[0];
  }

  /** All of them, in no order. */
  toArray(): readonly T[] {
    return this.#timers.slice();
  }

  add(timer: T): void {
    this.#timers.push(timer);
    this.#place(timer, this.#timers.length - 1);
    this.#rise(timer);
  }

  /** Takes `timer` out, which must be in. */
  remove(timer: T): void {
    const { position } = timer;
    const last = this.#timers.pop();
    if (last !== undefined && last !== timer) {
      this.#place(last, position);
      this.#rise(last);
      this.#sink(last);
    }
  }

  #place(timer: T, position: number): void {
    this.#timers[position] = timer;
    timer.position = position;
  }

  #rise(timer: T): void {
    while (timer.position > 0) {
      const position = timer.position;
      const parentPosition = (position - 1) >> 1;
      const parent = this.#timers[parentPosition];
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
      const left = this.#timers[position * 2 + 1];
      const right = this.#timers[position * 2 + 2];
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

export function isBefore(a: HeapTimer, b: HeapTimer): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}
