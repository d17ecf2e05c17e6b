/** The program under measurement, seen from outside: told what to do, waited for, and weighed. */

import type { ClientEvent } from "../../../src/mqtt/event.js";
import { moduleFile } from "../bundle.js";
import type { HeapFigures } from "../heap-snapshot.js";
import { LoadedProgram, XsHost } from "../xs-host.js";
import type { FootprintCommand } from "./command.js";
import { StillServer, stillPorts } from "./still-world.js";

export class Subject {
  readonly server = new StillServer();
  readonly events: ClientEvent[] = [];
  /** With nothing but the code loaded. */
  readonly start: HeapFigures;
  readonly #host: XsHost<FootprintCommand>;
  #failure: Error | undefined;

  static async load(): Promise<Subject> {
    return new Subject(await LoadedProgram.load(moduleFile("host-sim/xs/guest/footprint-main.js")));
  }

  private constructor(program: LoadedProgram) {
    this.start = program.heap;
    const ports = stillPorts(this.server, (event) => this.events.push(event));
    this.#host = new XsHost<FootprintCommand>(program, ports, (error) => {
      this.#failure = error;
    });
  }

  tell(command: FootprintCommand): void {
    this.#host.post(command);
  }

  /** Resolves once it is connected, has `subscriptions`, and its messages but `pending` are acknowledged. */
  async settled(subscriptions: number, pending = 0): Promise<void> {
    const count = (type: ClientEvent["type"]): number =>
      this.events.filter((event) => event.type === type).length;
    while (
      count("connected") === 0 ||
      count("subscribed") < subscriptions ||
      (await this.#pending()) !== pending
    ) {
      await this.quiet();
    }
  }

  /** Resolves once nothing is under way any more. */
  async quiet(): Promise<void> {
    // A packet, its answer, and what that leads to: each takes a turn of the event loop, and one of the worker.
    for (let turn = 0; turn < 10; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      await this.#pending();
    }
  }

  /** What lives now. */
  async weigh(): Promise<HeapFigures> {
    await this.quiet();
    return await new Promise((resolve) => this.#host.weigh(resolve));
  }

  end(): void {
    this.#host.end();
  }

  async #pending(): Promise<number> {
    if (this.#failure !== undefined) throw this.#failure;
    return await new Promise((resolve) =>
      this.#host.post({ type: "pending" }, (value) => resolve(Number(value))),
    );
  }
}
