/** What can only be judged of a config as a whole: keys that need, or exclude, one another. */

import type { Report } from "./report.js";
import type { Config } from "./schema.js";
import { checkServer } from "./server-checks.js";

/** Reports what does not fit together. Values already found bad are left out of it. */
export function crossCheck(config: Config, report: Report): void {
  checkServer(config.mqtt, "mqtt", report);
  checkServer(config.mqtt1, "mqtt1", report);
  if (
    report.isClean("mqtt", "mqtt1", "mqtt.enable", "mqtt1.enable") &&
    config.mqtt1.enable &&
    !config.mqtt.enable
  ) {
    report.add({
      code: "contradiction",
      path: "mqtt1.enable",
      expected: "false while mqtt.enable is false: a backup needs a primary",
      value: "true",
    });
  }
  if (
    config.app === "alarm" &&
    config.alarm.doors.length === 0 &&
    report.isClean("app", "alarm", "alarm.doors")
  ) {
    report.add({
      code: "missing",
      path: "alarm.doors",
      expected: "at least one topic filter, as app is alarm",
      value: "[]",
    });
  }
  checkWifi(config, report);
  checkClimate(config, report);
  checkDistinct("door", config.door, ["state_topic", "event_topic", "status_topic"], report);
  checkDistinct("alarm", config.alarm, ["command_topic", "state_topic", "status_topic"], report);
  checkDistinct("climate", config.climate, ["topic", "status_topic"], report);
}

/** A password and a second network need a first one to go with. */
function checkWifi({ wifi }: Config, report: Report): void {
  for (const name of ["sta", "sta1"] as const) {
    const { ssid, pass } = wifi[name];
    const path = `wifi.${name}`;
    if (ssid !== "" || pass === "" || !report.isClean("wifi", path, `${path}.ssid`, `${path}.pass`)) continue;
    report.add({ code: "missing", path: `${path}.ssid`, expected: "a name, as pass is set", value: '""' });
  }
  if (wifi.sta1.ssid === "" || wifi.sta.ssid !== "") return;
  if (!report.isClean("wifi", "wifi.sta", "wifi.sta.ssid", "wifi.sta1", "wifi.sta1.ssid")) return;
  report.add({
    code: "missing",
    path: "wifi.sta.ssid",
    expected: "a name, as wifi.sta1.ssid is set",
    value: '""',
  });
}

function checkClimate({ climate }: Config, report: Report): void {
  const { interval, report_interval: reportInterval } = climate;
  if (interval > reportInterval && report.isClean("climate", "climate.interval", "climate.report_interval")) {
    report.add({
      code: "contradiction",
      path: "climate.report_interval",
      expected: `at least interval, which is ${interval}`,
      value: String(reportInterval),
    });
  }
  if (climate.analog_slope === 0 && report.isClean("climate", "climate.analog_slope")) {
    report.add({
      code: "out-of-range",
      path: "climate.analog_slope",
      expected: "a number but 0",
      value: "0",
    });
  }
}

/** Two topics of an app must not be one: states would be taken for events, or for commands. */
function checkDistinct<K extends string>(
  section: string,
  topics: { readonly [P in K]: string },
  names: readonly K[],
  report: Report,
): void {
  names.forEach((name, index) => {
    const same = names.slice(0, index).find((other) => topics[other] === topics[name]);
    if (topics[name] === "" || same === undefined) return;
    report.add({
      code: "contradiction",
      path: `${section}.${name}`,
      expected: `another topic than ${same}`,
      value: JSON.stringify(topics[name]),
    });
  });
}
