/**
 * Stands in for `embedded:network/interface/wifi` in the Linux simulator. The computer is on a network already, unless
 * the file `wifi` says `off`; with `off` no network is ever found, until it says something else.
 */

import { readText } from "firmware/platform/lin/stand-in-files";
import Timer from "timer";

/** Ms from one look at the file to the next. */
const POLL_INTERVAL = 100;
/** Ms that joining a network takes. */
const JOIN_TIME = 300;

const NOT_CONNECTED = 200;
const CONNECTING = 300;
const WITH_ADDRESS = 500;

export default class WiFi {
  /** The computer's is none of the device's. */
  readonly MAC = undefined;
  readonly #onChanged: (property: string) => void;
  #connection = isOn() ? WITH_ADDRESS : NOT_CONNECTED;

  constructor({ onChanged }: { onChanged(property: string): void }) {
    this.#onChanged = onChanged;
    Timer.repeat(() => {
      if (this.#connection === WITH_ADDRESS && !isOn()) this.#become(NOT_CONNECTED);
    }, POLL_INTERVAL);
  }

  get connection(): number {
    return this.#connection;
  }

  get address(): string | undefined {
    return this.#connection === WITH_ADDRESS ? "127.0.0.1" : undefined;
  }

  connect(_options: { readonly SSID: string }): void {
    if (this.#connection === CONNECTING) throw new Error("already connecting");
    this.#connection = CONNECTING;
    Timer.set(() => {
      if (this.#connection === CONNECTING) this.#become(isOn() ? WITH_ADDRESS : NOT_CONNECTED);
    }, JOIN_TIME);
  }

  disconnect(): void {
    this.#connection = NOT_CONNECTED;
  }

  #become(connection: number): void {
    this.#connection = connection;
    this.#onChanged("connection");
  }
}

function isOn(): boolean {
  return readText("wifi") !== "off";
}
