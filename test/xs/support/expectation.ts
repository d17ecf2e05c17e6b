/** `expect` as far as the tests that run on XS use it; it says what it found, as vitest does. */

import { equals, Matcher, matches } from "./equality.js";
import { shown } from "./shown.js";

type Class = abstract new (...args: never[]) => unknown;
type Thrown = string | RegExp | Class | Error;

export function expect(actual: unknown, message?: string): Expectation {
  return new Expectation(actual, message, false);
}

expect.stringContaining = (part: string): Matcher =>
  new Matcher(`text with ${shown(part)}`, (actual) => typeof actual === "string" && actual.includes(part));

export class Expectation {
  readonly #actual: unknown;
  readonly #message: string | undefined;
  readonly #negated: boolean;

  constructor(actual: unknown, message: string | undefined, negated: boolean) {
    this.#actual = actual;
    this.#message = message;
    this.#negated = negated;
  }

  get not(): Expectation {
    return new Expectation(this.#actual, this.#message, !this.#negated);
  }

  toBe(expected: unknown): void {
    this.#check(Object.is(this.#actual, expected), `to be ${shown(expected)}`);
  }

  toEqual(expected: unknown): void {
    this.#check(equals(this.#actual, expected), `to equal ${shown(expected)}`);
  }

  toMatchObject(expected: unknown): void {
    this.#check(matches(this.#actual, expected), `to match ${shown(expected)}`);
  }

  toBeUndefined(): void {
    this.#check(this.#actual === undefined, "to be undefined");
  }

  toBeDefined(): void {
    this.#check(this.#actual !== undefined, "to be defined");
  }

  toBeNull(): void {
    this.#check(this.#actual === null, "to be null");
  }

  toBeInstanceOf(expected: Class): void {
    this.#check(this.#actual instanceof expected, `to be a ${expected.name}`);
  }

  toBeLessThan(limit: number): void {
    this.#check((this.#actual as number) < limit, `to be less than ${limit}`);
  }

  toBeLessThanOrEqual(limit: number): void {
    this.#check((this.#actual as number) <= limit, `to be at most ${limit}`);
  }

  toBeGreaterThan(limit: number): void {
    this.#check((this.#actual as number) > limit, `to be more than ${limit}`);
  }

  toBeGreaterThanOrEqual(limit: number): void {
    this.#check((this.#actual as number) >= limit, `to be at least ${limit}`);
  }

  toMatch(expected: RegExp | string): void {
    const text = String(this.#actual);
    const found = typeof expected === "string" ? text.includes(expected) : expected.test(text);
    this.#check(found, `to match ${shown(expected)}`);
  }

  toHaveLength(expected: number): void {
    const { length } = this.#actual as { length?: unknown };
    this.#check(length === expected, `to have length ${expected}, got ${shown(length)},`);
  }

  toContain(expected: unknown): void {
    const actual = this.#actual;
    const found =
      typeof actual === "string"
        ? actual.includes(expected as string)
        : [...(actual as Iterable<unknown>)].some((item) => Object.is(item, expected));
    this.#check(found, `to contain ${shown(expected)}`);
  }

  toThrow(expected?: Thrown): void {
    let thrown: unknown;
    let any = false;
    try {
      (this.#actual as () => unknown)();
    } catch (error) {
      thrown = error;
      any = true;
    }
    const what = expected === undefined ? "to throw" : `to throw ${shown(expected)}`;
    this.#check(any && isThrown(thrown, expected), any ? `${what}, got ${shown(thrown)},` : what);
  }

  #check(holds: boolean, what: string): void {
    if (holds !== this.#negated) return;
    const prefix = this.#message === undefined ? "" : `${this.#message}: `;
    throw new Error(`${prefix}expected ${shown(this.#actual)} ${this.#negated ? "not " : ""}${what}`);
  }
}

function isThrown(thrown: unknown, expected: Thrown | undefined): boolean {
  if (expected === undefined) return true;
  if (typeof expected === "function") return thrown instanceof expected;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (typeof expected === "string") return message.includes(expected);
  if (expected instanceof RegExp) return expected.test(message);
  return message === expected.message;
}
