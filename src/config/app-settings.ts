/** What the applications are told: their sections with the topics filled in and the units spelled out. */

import type { Milliseconds } from "../mqtt/ports.js";
import type { Config } from "./schema.js";

export interface DoorSensorSettings {
  readonly pin: number;
  /** A low level means that the door is closed. */
  readonly activeLow: boolean;
  readonly debounce: Milliseconds;
  readonly stateTopic: string;
  readonly eventTopic: string;
  readonly statusTopic: string;
}

export interface AlarmSettings {
  /** Topic filters. */
  readonly doors: readonly string[];
  readonly commandTopic: string;
  readonly stateTopic: string;
  readonly statusTopic: string;
  readonly sirenPin: number;
  readonly sirenActiveLow: boolean;
  readonly triggerOnRetained: boolean;
  /** The state after a start. */
  readonly armed: boolean;
}

/** @param deviceId the first level of topics that are not set: `device.id`, or what the platform supplies */
export function doorSensorSettings({ door }: Config, deviceId: string): DoorSensorSettings {
  return {
    pin: door.pin,
    activeLow: door.active_low,
    debounce: door.debounce,
    stateTopic: door.state_topic || `${deviceId}/door/state`,
    eventTopic: door.event_topic || `${deviceId}/door/event`,
    statusTopic: door.status_topic || `${deviceId}/status`,
  };
}

/** @param deviceId the first level of topics that are not set: `device.id`, or what the platform supplies */
export function alarmSettings({ alarm }: Config, deviceId: string): AlarmSettings {
  return {
    doors: alarm.doors,
    commandTopic: alarm.command_topic || `${deviceId}/alarm/command`,
    stateTopic: alarm.state_topic || `${deviceId}/alarm/state`,
    statusTopic: alarm.status_topic || `${deviceId}/status`,
    sirenPin: alarm.siren_pin,
    sirenActiveLow: alarm.siren_active_low,
    triggerOnRetained: alarm.trigger_on_retained,
    armed: alarm.armed,
  };
}
