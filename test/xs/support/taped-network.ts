/** A network on tape: the one stream opened over it is played back from what the first one received. */

import type { Endpoint, Transport, TransportHandler, TransportProvider } from "../../../src/mqtt/ports.js";

/** A callback of the stream; the end is not recorded. */
interface NetworkEvent {
  readonly type: "readable" | "writable";
  readonly byteLength: number;
}

export class NetworkTape {
  readonly events: NetworkEvent[] = [];
  /** All that was read, in the pieces in which it was. */
  readonly pieces: Uint8Array[] = [];
}

export class RecordingNetwork implements TransportProvider {
  readonly #network: TransportProvider;
  readonly #tape: NetworkTape;

  constructor(network: TransportProvider, tape: NetworkTape) {
    this.#network = network;
    this.#tape = tape;
  }

  open(endpoint: Endpoint, handler: TransportHandler): Transport {
    const { events, pieces } = this.#tape;
    const transport = this.#network.open(endpoint, {
      onReadable: (byteLength) => {
        events.push({ type: "readable", byteLength });
        handler.onReadable(byteLength);
      },
      onWritable: (byteLength) => {
        events.push({ type: "writable", byteLength });
        handler.onWritable(byteLength);
      },
      onError: (cause) => handler.onError(cause),
    });
    return {
      read(target) {
        transport.read(target);
        pieces.push(target.slice());
      },
      write: (bytes) => transport.write(bytes),
      close: () => transport.close(),
    };
  }
}

export class PlayingNetwork implements TransportProvider, Transport {
  readonly #tape: NetworkTape;
  #handler: TransportHandler | undefined;
  #events = 0;
  #pieces = 0;
  #room = 0;

  constructor(tape: NetworkTape) {
    this.#tape = tape;
  }

  open(_endpoint: Endpoint, handler: TransportHandler): Transport {
    this.#handler = handler;
    return this;
  }

  /** Plays the next callback; false when there is none. */
  step(): boolean {
    const event = this.#tape.events[this.#events];
    if (event === undefined) return false;
    this.#events += 1;
    if (event.type === "readable") this.#handler?.onReadable(event.byteLength);
    else {
      this.#room = event.byteLength;
      this.#handler?.onWritable(event.byteLength);
    }
    return true;
  }

  /** Whoever reads asks for the same pieces again. */
  read(target: Uint8Array): void {
    target.set(this.#tape.pieces[this.#pieces] as Uint8Array);
    this.#pieces += 1;
  }

  write(): number {
    return this.#room;
  }

  close(): void {
    this.#handler = undefined;
  }
}
