/**
 * Keeps the board on one of up to two Wi-Fi networks, over ECMA-419 `embedded:network/interface/wifi`.
 *
 * | phase      | input                              | next       | then                               |
 * |------------|------------------------------------|------------|------------------------------------|
 * | idle       | `start`, the network is there      | up         | the owner is told                  |
 * | idle       | `start`                            | connecting | the first network is tried         |
 * | connecting | an address                         | up         | the owner is told                  |
 * | connecting | refused, or not in time            | waiting    | after two failures, the other one  |
 * | waiting    | the wait is over                   | connecting | the network is tried               |
 * | up         | the link is lost                   | waiting    | the owner is told; same network    |
 *
 * It never gives up: the wait doubles from 1 s to 30 s. Without any network in the config it stays idle.
 */

import type { Milliseconds, Timer, TimerProvider } from "../../src/mqtt/ports.js";
import type { Log } from "../apps/io.js";
import { describeError } from "../apps/log-text.js";
import { quoted } from "../apps/payload-text.js";

/** `embedded:network/interface/wifi`, as far as it is needed. */
export interface WifiInterface {
  /** 200: not connected, 300: connecting, 400: connected without an address, 500: with one. */
  readonly connection: number;
  readonly address: string | undefined;
  /** Six bytes in hexadecimal with colons between. */
  readonly MAC: string | undefined;
  /** May throw. */
  connect(options: { readonly SSID: string; readonly password?: string }): void;
  disconnect(): void;
}

export type WifiConstructor = new (options: { onChanged(property: string): void }) => WifiInterface;

export interface WifiNetwork {
  readonly ssid: string;
  /** Empty: an open network. */
  readonly pass: string;
}

export interface WifiPorts {
  readonly WiFi: WifiConstructor;
  readonly timers: TimerProvider;
  readonly log: Log;
}

/** Is told when the network comes and goes. */
export interface NetworkOwner {
  onNetwork(isUp: boolean): void;
}

const NOT_CONNECTED = 200;
const WITH_ADDRESS = 500;
/** For joining the network and getting an address. */
const ATTEMPT_TIMEOUT: Milliseconds = 20_000;
const FIRST_WAIT: Milliseconds = 1000;
const LONGEST_WAIT: Milliseconds = 30_000;
/** Failures in a row before the other network is tried. */
const ATTEMPTS_AT_ONE = 2;

type Phase = "idle" | "connecting" | "waiting" | "up";

export class WifiKeeper {
  readonly #networks: readonly WifiNetwork[];
  readonly #wifi: WifiInterface;
  readonly #timer: Timer;
  readonly #log: Log;
  #owner: NetworkOwner | undefined;
  #phase: Phase = "idle";
  #index = 0;
  #failures = 0;
  #wait: Milliseconds = FIRST_WAIT;

  /** @param networks those without a name are left out */
  constructor(networks: readonly WifiNetwork[], { WiFi, timers, log }: WifiPorts) {
    this.#networks = networks.filter(({ ssid }) => ssid !== "");
    this.#log = log;
    this.#timer = timers.create(() => this.#expired());
    this.#wifi = new WiFi({ onChanged: () => this.#changed() });
  }

  /** The address of the interface, if it has one of its own. */
  get mac(): string | undefined {
    return this.#wifi.MAC;
  }

  get isUp(): boolean {
    return this.#phase === "up";
  }

  /** From now on the board is kept on a network. `owner` is told later, never from inside. */
  start(owner: NetworkOwner): void {
    if (this.#owner !== undefined) return;
    this.#owner = owner;
    this.#timer.schedule(0);
  }

  #expired(): void {
    if (this.#phase === "connecting") {
      this.#log.warn(`wifi: no address on ${this.#name()} within ${ATTEMPT_TIMEOUT / 1000} s`);
      this.#try(() => this.#wifi.disconnect());
      this.#failed();
    } else if (this.#phase === "idle" && this.#wifi.connection >= WITH_ADDRESS) {
      this.#connected();
    } else {
      this.#attempt();
    }
  }

  #attempt(): void {
    const network = this.#networks[this.#index];
    if (network === undefined) {
      this.#log.error("wifi: no network to connect to; set wifi.sta.ssid");
      return;
    }
    const { ssid, pass } = network;
    this.#phase = "connecting";
    this.#log.info(`wifi: connecting to ${this.#name()}`);
    this.#timer.schedule(ATTEMPT_TIMEOUT);
    const cause = this.#try(() =>
      this.#wifi.connect(pass === "" ? { SSID: ssid } : { SSID: ssid, password: pass }),
    );
    if (cause === undefined) return;
    this.#log.warn(`wifi: cannot connect to ${this.#name()}: ${describeError(cause)}`);
    this.#failed();
  }

  #changed(): void {
    const { connection } = this.#wifi;
    if (connection >= WITH_ADDRESS) {
      if (this.#phase === "connecting" || this.#phase === "waiting") this.#connected();
    } else if (connection <= NOT_CONNECTED) {
      if (this.#phase === "up") this.#lost();
      else if (this.#phase === "connecting") {
        this.#log.warn(`wifi: ${this.#name()} not found, or it refused; check its name and password`);
        this.#failed();
      }
    }
  }

  #connected(): void {
    this.#timer.cancel();
    this.#phase = "up";
    this.#failures = 0;
    this.#wait = FIRST_WAIT;
    const { address } = this.#wifi;
    this.#log.info(`wifi: connected${address === undefined ? "" : `, address ${address}`}`);
    this.#owner?.onNetwork(true);
  }

  #lost(): void {
    this.#log.warn("wifi: connection lost");
    this.#later();
    this.#owner?.onNetwork(false);
  }

  #failed(): void {
    this.#failures += 1;
    if (this.#failures % ATTEMPTS_AT_ONE === 0) this.#index = (this.#index + 1) % this.#networks.length;
    this.#later();
  }

  #later(): void {
    this.#phase = "waiting";
    this.#timer.schedule(this.#wait);
    this.#wait = Math.min(LONGEST_WAIT, this.#wait * 2);
  }

  #name(): string {
    return quoted(this.#networks[this.#index]?.ssid ?? "");
  }

  /** What `call` throws. */
  #try(call: () => void): unknown {
    try {
      call();
      return undefined;
    } catch (cause) {
      return cause ?? new Error("unknown");
    }
  }
}
