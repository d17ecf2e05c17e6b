/** Lets the client go over a connection that somebody else has opened already, once; otherwise it is dialled. */

import { TransportError, UsageError } from "../mqtt/errors.js";
import type {
  Endpoint,
  TimerProvider,
  Transport,
  TransportHandler,
  TransportProvider,
} from "../mqtt/ports.js";
import { FailedTransport } from "./failed-transport.js";
import type { Opener } from "./opener.js";

/**
 * As the `network` of a `LayeredTransportProvider`, the layers that the endpoint asks for go over the handed stream
 * too; as a whole transport it is taken as it is. Where it leads is not checked.
 */
export class HandedTransportProvider implements TransportProvider {
  readonly #timers: TimerProvider;
  readonly #fallback: TransportProvider | undefined;
  #waiting: Opener | undefined;

  /** @param fallback dials when nothing was handed; without it the attempt fails */
  constructor(timers: TimerProvider, fallback?: TransportProvider) {
    this.#timers = timers;
    this.#fallback = fallback;
  }

  /**
   * The next `open` takes this stream: `opener` is called then, and as for any stream the first `onWritable` has to
   * follow. Attempts after it dial as usual.
   * @throws UsageError `invalid-option` when another one waits: `takeBack` that first, so that it is closed by somebody
   */
  hand(opener: Opener): void {
    if (this.#waiting !== undefined) {
      throw new UsageError("invalid-option", "a stream was handed already and waits: take it back first");
    }
    this.#waiting = opener;
  }

  /** Takes back what was handed, so that it is not used any more; undefined when it has been used, or nothing was. */
  takeBack(): Opener | undefined {
    const opener = this.#waiting;
    this.#waiting = undefined;
    return opener;
  }

  open(endpoint: Endpoint, handler: TransportHandler): Transport {
    const opener = this.takeBack();
    if (opener !== undefined) return opener(handler);
    if (this.#fallback !== undefined) return this.#fallback.open(endpoint, handler);
    const message = "no open connection was handed over, and none can be dialled here";
    const cause = new TransportError("tcp", "nothing-handed", message);
    return new FailedTransport(this.#timers, handler, cause);
  }
}
