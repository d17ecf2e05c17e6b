/** The configs of the soak's two devices. */

import { loadConfig } from "../../src/config/load.js";
import type { Config, PartialConfig } from "../../src/config/schema.js";

type ServerConfig = NonNullable<PartialConfig["mqtt"]>;

/**
 * Sessions that outlast a connection, as QoS 2 and what waits at the broker need; and room for the longest outages, as
 * what is shed by a full queue would count as lost.
 */
const COMMON: ServerConfig = Object.freeze({
  enable: true,
  clean_session: false,
  max_queue_length: 1000,
  max_queue_bytes: 200_000,
});

export function doorConfig(server: ServerConfig): Config {
  const values = { device: { id: "front" }, app: "door-sensor", mqtt: { ...COMMON, ...server } } as const;
  return loadConfig([{ name: "soak", values }]);
}

export function alarmConfig(server: ServerConfig): Config {
  const values = {
    device: { id: "hall" },
    app: "alarm",
    alarm: { doors: ["front/door/state"], armed: true },
    mqtt: { ...COMMON, ...server },
  } as const;
  return loadConfig([{ name: "soak", values }]);
}

/** The door's log says what has happened: the number of the event, or undefined for another line. */
export function eventNumber(line: string): number | undefined {
  const number = /^door (?:open|closed), event (\d+)$/.exec(line)?.[1];
  return number === undefined ? undefined : Number(number);
}
