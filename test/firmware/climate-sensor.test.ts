/** The climate sensor: what it reads, when it publishes, and what happens when the sensor is gone. */

import { describe, expect, test } from "vitest";
import { ClimateSensor } from "../../firmware/apps/climate-sensor.js";
import type { ClimateDrivers, ClimateReading } from "../../firmware/apps/climate-sensor-driver.js";
import { DeadBandMean } from "../../firmware/apps/climate-sensor-mean.js";
import { Device } from "../../firmware/apps/device.js";
import type { I2cOptions, Sht3xSensor } from "../../firmware/platform/climate-elements.js";
import { ClimateElements } from "../../firmware/platform/climate-elements.js";
import { loadConfig } from "../../src/config/load.js";
import type { PartialConfig } from "../../src/config/schema.js";
import { FakeBoard } from "./fake-board.js";
import { World } from "./world.js";

const CELLAR: PartialConfig = {
  device: { id: "cellar" },
  app: "climate-sensor",
  mqtt: { enable: true, server: "broker" },
  climate: {
    interval: 10,
    average: 3,
    temperature_dead_band: 0.5,
    humidity_dead_band: 2,
    report_interval: 100,
  },
};

function start(climate: Partial<NonNullable<PartialConfig["climate"]>> = {}) {
  const world = new World();
  const { clock } = world;
  const board = new FakeBoard(clock);
  const sensor = {
    reading: { temperature: 20, humidity: 50 } as ClimateReading | Error,
    opened: 0,
    closed: 0,
  };
  const climateDrivers: ClimateDrivers = {
    open() {
      sensor.opened += 1;
      return {
        sample() {
          if (sensor.reading instanceof Error) throw sensor.reading;
          return sensor.reading;
        },
        close() {
          sensor.closed += 1;
        },
      };
    },
  };
  const device = new Device(loadConfig([{ values: CELLAR }, { values: { climate } }]), {
    transport: world.network.provider("cellar"),
    clock,
    timers: clock,
    random: () => 0.5,
    pins: board,
    wallClock: board,
    log: board,
    deviceId: "unused",
    climate: climateDrivers,
  });
  const published = () => board.lines.filter((line) => line.startsWith("info: climate "));
  return { world, clock, board, sensor, device, published };
}

describe("the climate sensor", () => {
  test("publishes its first reading, retained, at the first connection", () => {
    const { world, clock, device, published } = start();
    expect(published()).toEqual(['info: climate {"temperature":20,"humidity":50}']);
    device.start();
    clock.advance(1000);
    expect(world.retained("cellar/climate")).toBe('{"temperature":20,"humidity":50}');
    expect(world.retained("cellar/status")).toBe("online");
  });

  test("publishes the mean when it has left the dead band, and says when that was", () => {
    const { clock, board, sensor, published } = start();
    board.setTime("2026-11-21T12:00:00Z");
    sensor.reading = { temperature: 20.6, humidity: 51 };
    clock.advance(10_000);
    clock.advance(10_000);
    expect(published()).toHaveLength(1);
    clock.advance(10_000);
    expect(published().slice(1)).toEqual([
      'info: climate {"temperature":20.6,"humidity":51,"time":"2026-11-21T12:00:30.000Z"}',
    ]);
  });

  test("publishes at the latest after the report interval, counted from the last time", () => {
    const { clock, published } = start();
    clock.advance(99_000);
    expect(published()).toHaveLength(1);
    clock.advance(1000);
    expect(published()).toHaveLength(2);
    clock.advance(100_000);
    expect(published()).toHaveLength(3);
  });

  test("goes on without a sensor that fails, says so once, opens it anew, and forgets old values in the end", () => {
    const { clock, board, sensor, published } = start();
    sensor.reading = new Error("no answer");
    clock.advance(20_000);
    expect(published()).toHaveLength(1);
    clock.advance(10_000);
    expect(published().at(-1)).toBe("info: climate {}");
    sensor.reading = { temperature: 19 };
    clock.advance(10_000);
    expect(published().at(-1)).toBe('info: climate {"temperature":19}');
    expect(board.lines.filter((line) => !line.startsWith("info: climate {"))).toEqual([
      "warn: cannot read the climate sensor: no answer; check climate.sensor and its pins",
      "info: the climate sensor answers again",
    ]);
    expect([sensor.opened, sensor.closed]).toEqual([4, 3]);
  });

  test("takes a reading without values for a failure", () => {
    const { board, clock, sensor } = start();
    sensor.reading = {};
    clock.advance(10_000);
    expect(board.lines.at(-1)).toContain("it gave no value");
  });

  test("publishes with the QoS and the retain flag of the config", () => {
    const { world, clock, device } = start({ topic_qos: 2, topic_retain: false });
    device.start();
    clock.advance(1000);
    expect(world.retained("cellar/climate")).toBeUndefined();
  });

  test("reads no more once it is stopped, and gives its sensor back", () => {
    const { clock, device, sensor, published } = start({ temperature_dead_band: 0 });
    device.stop();
    clock.advance(100_000);
    expect(published()).toHaveLength(1);
    expect(sensor.closed).toBe(1);
  });

  test("runs where nothing can be measured, and says so", () => {
    const world = new World();
    const { board, device } = world.createDevice(CELLAR);
    expect(device.app).toBeInstanceOf(ClimateSensor);
    expect(board.lines).toEqual([
      "warn: cannot read the climate sensor: there is none here; check climate.sensor and its pins",
    ]);
  });
});

describe("a mean with a dead band", () => {
  test("is of the newest readings", () => {
    const mean = new DeadBandMean(2, 1);
    expect(mean.mean).toBeUndefined();
    for (const value of [10, 20, 40]) mean.add(value);
    expect(mean.mean).toBe(30);
  });

  test("has changed when it is as far from the published one as the dead band is wide", () => {
    const mean = new DeadBandMean(1, 0.5);
    expect(mean.changed).toBe(false);
    mean.add(20);
    expect(mean.changed).toBe(true);
    mean.published();
    mean.add(20.25);
    expect(mean.changed).toBe(false);
    mean.add(19.5);
    expect(mean.changed).toBe(true);
    mean.published();
    mean.clear();
    expect(mean.changed).toBe(true);
  });
});

describe("what a board measures with", () => {
  function elements(sample: ReturnType<Sht3xSensor["sample"]>, answers = true) {
    const buses: { options: I2cOptions; closed: boolean }[] = [];
    class I2C {
      readonly #bus: { options: I2cOptions; closed: boolean };
      constructor(options: I2cOptions) {
        this.#bus = { options, closed: false };
        buses.push(this.#bus);
      }
      close() {
        this.#bus.closed = true;
      }
    }
    class SHT3x {
      readonly #bus: { close(): void };
      constructor({
        sensor,
      }: { sensor: I2cOptions & { readonly io: new (options: I2cOptions) => { close(): void } } }) {
        const { io: Bus, ...options } = sensor;
        this.#bus = new Bus(options);
        if (!answers) throw new Error("no acknowledge");
      }
      sample() {
        return sample;
      }
      close() {
        this.#bus.close();
      }
    }
    class Analog {
      readonly resolution = 12;
      read() {
        return 1254;
      }
      close() {}
    }
    return { buses, elements: new ClimateElements({ I2C, SHT3x, Analog }) };
  }
  const SHT3X = { kind: "sht3x", dataPin: 21, clockPin: 22, address: 0x44 } as const;

  test("is an SHT3x on the I2C bus of the config", () => {
    const { buses, elements: all } = elements({ thermometer: { temperature: 21 }, hygrometer: {} });
    const driver = all.open(SHT3X);
    expect(driver.sample()).toEqual({ temperature: 21 });
    expect(buses[0]?.options).toEqual({ data: 21, clock: 22, address: 0x44, hz: 100_000 });
    driver.close();
    expect(buses[0]?.closed).toBe(true);
  });

  test("gives the bus back when the sensor does not answer, so that it can be tried again", () => {
    const { buses, elements: all } = elements({ thermometer: {}, hygrometer: {} }, false);
    expect(() => all.open(SHT3X)).toThrow("no acknowledge");
    expect(buses[0]?.closed).toBe(true);
  });

  test("is a voltage in proportion to the temperature", () => {
    const { elements: all } = elements({ thermometer: {}, hygrometer: {} });
    const driver = all.open({ kind: "analog", pin: 34, offset: 500, slope: 10, fullScale: 2450 });
    // A TMP36 at 25 °C gives 750 mV.
    expect(driver.sample().temperature).toBeCloseTo(25.03, 2);
  });
});
