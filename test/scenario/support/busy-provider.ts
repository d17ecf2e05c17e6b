/** A device whose handlers are slow: its processor looks at the network only every so often, at so many bytes. */

import type { VirtualClock } from "../../../host-sim/virtual/virtual-clock.js";
import type {
  Endpoint,
  Milliseconds,
  Transport,
  TransportHandler,
  TransportProvider,
} from "../../../src/mqtt/ports.js";

export interface Pace {
  readonly every: Milliseconds;
  /** Bytes that it takes each time. */
  readonly bytes: number;
}

export class BusyProvider implements TransportProvider {
  readonly #below: TransportProvider;
  readonly #clock: VirtualClock;
  readonly #pace: Pace;

  constructor(below: TransportProvider, clock: VirtualClock, pace: Pace) {
    this.#below = below;
    this.#clock = clock;
    this.#pace = pace;
  }

  open(endpoint: Endpoint, handler: TransportHandler): Transport {
    const { bytes, every } = this.#pace;
    /** Announced below and not read; announced above and not read. */
    let below = 0;
    let above = 0;
    const timer = this.#clock.create(() => {
      const byteLength = Math.min(below, bytes);
      if (byteLength > above) {
        above = byteLength;
        handler.onReadable(byteLength);
      }
      if (below > 0) timer.schedule(every);
    });
    let isScheduled = false;
    const stream = this.#below.open(endpoint, {
      onReadable: (byteLength) => {
        below = byteLength;
        if (!isScheduled) timer.schedule(every);
        isScheduled = true;
      },
      onWritable: (room) => handler.onWritable(room),
      onError: (cause) => {
        timer.cancel();
        handler.onError(cause);
      },
    });
    return {
      read: (target) => {
        stream.read(target);
        below -= target.length;
        above -= target.length;
        isScheduled = below > 0;
        if (isScheduled) timer.schedule(every);
      },
      write: (source) => stream.write(source),
      close: () => {
        timer.cancel();
        stream.close();
      },
    };
  }
}
