/** The keys of the board and its network: `wifi`, `sntp` and `status_led`. The simulator has no use for them. */

import { booleanKey, group, integerKey, stringKey } from "./key.js";

const NETWORK_KEYS = Object.freeze({
  ssid: stringKey({
    default: "",
    maximumBytes: 32,
    origin: "reed",
    doc: "Name of the Wi-Fi network; empty: none.",
  }),
  pass: stringKey({
    default: "",
    maximumBytes: 64,
    pattern: "^(?:.{8,})?$",
    expected: "a password of 8 characters or more, or none for an open network",
    origin: "reed",
    secret: "always",
    doc: "Its password; empty for an open network.",
  }),
});

export const WIFI_KEYS = Object.freeze({
  sta: group("The Wi-Fi network.", NETWORK_KEYS),
  sta1: group("A second one, tried when the first cannot be reached, and the other way round.", NETWORK_KEYS),
});

export const SNTP_KEYS = Object.freeze({
  server: stringKey({
    default: "pool.ntp.org",
    maximumBytes: 253,
    pattern: "^[^ :/]*$",
    expected: "a host name or IPv4 address, without a port",
    origin: "reed",
    doc: "Where the time comes from, by SNTP; empty: from nowhere, and events then have no `time`.",
  }),
});

export const STATUS_LED_KEYS = Object.freeze({
  pin: integerKey({
    default: -1,
    minimum: -1,
    maximum: 255,
    origin: "reed",
    doc: "GPIO of an LED: quick blinking without network, slow blinking without server, a short flash now and then when connected. -1: none.",
  }),
  active_low: booleanKey({
    default: false,
    origin: "reed",
    doc: "A low level lights it; with false a high one.",
  }),
});
