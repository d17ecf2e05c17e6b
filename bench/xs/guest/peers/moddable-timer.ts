/** Moddable's module `timer`, whose timers are those of the stubs in use. */

import { EcmaTimer } from "./ecma-stubs.js";

class Timers {
  stub = new EcmaTimer();

  set(callback: () => void, delay?: number): object {
    return this.stub.set(callback, delay);
  }

  clear(timer: unknown): void {
    this.stub.clear(timer);
  }

  repeat(): object {
    return this.stub.repeat();
  }
}

export const timers = new Timers();
export { timers as default };
