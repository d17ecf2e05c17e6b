/** The schema of the device config, and the types derived from it. */

import { ALARM_KEYS, APP_KEY, DEVICE_KEYS, DOOR_KEYS } from "./app-keys.js";
import { SNTP_KEYS, STATUS_LED_KEYS, WIFI_KEYS } from "./board-keys.js";
import { CLIMATE_KEYS } from "./climate-keys.js";
import type { PartialOf, ValueOf } from "./key.js";
import { group } from "./key.js";
import { SERVER_KEYS } from "./server-keys.js";

export const SCHEMA = group("The config of a Reed device.", {
  device: group("Who the device is.", DEVICE_KEYS),
  app: APP_KEY,
  mqtt: group("The primary server.", SERVER_KEYS),
  mqtt1: group(
    "The backup server, used when the primary cannot be reached. It has the same keys and takes nothing over from `mqtt`.",
    SERVER_KEYS,
  ),
  door: group("The door sensor; used when `app` is `door-sensor`.", DOOR_KEYS),
  alarm: group("The alarm; used when `app` is `alarm`.", ALARM_KEYS),
  climate: group("The climate sensor; used when `app` is `climate-sensor`.", CLIMATE_KEYS),
  wifi: group("The Wi-Fi networks of a board.", WIFI_KEYS),
  sntp: group("The time of day of a board.", SNTP_KEYS),
  status_led: group("An LED that shows how a board fares.", STATUS_LED_KEYS),
});

/** A whole, valid config; every key has a value. Deep-frozen when it comes from `loadConfig`. */
export type Config = ValueOf<typeof SCHEMA>;

/** A config with anything left out: a layer over the defaults. */
export type PartialConfig = PartialOf<typeof SCHEMA>;

/** `mqtt` or `mqtt1`. */
export type ServerSection = Config["mqtt"];
