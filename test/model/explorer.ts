/**
 * Goes through the states of a `World`, each action of each state once. The device cannot be copied: a state is
 * reached by taking the actions that lead to it once more. From there it goes on as long as there is something new.
 */

import type { Scope } from "./world.js";
import { ACTION_COUNT, actionName, World } from "./world.js";

/** What came of it. */
export interface Exploration {
  /** Different states, by key. */
  readonly states: number;
  /** Different pairs of a state and an action. */
  readonly transitions: number;
  /** Whether nothing within the scope is left to explore. */
  readonly isComplete: boolean;
  /** Most actions in a row. */
  readonly depth: number;
}

/** What was violated, and the actions that lead to it. */
export class Counterexample extends Error {
  override readonly name = "Counterexample";

  constructor(scope: Scope, actions: readonly number[], cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const steps = actions.map((action) => `  ${actionName(action)}`).join("\n");
    super(`${reason}, in "${scope.name}" after [${actions.join(" ")}]:\n${steps}`, { cause });
  }
}

/** Takes the actions of a counterexample once more. */
export function replay(scope: Scope, actions: readonly number[]): World {
  const world = new World(scope);
  for (const [index, action] of actions.entries()) {
    try {
      world.take(action);
    } catch (error) {
      throw new Counterexample(scope, actions.slice(0, index + 1), error);
    }
  }
  return world;
}

/** Explores `scope`, up to this many transitions. */
export function explore(scope: Scope, limit: number): Exploration {
  return new Explorer(scope).run(limit);
}

class Explorer {
  readonly #scope: Scope;
  /** By key of the state, its place in the lists below. */
  readonly #places = new Map<number, number>();
  readonly #parents: number[] = [];
  readonly #actions: number[] = [];
  /** Actions that were not taken yet, as bits. */
  readonly #left: number[] = [];
  /** States are gone on from in the order in which they were found. */
  #next = 0;
  #transitions = 0;
  #depth = 0;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  run(limit: number): Exploration {
    this.#found(new World(this.#scope), -1, -1);
    while (this.#transitions < limit && this.#next < this.#left.length) {
      if (this.#left[this.#next] === 0) this.#next += 1;
      else this.#goOn(this.#next, limit);
    }
    const isComplete = this.#next === this.#left.length;
    const { size } = this.#places;
    return { states: size, transitions: this.#transitions, isComplete, depth: this.#depth };
  }

  /** From that state on, what is new, one action after the other. */
  #goOn(place: number, limit: number): void {
    const path = this.#pathTo(place);
    const world = replay(this.#scope, path);
    let at = place;
    while (this.#left[at] !== 0 && this.#transitions < limit) {
      const action = this.#choose(at);
      path.push(action);
      let happened: boolean;
      try {
        happened = world.take(action);
      } catch (error) {
        throw new Counterexample(this.#scope, path, error);
      }
      // It was another action after all, which has its own bit.
      if (!happened) return;
      this.#transitions += 1;
      at = this.#found(world, at, action);
      this.#depth = Math.max(this.#depth, path.length);
    }
  }

  /** Takes one of what is left; a different one in each state, so that runs of actions are mixed. */
  #choose(place: number): number {
    const left = this.#left[place] as number;
    let action = Math.imul(place + 1, 0x9e37_79b1) >>> 8;
    do action = (action + 1) % ACTION_COUNT;
    while ((left & (1 << action)) === 0);
    this.#left[place] = left & ~(1 << action);
    return action;
  }

  #found(world: World, parent: number, action: number): number {
    const { key } = world;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = this.#left.length;
    this.#places.set(key, place);
    this.#parents.push(parent);
    this.#actions.push(action);
    this.#left.push(world.enabled);
    return place;
  }

  #pathTo(place: number): number[] {
    const path: number[] = [];
    for (let at = place; at > 0; at = this.#parents[at] as number) path.push(this.#actions[at] as number);
    return path.reverse();
  }
}
