/**
 * A board from power-on to a running device, over the ports that `main.ts` makes: config, Wi-Fi, clock, MQTT, in this
 * order, one line of log for each.
 *
 * The device, and with it the application, is made as soon as there is a config, so that it sees what happens while
 * the network comes up. MQTT starts when the time of day is known or has kept everybody waiting for long enough, so that
 * most events can say when they were. After that each part recovers by itself: the board never restarts because a
 * network or a broker is gone.
 */

import type { Config } from "../../src/config/schema.js";
import type { ClientEvent, ClientObserver } from "../../src/mqtt/event.js";
import type { Milliseconds, Storage, Timer } from "../../src/mqtt/ports.js";
import type { WifiReport } from "../apps/attempt-text.js";
import type { DevicePorts } from "../apps/device.js";
import { Device } from "../apps/device.js";
import { describeError } from "../apps/log-text.js";
import { loadBoardConfig, storeBuildFiles } from "./board-config.js";
import type { BuildConfig } from "./build-config.js";
import { problemLines } from "./provision.js";
import { StatusLed } from "./status-led.js";
import type { Resolve } from "./tcp-transport.js";
import type { UdpConstructor } from "./time-of-day.js";
import { TimeOfDay } from "./time-of-day.js";
import type { NetworkOwner, WifiConstructor } from "./wifi-keeper.js";
import { WifiKeeper } from "./wifi-keeper.js";

export interface BoardPorts extends Omit<DevicePorts, "wallClock" | "deviceId" | "observer" | "wifi"> {
  /** Undefined when it cannot be opened; the config is then the one of the build. */
  readonly storage: Storage | undefined;
  /** Where the files are that a config names; undefined when it cannot be opened. */
  readonly files: Storage | undefined;
  readonly WiFi: WifiConstructor;
  readonly UDP: UdpConstructor;
  readonly resolve: Resolve;
  /** The system's own clock, in ms since 1970. */
  systemTime(): Milliseconds;
  setSystemTime(time: Milliseconds): void;
}

/** How long MQTT waits for the time of day, unless `require_time` makes it wait for longer. */
const CLOCK_PATIENCE: Milliseconds = 5000;

/** Hexadecimal digits of the MAC address in the name of a device that has no other. */
const NAME_DIGITS = 6;

export class Board implements NetworkOwner, ClientObserver {
  readonly #ports: BoardPorts;
  readonly #timer: Timer;
  #led: StatusLed | undefined;
  #wifi: WifiKeeper | undefined;
  #time: TimeOfDay | undefined;
  #device: Device | undefined;
  #isStarted = false;
  /** Since when there has been no network; undefined while there is one. */
  #downSince: Milliseconds | undefined;
  /** How long it took to join the network, until that was reported. */
  #joinTime: Milliseconds | undefined;

  constructor(ports: BoardPorts) {
    this.#ports = ports;
    this.#timer = ports.timers.create(() => this.#startMqtt());
  }

  /** The device, once it runs. */
  get device(): Device | undefined {
    return this.#device;
  }

  /** Starts everything. What the config makes impossible is logged, and the board then stays as it is. */
  boot(build: BuildConfig): void {
    try {
      const { log, files, storage } = this.#ports;
      storeBuildFiles(build, files, storage, log);
      const config = loadBoardConfig(build, storage, log);
      this.#openLed(config);
      this.#start(config, build.earliest);
    } catch (error) {
      for (const line of problemLines(error)) this.#ports.log.error(line);
      this.#ports.log.error("the device cannot start with this config");
      this.#led?.show("faulty");
    }
  }

  /** For Wi-Fi: the network is there, or gone. */
  onNetwork(isUp: boolean): void {
    this.#noteNetwork(isUp);
    if (!this.#device?.client.connected) this.#led?.show(isUp ? "no-server" : "no-network");
    if (!isUp || this.#isStarted) return;
    this.#isStarted = true;
    this.#time?.start();
    if (this.#time?.isAwaited) this.#timer.schedule(CLOCK_PATIENCE);
    else this.#startMqtt();
  }

  /** For the client. */
  onEvent(event: ClientEvent): void {
    if (event.type === "connected") this.#led?.show("connected");
    else if (event.type === "disconnected") this.#led?.show(this.#wifi?.isUp ? "no-server" : "no-network");
  }

  /** An LED that cannot be had must not keep the device from its work. */
  #openLed({ status_led: { pin, active_low: activeLow } }: Config): void {
    const { log, pins, timers } = this.#ports;
    if (pin < 0) return;
    try {
      this.#led = new StatusLed(pin, activeLow, pins, timers);
    } catch (error) {
      log.warn(`status_led.pin ${pin} cannot be used: ${describeError(error)}`);
    }
  }

  #start(config: Config, earliest: Milliseconds): void {
    const ports = this.#ports;
    const wifi = new WifiKeeper([config.wifi.sta, config.wifi.sta1], ports);
    const time = new TimeOfDay(config.sntp.server, {
      ...ports,
      earliest,
      systemTime: () => ports.systemTime(),
      onTime: (now) => this.#timeLearnt(now),
    });
    const device = new Device(config, {
      ...ports,
      wallClock: time,
      deviceId: nameOf(wifi.mac),
      observer: this,
      wifi: () => this.#wifiReport(),
    });
    this.#downSince = ports.clock.now();
    ports.log.info(`app: ${config.app} as ${device.id}`);
    this.#wifi = wifi;
    this.#time = time;
    this.#device = device;
    wifi.start(this);
  }

  #noteNetwork(isUp: boolean): void {
    const now = this.#ports.clock.now();
    if (!isUp) {
      this.#downSince ??= now;
      return;
    }
    if (this.#downSince !== undefined) this.#joinTime = now - this.#downSince;
    this.#downSince = undefined;
  }

  /** For the connect report: the join is told once, with the first attempt that could use the network. */
  #wifiReport(): WifiReport {
    if (this.#downSince !== undefined) return { isUp: false };
    const joinTime = this.#joinTime;
    this.#joinTime = undefined;
    return joinTime === undefined ? { isUp: true } : { isUp: true, joinTime };
  }

  #timeLearnt(now: Milliseconds): void {
    this.#ports.setSystemTime(now);
    this.#startMqtt();
  }

  /** The time of day is known, or it was waited for long enough. */
  #startMqtt(): void {
    this.#timer.cancel();
    if (this.#time?.isAwaited) this.#ports.log.info("clock: no time of day yet");
    this.#device?.start();
  }
}

/** Such as `reed-4a5b6c`. */
function nameOf(mac: string | undefined): string {
  return mac === undefined ? "reed" : `reed-${mac.replaceAll(":", "").slice(-NAME_DIGITS).toLowerCase()}`;
}
