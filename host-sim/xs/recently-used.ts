/** Things that the worker knows by number and never gives back: the ones used last are kept. */

export class RecentlyUsed<T> {
  readonly #what: string;
  readonly #limit: number;
  /** The one used last is last. */
  readonly #things = new Map<number, T>();
  #last = 0;

  /** @param what it is, for people */
  constructor(what: string, limit: number) {
    this.#what = what;
    this.#limit = limit;
  }

  /** Its number from now on, which no other thing ever gets. */
  add(thing: T): number {
    this.#last += 1;
    this.#things.set(this.#last, thing);
    if (this.#things.size > this.#limit) {
      const [oldest] = this.#things.keys();
      this.#things.delete(oldest as number);
    }
    return this.#last;
  }

  /** @throws Error when there is none, or none any more */
  get(number: number): T {
    const thing = this.#things.get(number);
    if (thing === undefined) {
      throw new Error(`there is no ${this.#what} ${number}; the ${this.#limit} used last are kept`);
    }
    this.#things.delete(number);
    this.#things.set(number, thing);
    return thing;
  }
}
