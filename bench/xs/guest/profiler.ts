/**
 * Attributes the units of the meter to the functions they were spent in. The functions call it by the global name
 * `profiler`, as `instrumenting` makes them. Only the host can see how many slots are in use, and only between two
 * commands: to find out where they are allocated, an operation is stopped at one place after the other.
 */

import "../../../host-sim/xs/guest/globals.js";
import type { Profile } from "../work.js";

const FUNCTIONS = 4096;
const DEPTH = 256;
/** Numbers that no function has, to see what the profiler itself takes. */
const PARENT = FUNCTIONS - 1;
const CHILD = FUNCTIONS - 2;
const CALIBRATIONS = 100;
/** Thrown to stop an operation; not an error, which would take slots. */
const STOP = "stop";

declare global {
  const profiler: Profiler;
}

interface Attribution {
  readonly units: readonly number[];
  readonly calls: readonly number[];
  readonly children: readonly number[];
}

export class Profiler {
  readonly units = new Float64Array(FUNCTIONS);
  readonly calls = new Float64Array(FUNCTIONS);
  /** Calls from each function. */
  readonly children = new Float64Array(FUNCTIONS);
  readonly #stack = new Uint16Array(DEPTH);
  #depth = 0;
  /** At which beginning or end of a function operations are stopped; 0: at none. */
  place = 0;
  /** How many of them are left until then. */
  #left = 0;
  #isStopping = false;
  #last: Attribution = { units: [], calls: [], children: [] };
  /** It was stopped, in this function. */
  stoppedIn: number | undefined;

  /** Operations begin. */
  begin(): void {
    this.clear();
    this.#left = this.place;
  }

  /** They are over, one way or the other. */
  end(): void {
    this.#left = 0;
    this.#isStopping = false;
    this.#last = { units: [...this.units], calls: [...this.calls], children: [...this.children] };
  }

  #count(): void {
    if (this.#left > 0) {
      this.#left -= 1;
      if (this.#left > 0) return;
      this.stoppedIn = this.#stack[this.#depth] as number;
      this.#isStopping = true;
      throw STOP;
    }
  }

  /** Function `id` begins. */
  enter(id: number): void {
    // What is done on the way out is not wanted any more.
    if (this.#isStopping) throw STOP;
    const spent = xs.resetMeter(0, 0);
    const stack = this.#stack;
    const top = stack[this.#depth] as number;
    this.units[top] = (this.units[top] as number) + spent;
    this.children[top] = (this.children[top] as number) + 1;
    this.calls[id] = (this.calls[id] as number) + 1;
    this.#count();
    this.#depth += 1;
    stack[this.#depth] = id;
    xs.resetMeter(0, 0);
  }

  /** It ends. */
  leave(): void {
    if (this.#isStopping) return;
    this.#count();
    const spent = xs.resetMeter(0, 0);
    const top = this.#stack[this.#depth] as number;
    this.units[top] = (this.units[top] as number) + spent;
    this.#depth -= 1;
    xs.resetMeter(0, 0);
  }

  clear(): void {
    this.units.fill(0);
    this.calls.fill(0);
    this.children.fill(0);
    this.#depth = 0;
    xs.resetMeter(0, 0);
  }

  /** Of the last operations, without what the profiler has added to the units. */
  result(): Profile {
    const { calls, children, units } = this.#last;
    this.clear();
    this.enter(PARENT);
    for (let i = 0; i < CALIBRATIONS; i += 1) bare();
    this.leave();
    const withoutIt = this.units[PARENT] as number;
    this.clear();
    this.enter(PARENT);
    for (let i = 0; i < CALIBRATIONS; i += 1) instrumented();
    this.leave();
    const outside = ((this.units[PARENT] as number) - withoutIt) / CALIBRATIONS;
    const inside = (this.units[CHILD] as number) / CALIBRATIONS;
    return {
      calls,
      units: units.map(
        (value, id) => value - (calls[id] as number) * inside - (children[id] as number) * outside,
      ),
    };
  }
}

function bare(): void {}

function instrumented(): void {
  profiler.enter(CHILD);
  try {
    // Nothing.
  } finally {
    profiler.leave();
  }
}

Object.defineProperty(globalThis, "profiler", { value: new Profiler() });
