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
    let unread = 0;
    /** Bytes that the handler above knows of. */
    let announced = 0;
    let isArmed = false;
    const timer = this.#clock.create(() => {
      isArmed = false;
      announced = Math.min(unread, bytes);
      if (announced > 0) handler.onReadable(announced);
    });
    const arm = () => {
      if (!isArmed) timer.schedule(every);
      isArmed = true;
    };
    const stream = this.#below.open(endpoint, {
      onReadable: (byteLength) => {
        unread = byteLength;
        arm();
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
        unread -= target.length;
        announced -= target.length;
        if (unread > 0 && announced === 0) arm();
      },
      write: (source) => stream.write(source),
      close: () => {
        timer.cancel();
        stream.close();
      },
    };
  }
}
