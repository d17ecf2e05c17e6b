/** What the applications get from the config. */

import { expect, test } from "vitest";
import { alarmSettings, doorSensorSettings } from "../../src/config/app-settings.js";
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
