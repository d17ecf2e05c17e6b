/** Collects the problems of a config from all its layers, and knows what was already found bad. */

import type { Place, Problem } from "./problem.js";
import { ConfigError } from "./problem.js";

/** More are only counted: on a device a hostile file must not take the memory. */
const MAXIMUM_PROBLEMS = 100;

/** Where a value stands. */
export interface Location {
  readonly source?: string;
  readonly place?: Place;
}

export class Report {
  readonly #problems: Problem[] = [];
  readonly #badPaths = new Set<string>();
  readonly #locationOf: (path: string) => Location;
  #omitted = 0;

  /** @param locationOf says where the value in force at a path stands */
  constructor(locationOf: (path: string) => Location = () => ({})) {
    this.#locationOf = locationOf;
  }

  /** Without `location`, the problem is with the value in force. */
  add(problem: Problem, location: Location = this.#locationOf(problem.path)): void {
    // A bad element makes the whole list bad.
    this.#badPaths.add(problem.path.replace(/\[[0-9]+\]$/, ""));
    if (this.#problems.length === MAXIMUM_PROBLEMS) this.#omitted += 1;
    else this.#problems.push({ ...location, ...problem });
  }

  /** Whether nothing was found wrong with the values of `paths`, so that they may be judged together. */
  isClean(...paths: readonly string[]): boolean {
    return !paths.some((path) => this.#badPaths.has(path));
  }

  get isEmpty(): boolean {
    return this.#problems.length === 0;
  }

  /** @throws ConfigError with all problems, if there are any */
  throwIfAny(): void {
    if (!this.isEmpty) throw new ConfigError(this.#problems, this.#omitted);
  }
}
