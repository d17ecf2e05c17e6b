/** What the applications are told: their sections with the topics filled in and the units spelled out. */

import type { QoS } from "../mqtt/packet.js";
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

/** Where the climate sensor's element is, and how to read it. */
export type ClimateElement =
  | {
      readonly kind: "sht3x";
      readonly dataPin: number;
      readonly clockPin: number;
      /** I2C address, 7 bits. */
      readonly address: number;
    }
  | {
      readonly kind: "analog";
      readonly pin: number;
      /** mV at 0 °C. */
      readonly offset: number;
      /** mV for each °C. */
      readonly slope: number;
      /** mV at the highest value the input reads. */
      readonly fullScale: number;
    };

export interface ClimateSensorSettings {
  readonly element: ClimateElement;
  /** From one reading to the next. */
  readonly interval: Milliseconds;
  /** Readings in the mean. */
  readonly average: number;
  /** In °C. */
  readonly temperatureDeadBand: number;
  /** In percent of relative humidity. */
  readonly humidityDeadBand: number;
  /** Longest time from one publication to the next. */
  readonly reportInterval: Milliseconds;
  readonly topic: string;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly statusTopic: string;
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

/** @param deviceId the first level of topics that are not set: `device.id`, or what the platform supplies */
export function climateSensorSettings({ climate }: Config, deviceId: string): ClimateSensorSettings {
  return {
    element:
      climate.sensor === "sht3x"
        ? {
            kind: "sht3x",
            dataPin: climate.sda_pin,
            clockPin: climate.scl_pin,
            address: climate.i2c_address,
          }
        : {
            kind: "analog",
            pin: climate.analog_pin,
            offset: climate.analog_offset,
            slope: climate.analog_slope,
            fullScale: climate.analog_full_scale,
          },
    interval: Math.round(climate.interval * 1000),
    average: climate.average,
    temperatureDeadBand: climate.temperature_dead_band,
    humidityDeadBand: climate.humidity_dead_band,
    reportInterval: Math.round(climate.report_interval * 1000),
    topic: climate.topic || `${deviceId}/climate`,
    qos: climate.topic_qos,
    retain: climate.topic_retain,
    statusTopic: climate.status_topic || `${deviceId}/status`,
  };
}
