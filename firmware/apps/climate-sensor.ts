/**
 * The climate sensor: tells the temperature and, if it can, the humidity as one state, when it has changed and now and
 * then anyway.
 *
 * It reads at a steady interval and publishes the mean of the newest readings. As a state it is not queued: without a
 * connection only the newest matters, and that is published at the next one. A sensor that does not answer is logged
 * once, tried again at every reading, and said to have no values at the next publication.
 */

import type { ClimateSensorSettings } from "../../src/config/app-settings.js";
import type { Milliseconds, Timer } from "../../src/mqtt/ports.js";
import type { App, AppPorts } from "./app.js";
import type { ClimateDriver, ClimateReading } from "./climate-sensor-driver.js";
import { DeadBandMean } from "./climate-sensor-mean.js";
import { describeError } from "./log-text.js";
import { RetainedTopic } from "./retained-topic.js";

/** Failed readings in a row after which old values no longer count. */
const MAXIMUM_FAILURES = 3;

export class ClimateSensor implements App {
  readonly #settings: ClimateSensorSettings;
  readonly #ports: AppPorts;
  readonly #timer: Timer;
  readonly #temperature: DeadBandMean;
  readonly #humidity: DeadBandMean;
  readonly #topic: RetainedTopic;
  #driver: ClimateDriver | undefined;
  #failures = 0;
  /** When the last publication was due to a change or to the report interval. */
  #reportedAt: Milliseconds;
  #nextReading: Milliseconds;

  /** @throws UsageError when a topic is none */
  constructor(settings: ClimateSensorSettings, ports: AppPorts) {
    const { average, temperatureDeadBand, humidityDeadBand, topic, qos, retain } = settings;
    const { client, clock, timers } = ports;
    this.#settings = settings;
    this.#ports = ports;
    this.#temperature = new DeadBandMean(average, temperatureDeadBand);
    this.#humidity = new DeadBandMean(average, humidityDeadBand);
    this.#timer = timers.create(() => this.#read());
    this.#reportedAt = clock.now();
    this.#nextReading = this.#reportedAt;
    this.#topic = new RetainedTopic(client, topic, "{}", { qos, retain });
    this.#read();
  }

  onConnected(): void {
    this.#topic.refresh();
  }

  stop(): void {
    this.#timer.cancel();
    this.#driver?.close();
    this.#driver = undefined;
  }

  #read(): void {
    const now = this.#ports.clock.now();
    this.#sample();
    const hasChanged = this.#temperature.changed || this.#humidity.changed;
    if (hasChanged || now - this.#reportedAt >= this.#settings.reportInterval) this.#report(now);
    // From reading to reading, not from the end of one: the sensor may take its time.
    this.#nextReading = Math.max(now, this.#nextReading + this.#settings.interval);
    this.#timer.schedule(Math.max(0, this.#nextReading - this.#ports.clock.now()));
  }

  #sample(): void {
    let reading: ClimateReading;
    try {
      this.#driver ??= this.#open();
      reading = this.#driver.sample();
      if (reading.temperature === undefined && reading.humidity === undefined) {
        throw new Error("it gave no value");
      }
    } catch (error) {
      this.#failed(error);
      return;
    }
    if (this.#failures > 0) this.#ports.log.info("the climate sensor answers again");
    this.#failures = 0;
    if (reading.temperature !== undefined) this.#temperature.add(reading.temperature);
    if (reading.humidity !== undefined) this.#humidity.add(reading.humidity);
  }

  #open(): ClimateDriver {
    const { climate } = this.#ports;
    if (climate === undefined) throw new Error("there is none here");
    return climate.open(this.#settings.element);
  }

  #failed(cause: unknown): void {
    if (this.#failures === 0) {
      this.#ports.log.warn(
        `cannot read the climate sensor: ${describeError(cause)}; check climate.sensor and its pins`,
      );
    }
    this.#failures += 1;
    try {
      // Opened anew for the next reading: one that was unplugged has lost its settings.
      this.#driver?.close();
    } catch {
      // It has failed already.
    }
    this.#driver = undefined;
    if (this.#failures < MAXIMUM_FAILURES) return;
    this.#temperature.clear();
    this.#humidity.clear();
  }

  #report(now: Milliseconds): void {
    this.#reportedAt = now;
    this.#temperature.published();
    this.#humidity.published();
    const text = this.#describe();
    this.#ports.log.info(`climate ${text}`);
    this.#topic.set(text);
  }

  /** The payload: JSON, see docs/apps.md. */
  #describe(): string {
    const { mean: temperature } = this.#temperature;
    const { mean: humidity } = this.#humidity;
    const time = this.#ports.wallClock.now();
    return JSON.stringify({
      ...(temperature === undefined ? {} : { temperature: rounded(temperature, 100) }),
      ...(humidity === undefined ? {} : { humidity: rounded(humidity, 10) }),
      ...(time === undefined ? {} : { time: new Date(time).toISOString() }),
    });
  }
}

/** @param steps in one unit */
function rounded(value: number, steps: number): number {
  return Math.round(value * steps) / steps;
}
