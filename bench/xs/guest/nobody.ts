/**
 * A stand-in that only moves bytes between the ports: what is metered with it is what the driver and the stubs of the
 * ports cost when each is called as rarely as can be.
 */

import type { TransportHandler } from "../../../src/mqtt/ports.js";
import type { Client } from "./driver.js";
import type { StubTimer, StubTransport } from "./stub-world.js";

export class Nobody implements Client, TransportHandler {
  readonly #transport: StubTransport;
  readonly #timer: StubTimer;
  /** Where what is read goes. */
  readonly #targets: readonly Uint8Array[];
  /** What is written after it. */
  readonly #answers: readonly (Uint8Array | undefined)[];
  #read = 0;

  /**
   * @param wire what an operation has to publish, in one write
   * @param targets for each read of an operation, as long as what is to be read
   * @param answers what is written after each of these reads
   */
  constructor(
    transport: StubTransport,
    timer: StubTimer,
    wire: Uint8Array,
    targets: readonly Uint8Array[],
    answers: readonly (Uint8Array | undefined)[],
  ) {
    this.#transport = transport;
    this.#timer = timer;
    this.#targets = targets;
    this.#answers = answers;
    transport.open({ host: "", port: 1 }, this);
    timer.create(() => {
      transport.write(wire);
    });
  }

  publish(): void {
    this.#timer.schedule(0);
  }

  onReadable(): void {
    const target = this.#targets[this.#read];
    const answer = this.#answers[this.#read];
    if (target !== undefined) this.#transport.read(target);
    if (answer !== undefined) this.#transport.write(answer);
    this.#read = this.#read + 1 === this.#targets.length ? 0 : this.#read + 1;
  }

  onWritable(): void {}

  onError(): void {}
}
