/** Which application a config asks for. A new one is added here. */

import { alarmSettings, climateSensorSettings, doorSensorSettings } from "../../src/config/app-settings.js";
import { ConfigError } from "../../src/config/problem.js";
import type { Config } from "../../src/config/schema.js";
import { Alarm } from "./alarm.js";
import type { App, AppPorts } from "./app.js";
import { ClimateSensor } from "./climate-sensor.js";
import { DoorSensor } from "./door-sensor.js";

export interface ChosenApp {
  /** Where the device says `online` and `offline`. */
  readonly statusTopic: string;
  /** Makes the application, which is at work from then on. */
  start(ports: AppPorts): App;
}

/**
 * @param deviceId the first level of topics that the config does not name
 * @throws ConfigError when `app` is empty
 */
export function chooseApp(config: Config, deviceId: string): ChosenApp {
  switch (config.app) {
    case "door-sensor": {
      const settings = doorSensorSettings(config, deviceId);
      return { statusTopic: settings.statusTopic, start: (ports) => new DoorSensor(settings, ports) };
    }
    case "alarm": {
      const settings = alarmSettings(config, deviceId);
      return { statusTopic: settings.statusTopic, start: (ports) => new Alarm(settings, ports) };
    }
    case "climate-sensor": {
      const settings = climateSensorSettings(config, deviceId);
      return { statusTopic: settings.statusTopic, start: (ports) => new ClimateSensor(settings, ports) };
    }
    default:
      throw new ConfigError([
        { code: "missing", path: "app", expected: "door-sensor, alarm or climate-sensor", value: '""' },
      ]);
  }
}
