/** What an attempt gets whose stream cannot even be tried: its handler hears why, a little later, as of any failure. */

import { TransportError } from "../mqtt/errors.js";
import type { Timer, TimerProvider, Transport, TransportHandler } from "../mqtt/ports.js";

export class FailedTransport implements Transport {
  readonly #timer: Timer;

  constructor(timers: TimerProvider, handler: TransportHandler, cause: unknown) {
    this.#timer = timers.create(() => {
      if (cause instanceof TransportError) handler.onStage?.(cause.stage);
      handler.onError(cause);
    });
    this.#timer.schedule(0);
  }

  read(target: Uint8Array): void {
    throw new RangeError(`cannot read ${target.length} bytes, 0 unread`);
  }

  write(): number {
    throw new Error("cannot write to a stream that is not open");
  }

  close(): void {
    this.#timer.cancel();
  }
}
