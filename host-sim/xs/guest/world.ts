/** The world of a program in the worker: the ports, all of them relayed to the host, and what comes back from there. */

import type { Log, WallClock } from "../../../firmware/apps/io.js";
import type { ClientEvent, ClientObserver } from "../../../src/mqtt/event.js";
import type { Clock, Random, TransportProvider } from "../../../src/mqtt/ports.js";
import { LayeredTransportProvider } from "../../../src/transport/layered-transport.js";
import { OwnTls } from "../../../src/transport/own-tls.js";
import type { ErrorFacts } from "../error-facts.js";
import { factsOf } from "../error-facts.js";
import type { Answer, WorldCommand } from "../message.js";
import { pack, unpack } from "../message.js";
import { ask } from "./ask.js";
import { GuestCrypto } from "./crypto.js";
import { GuestFiles } from "./files.js";
import { onCommand } from "./globals.js";
import { GuestPins } from "./pins.js";
import { GuestStore } from "./store.js";
import { GuestStreams } from "./streams.js";
import { GuestText } from "./text.js";
import { GuestTimers } from "./timers.js";

export class GuestWorld implements ClientObserver {
  readonly network = new GuestStreams();
  readonly timers = new GuestTimers();
  readonly pins = new GuestPins();
  readonly store = new GuestStore();
  readonly files = new GuestFiles();
  readonly crypto = new GuestCrypto();
  readonly text = new GuestText();
  readonly clock: Clock = { now: () => ask({ type: "now" }) as number };
  readonly wallClock: WallClock = { now: () => ask({ type: "time-of-day" }) as number };
  readonly random: Random = () => ask({ type: "random" }) as number;
  readonly log: Log = {
    info: (text) => ask({ type: "log", level: "info", text }),
    warn: (text) => ask({ type: "log", level: "warn", text }),
    error: (text) => ask({ type: "log", level: "error", text }),
  };

  /** What an endpoint may ask for besides TCP is done in the worker, as on a device. */
  readonly transport: TransportProvider = new LayeredTransportProvider({
    network: this.network,
    timers: this.timers,
    crypto: this.crypto,
    tls: new OwnTls({
      crypto: this.crypto,
      files: this.files,
      timers: this.timers,
      wallClock: () => this.wallClock.now(),
      // The host knows what time it is.
      earliest: 0,
    }),
  });

  /** Tells the host; in JSON an error would be an empty object. */
  onEvent(event: ClientEvent): void {
    const errors: Record<string, ErrorFacts> = {};
    for (const [key, value] of Object.entries(event))
      if (value instanceof Error) errors[key] = factsOf(value);
    ask({ type: "event", event, errors });
  }

  /** Passes on what happened; false when `command` is not of the world. */
  handle(command: WorldCommand): boolean {
    switch (command.type) {
      case "expired":
        this.timers.expired(command.timer);
        return true;
      case "readable":
        this.network.readable(command.stream, command.byteLength);
        return true;
      case "writable":
        this.network.writable(command.stream, command.byteLength);
        return true;
      case "stage":
        this.network.stage(command.stream, command.stage);
        return true;
      case "ended":
        this.network.ended(command.stream, command.cause);
        return true;
      case "pin":
        this.pins.changed(command.pin);
        return true;
      default:
        return false;
    }
  }
}

/** What a program is to its world: it gets the commands that are its own, and answers with a value. */
export interface GuestProgram<C> {
  handle(command: C): unknown;
}

/** Runs a program from now on. What it throws goes to the host, with the place where it was thrown. */
export function runProgram<C extends object>(world: GuestWorld, program: GuestProgram<C>): void {
  onCommand((question) => {
    const { message } = unpack<WorldCommand | C>(new Uint8Array(question));
    let answer: Answer;
    try {
      const isOfWorld = world.handle(message as WorldCommand);
      answer = isOfWorld ? {} : { value: program.handle(message as C) };
    } catch (error) {
      answer = { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    return pack(answer).buffer as ArrayBuffer;
  });
}
