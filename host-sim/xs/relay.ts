/** Answers what the device in the worker asks of its world. */

import type { DigitalInput, DigitalOutput, Log, Pins, WallClock } from "../../firmware/apps/io.js";
import type { ClientEvent, ClientObserver } from "../../src/mqtt/event.js";
import type {
  Clock,
  Flash,
  Random,
  Storage,
  TimerProvider,
  TransportProvider,
} from "../../src/mqtt/ports.js";
import type { Crypto } from "../../src/transport/crypto/crypto.js";
import type { FileStore } from "../../src/transport/file-store.js";
import type { ErrorFacts } from "./error-facts.js";
import { errorFrom } from "./error-facts.js";
import { HostCrypto } from "./host-crypto.js";
import type { Post } from "./host-streams.js";
import { HostStreams } from "./host-streams.js";
import { HostTimers } from "./host-timers.js";
import type { Call, Reply } from "./message.js";
import { answerCall, bytesOrNone } from "./message.js";

/** The world of the device, on the host's side. */
export interface RelayPorts {
  readonly transport: TransportProvider;
  readonly timers: TimerProvider;
  readonly clock: Clock;
  readonly wallClock: WallClock;
  readonly random: Random;
  readonly pins: Pins;
  readonly log: Log;
  readonly store: Storage;
  /** Absent: the device has none. */
  readonly flash?: Flash | undefined;
  readonly files: FileStore;
  readonly crypto: Crypto;
  readonly observer: ClientObserver;
  /** The device has ended as it was told to. */
  onStopped(): void;
}

export class Relay {
  readonly #ports: RelayPorts;
  readonly #post: Post;
  readonly #streams: HostStreams;
  readonly #timers: HostTimers;
  readonly #crypto: HostCrypto;
  readonly #inputs = new Map<number, DigitalInput>();
  readonly #outputs = new Map<number, DigitalOutput>();

  constructor(ports: RelayPorts, post: Post) {
    this.#ports = ports;
    this.#post = post;
    this.#streams = new HostStreams(ports.transport, post);
    this.#timers = new HostTimers(ports.timers, post);
    this.#crypto = new HostCrypto(ports.crypto);
  }

  /** What a port throws is thrown in the worker. */
  answer(question: Uint8Array): Uint8Array {
    return answerCall<Call>(question, (call, bytes) => this.#reply(call, bytes));
  }

  #reply(call: Call, bytes: Uint8Array): Reply {
    switch (call.type) {
      case "read":
        return { bytes: this.#streams.read(call.stream, call.byteLength) };
      case "store-read":
        return bytesOrNone(this.#ports.store.read(call.key));
      case "file-read":
        return bytesOrNone(this.#ports.files.read(call.name));
      case "flash-read": {
        const target = new Uint8Array(call.byteLength);
        this.#flash.read(call.offset, target);
        return { bytes: target };
      }
      case "crypto":
        return this.#crypto.answer(call.call, bytes);
      default:
        return { value: this.#value(call, bytes) };
    }
  }

  #value(call: Call, bytes: Uint8Array): unknown {
    const { clock, log, observer, random, store, wallClock } = this.#ports;
    switch (call.type) {
      case "now":
        return clock.now();
      case "random":
        return random();
      case "time-of-day":
        return wallClock.now();
      case "log":
        log[call.level](call.text);
        return undefined;
      case "event":
        observer.onEvent(withErrors(call.event, call.errors));
        return undefined;
      case "stopped":
        this.#ports.onStopped();
        return undefined;
      case "schedule":
        this.#timers.schedule(call.timer, call.delay);
        return undefined;
      case "cancel":
        this.#timers.cancel(call.timer);
        return undefined;
      case "open":
        this.#streams.open(call.stream, call.address);
        return undefined;
      case "write":
        return this.#streams.write(call.stream, bytes);
      case "close":
        this.#streams.close(call.stream);
        return undefined;
      case "store-write":
        store.write(call.key, bytes.slice());
        return undefined;
      case "store-delete":
        store.delete(call.key);
        return undefined;
      case "store-keys":
        return [...store.keys()];
      case "flash-write":
        this.#flash.write(call.offset, bytes.slice());
        return undefined;
      case "flash-erase":
        this.#flash.erase(call.block);
        return undefined;
      default:
        return this.#pinValue(call);
    }
  }

  get #flash(): Flash {
    const { flash } = this.#ports;
    if (flash === undefined) throw new Error("the device has no flash");
    return flash;
  }

  #pinValue(call: Call): unknown {
    const { pins } = this.#ports;
    switch (call.type) {
      case "open-input": {
        const { pin, pull } = call;
        const isOpen = () => this.#inputs.has(pin);
        const onReadable = () => this.#post(() => (isOpen() ? { type: "pin", pin } : undefined));
        this.#inputs.set(pin, pins.openInput(pin, pull, onReadable));
        return undefined;
      }
      case "read-input":
        return this.#inputs.get(call.pin)?.read();
      case "close-input":
        this.#inputs.get(call.pin)?.close();
        this.#inputs.delete(call.pin);
        return undefined;
      case "open-output":
        this.#outputs.set(call.pin, pins.openOutput(call.pin, call.level));
        return undefined;
      case "write-output":
        this.#outputs.get(call.pin)?.write(call.level);
        return undefined;
      default:
        throw new Error(`the worker asks for "${call.type}", which there is not`);
    }
  }
}

function withErrors(event: ClientEvent, errors: Readonly<Record<string, ErrorFacts>>): ClientEvent {
  const fields = Object.entries(errors).map(([key, facts]) => [key, errorFrom(facts)]);
  return { ...event, ...Object.fromEntries(fields) };
}
