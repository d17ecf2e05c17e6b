/**
 * A program in the worker that opens a connection and sends something over it, and then does the same once more from
 * tape: without a network, a host to ask, or anything to compute for cryptography.
 */

import type { GuestProgram } from "../../../host-sim/xs/guest/world.js";
import { GuestWorld, runProgram } from "../../../host-sim/xs/guest/world.js";
import { loadConfig } from "../../../src/config/load.js";
import { serverOptions } from "../../../src/config/server-options.js";
import type { ServerOptions } from "../../../src/mqtt/options.js";
import type {
  Endpoint,
  ExpiryHandler,
  Timer,
  TimerProvider,
  Transport,
  TransportHandler,
} from "../../../src/mqtt/ports.js";
import type { LayerPorts } from "../../../src/transport/layered-transport.js";
import { LayeredTransportProvider } from "../../../src/transport/layered-transport.js";
import { OwnTls } from "../../../src/transport/own-tls.js";
import type { Settings } from "./client-message.js";
import { PlayingCrypto, RecordingCrypto, Tape } from "./taped-crypto.js";
import { NetworkTape, PlayingNetwork, RecordingNetwork } from "./taped-network.js";
import { WorkerCrypto } from "./worker-crypto.js";

export type HandshakeCommand =
  /** The settings of a server's section, and who computes signatures and key agreements. */
  | { readonly type: "connect"; readonly settings: Settings; readonly by: "host" | "worker" }
  /** Once it is open, what is sent comes back. */
  | { readonly type: "send" }
  | { readonly type: "state" }
  /** Makes everything ready to be played. */
  | { readonly type: "rewind" }
  | { readonly type: "play-opening" }
  | { readonly type: "play-echo" };

export interface HandshakeState {
  readonly isOpen: boolean;
  readonly received: number;
  readonly failure?: string;
  readonly calls: Readonly<Record<string, number>>;
}

const MESSAGE = new Uint8Array(71).fill(0x61);

/** The application's end of the stream. */
class Stream implements TransportHandler {
  transport: Transport | undefined;
  isOpen = false;
  received = 0;
  failure: string | undefined;

  onWritable(): void {
    this.isOpen = true;
  }

  onReadable(byteLength: number): void {
    this.transport?.read(new Uint8Array(byteLength));
    this.received += byteLength;
  }

  onError(cause?: unknown): void {
    this.failure = cause instanceof Error ? cause.message : "ended";
  }
}

/** What is due at once is done when `run` is called; nothing else ever is. */
class Turns implements TimerProvider {
  readonly #due: (() => void)[] = [];

  create<T = undefined>(onExpired: ExpiryHandler<T>, target?: T): Timer {
    return {
      schedule: (delay) => {
        if (delay === 0) this.#due.push(() => onExpired(target as T));
      },
      cancel() {},
    };
  }

  run(): void {
    for (let next = this.#due.shift(); next !== undefined; next = this.#due.shift()) next();
  }
}

class HandshakeProgram implements GuestProgram<HandshakeCommand> {
  readonly #world: GuestWorld;
  readonly #tape = new Tape();
  readonly #networkTape = new NetworkTape();
  #crypto: RecordingCrypto;
  readonly #files = new Map<string, Uint8Array | undefined>();
  readonly #turns = new Turns();
  #endpoint: Endpoint = { host: "", port: 0 };
  #stream = new Stream();
  #network = new PlayingNetwork(this.#networkTape);
  #provider: LayeredTransportProvider | undefined;

  constructor(world: GuestWorld) {
    this.#world = world;
    this.#crypto = new RecordingCrypto(world.crypto, this.#tape);
  }

  handle(command: HandshakeCommand): HandshakeState | undefined {
    switch (command.type) {
      case "connect": {
        const config = loadConfig([{ values: { mqtt: { enable: true, ...command.settings } } }]);
        this.#endpoint = (serverOptions(config, "mqtt", "door") as ServerOptions).endpoint;
        const { crypto, files, network, timers } = this.#world;
        this.#crypto = new RecordingCrypto(command.by === "host" ? crypto : new WorkerCrypto(), this.#tape);
        const read = (name: string): Uint8Array | undefined => {
          const bytes = files.read(name);
          this.#files.set(name, bytes);
          return bytes;
        };
        const provider = layers(new RecordingNetwork(network, this.#networkTape), timers, this.#crypto, {
          read,
        });
        this.#stream.transport = provider.open(this.#endpoint, this.#stream);
        return undefined;
      }
      case "send":
        this.#stream.transport?.write(MESSAGE);
        return undefined;
      case "state": {
        const { failure, isOpen, received } = this.#stream;
        return { isOpen, received, calls: this.#crypto.calls, ...(failure === undefined ? {} : { failure }) };
      }
      case "rewind": {
        this.#tape.rewind();
        this.#stream = new Stream();
        this.#network = new PlayingNetwork(this.#networkTape);
        const read = (name: string): Uint8Array | undefined => this.#files.get(name);
        this.#provider = layers(this.#network, this.#turns, new PlayingCrypto(this.#tape), { read });
        return undefined;
      }
      case "play-opening":
        this.#stream.transport = this.#provider?.open(this.#endpoint, this.#stream) as Transport;
        do this.#turns.run();
        while (!this.#stream.isOpen && this.#network.step());
        return undefined;
      case "play-echo":
        this.#stream.transport?.write(MESSAGE);
        do this.#turns.run();
        while (this.#network.step());
        return undefined;
    }
  }
}

function layers(
  network: LayerPorts["network"],
  timers: TimerProvider,
  crypto: ConstructorParameters<typeof OwnTls>[0]["crypto"],
  files: ConstructorParameters<typeof OwnTls>[0]["files"],
): LayeredTransportProvider {
  const now = Date.now();
  const tls = new OwnTls({ crypto, files, timers, wallClock: () => now, earliest: 0 });
  return new LayeredTransportProvider({ network, timers, crypto, tls });
}

const world = new GuestWorld();
runProgram(world, new HandshakeProgram(world));
