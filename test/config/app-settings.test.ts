/** What the applications get from the config. */

import { expect, test } from "vitest";
import { alarmSettings, climateSensorSettings, doorSensorSettings } from "../../src/config/app-settings.js";
import { loadConfig, parseConfig } from "../../src/config/load.js";

test("a door sensor has topics under its device id unless they are set", () => {
  expect(doorSensorSettings(parseConfig("{}"), "front")).toEqual({
    pin: 4,
    activeLow: true,
    debounce: 50,
    stateTopic: "front/door/state",
    eventTopic: "front/door/event",
    statusTopic: "front/status",
  });
});

test("a door sensor takes every key of its section", () => {
  const door = {
    pin: 12,
    active_low: false,
    debounce: 0,
    state_topic: "s",
    event_topic: "e",
    status_topic: "o",
  };
  expect(doorSensorSettings(loadConfig([{ values: { door } }]), "front")).toEqual({
    pin: 12,
    activeLow: false,
    debounce: 0,
    stateTopic: "s",
    eventTopic: "e",
    statusTopic: "o",
  });
});

test("an alarm has topics under its device id unless they are set", () => {
  expect(alarmSettings(parseConfig("{}"), "hall")).toEqual({
    doors: [],
    commandTopic: "hall/alarm/command",
    stateTopic: "hall/alarm/state",
    statusTopic: "hall/status",
    sirenPin: 18,
    sirenActiveLow: false,
    triggerOnRetained: false,
    armed: false,
  });
});

test("an alarm takes every key of its section", () => {
  const alarm = {
    doors: ["+/door/state"],
    command_topic: "c",
    state_topic: "s",
    status_topic: "o",
    siren_pin: 5,
    siren_active_low: true,
    trigger_on_retained: true,
    armed: true,
  };
  expect(alarmSettings(loadConfig([{ values: { alarm } }]), "hall")).toEqual({
    doors: ["+/door/state"],
    commandTopic: "c",
    stateTopic: "s",
    statusTopic: "o",
    sirenPin: 5,
    sirenActiveLow: true,
    triggerOnRetained: true,
    armed: true,
  });
});

test("a climate sensor has a topic under its device id unless it is set, and times in milliseconds", () => {
  expect(climateSensorSettings(parseConfig("{}"), "cellar")).toEqual({
    element: { kind: "sht3x", dataPin: 21, clockPin: 22, address: 0x44 },
    interval: 10_000,
    average: 6,
    temperatureDeadBand: 0.2,
    humidityDeadBand: 1,
    reportInterval: 300_000,
    topic: "cellar/climate",
    qos: 1,
    retain: true,
    statusTopic: "cellar/status",
  });
});

test("a climate sensor takes every key of its section", () => {
  const climate = {
    sensor: "analog",
    analog_pin: 35,
    analog_offset: 0,
    analog_slope: 20,
    analog_full_scale: 3300,
    interval: 1.5,
    average: 1,
    temperature_dead_band: 1,
    humidity_dead_band: 2,
    report_interval: 60,
    topic: "t",
    topic_qos: 2,
    topic_retain: false,
    status_topic: "o",
  };
  expect(climateSensorSettings(loadConfig([{ values: { climate } }]), "cellar")).toEqual({
    element: { kind: "analog", pin: 35, offset: 0, slope: 20, fullScale: 3300 },
    interval: 1500,
    average: 1,
    temperatureDeadBand: 1,
    humidityDeadBand: 2,
    reportInterval: 60_000,
    topic: "t",
    qos: 2,
    retain: false,
    statusTopic: "o",
  });
});
