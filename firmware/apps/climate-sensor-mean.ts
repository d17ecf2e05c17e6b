/** The mean of the newest readings of one quantity, and whether it has left its dead band; without I/O. */

export class DeadBandMean {
  readonly #values: number[] = [];
  readonly #length: number;
  readonly #deadBand: number;
  #published: number | undefined;

  /**
   * @param length readings in the mean
   * @param deadBand how far the mean must be from what was published to count as changed; 0: each reading is a change
   */
  constructor(length: number, deadBand: number) {
    this.#length = length;
    this.#deadBand = deadBand;
  }

  /** The mean of the readings so far, or undefined while there are none. */
  get mean(): number | undefined {
    const values = this.#values;
    if (values.length === 0) return undefined;
    let sum = 0;
    for (const value of values) sum += value;
    return sum / values.length;
  }

  /** Whether it differs enough from what was published; the first mean does, and so does the loss of all readings. */
  get changed(): boolean {
    const { mean } = this;
    if (mean === undefined || this.#published === undefined) return mean !== this.#published;
    return Math.abs(mean - this.#published) >= this.#deadBand;
  }

  /** A new reading. */
  add(value: number): void {
    if (this.#values.length === this.#length) this.#values.shift();
    this.#values.push(value);
  }

  /** The element has failed: what it said before no longer counts. */
  clear(): void {
    this.#values.length = 0;
  }

  /** The mean, as it is now, was published. */
  published(): void {
    this.#published = this.mean;
  }
}
