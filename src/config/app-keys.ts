/** The keys of the device and its applications: `device`, `door`, `alarm` and `app`. All are Reed's. */

import { booleanKey, choiceKey, integerKey, stringKey, stringListKey } from "./key.js";
import { TOPIC_NAME_EXPECTED, TOPIC_NAME_PATTERN } from "./server-keys.js";

/** Not empty; each level without wildcards or + alone, and the last may be # (section 4.7.1). */
const TOPIC_FILTER_PATTERN = "^(?!$)(([^+#/]*|[+])/)*([^+#/]*|[+#])$";
/** Enough for any GPIO number and for expanders. */
const MAXIMUM_PIN = 255;

export const DEVICE_KEYS = Object.freeze({
  id: stringKey({
    default: "",
    maximumBytes: 128,
    pattern: TOPIC_NAME_PATTERN,
    expected: "a name that can stand in a topic, without + and #, at most 128 bytes",
    origin: "reed",
    doc: "The device's name: client identifier and first level of its topics unless these are set. When empty, the platform supplies one, on the ESP32 from the MAC address.",
  }),
  queue_store: choiceKey({
    default: "",
    choices: ["", "flash", "ram"],
    origin: "reed",
    doc: "Where messages wait that are to be sent: `flash`, where events and the MQTT sessions survive a loss of power, or `ram`. When empty: `flash` for the door sensor and the alarm, else `ram`. Each event then costs a few writes to the flash.",
  }),
  report: booleanKey({
    default: true,
    origin: "reed",
    doc: "After each connection the device publishes, retained, on the topic `connection` below its status topic, how long each stage took, and how the attempt before failed if it did, in the words of its log; then how many messages ended in which way since it started.",
  }),
});

/** Apps whose events must survive a loss of power unless the config says otherwise. */
export const APPS_WITH_STORE: readonly string[] = Object.freeze(["door-sensor", "alarm"]);

export const APP_KEY = choiceKey({
  default: "",
  choices: ["", "door-sensor", "alarm", "climate-sensor"],
  origin: "reed",
  doc: "What the device is for. Empty: nothing chosen, as for a file that several devices share; the command line or the firmware then chooses.",
});

export const DOOR_KEYS = Object.freeze({
  pin: pinKey(4, "GPIO with the reed switch."),
  active_low: booleanKey({
    default: true,
    origin: "reed",
    doc: "A low level means that the contact is closed, and the door with it: the switch connects the pin to ground, with the internal pull-up. With false a high level means that: the switch connects it to 3.3 V, with a pull-down.",
  }),
  debounce: integerKey({
    default: 50,
    minimum: 0,
    maximum: 10_000,
    unit: "milliseconds",
    origin: "reed",
    doc: "A new level counts once it has lasted this long; 0 takes every change.",
  }),
  state_topic: topicKey("Where `open` or `closed` is published, retained, QoS 1", "<device>/door/state"),
  event_topic: topicKey(
    "Where each change is published with its sequence number and time, not retained, QoS 1",
    "<device>/door/event",
  ),
  status_topic: topicKey(
    "Where `online` and, as the will, `offline` are published, retained",
    "<device>/status",
  ),
});

export const ALARM_KEYS = Object.freeze({
  doors: stringListKey({
    default: [],
    maximumItems: 64,
    pattern: TOPIC_FILTER_PATTERN,
    expected: "a topic filter: + as a whole level, # only as the last [MQTT-4.7.1-2] [MQTT-4.7.1-3]",
    origin: "reed",
    doc: 'Topic names or filters of the doors to watch, such as `["front/door/state", "+/door/state"]`. At least one when `app` is `alarm`.',
  }),
  command_topic: topicKey(
    "Where the commands `arm`, `disarm` and `silence` are expected",
    "<device>/alarm/command",
  ),
  state_topic: topicKey("Where the alarm's state is published, retained, QoS 1", "<device>/alarm/state"),
  status_topic: topicKey(
    "Where `online` and, as the will, `offline` are published, retained",
    "<device>/status",
  ),
  siren_pin: pinKey(
    18,
    "GPIO that drives the siren. 18 stays quiet while an ESP32 or ESP32-S3 boots; on an ESP32-C3 choose another, it is USB there.",
  ),
  siren_active_low: booleanKey({
    default: false,
    origin: "reed",
    doc: "A low level sounds the siren; with false a high one.",
  }),
  trigger_on_retained: booleanKey({
    default: false,
    origin: "reed",
    doc: "Retained messages, which the server replays at each subscription, count like new ones. With false an old `open` or command cannot set the alarm off after a reconnect.",
  }),
  armed: booleanKey({
    default: false,
    origin: "reed",
    doc: "The state after each start, until a command changes it.",
  }),
});

export function pinKey(pin: number, doc: string) {
  return integerKey({ default: pin, minimum: 0, maximum: MAXIMUM_PIN, origin: "reed", doc });
}

export function topicKey(purpose: string, whenEmpty: string) {
  return stringKey({
    default: "",
    pattern: TOPIC_NAME_PATTERN,
    expected: TOPIC_NAME_EXPECTED,
    origin: "reed",
    doc: `${purpose}. When empty: \`${whenEmpty}\`.`,
  });
}
