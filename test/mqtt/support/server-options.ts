/** The options of a server as tests want them: every time and bound plain to calculate with. */

import type { ServerOptions } from "../../../src/mqtt/options.js";

/** The documented defaults, but for the session, which is kept. */
export const OPTIONS: ServerOptions = Object.freeze({
  endpoint: { host: "broker", port: 1883 },
  clientIdentifier: "door",
  cleanSession: false,
  keepAlive: 60,
  maximumQos: 2,
  reconnectMinimum: 2000,
  reconnectMaximum: 60_000,
  failBackAfter: 0,
  reconnectStable: 30_000,
  connectTimeout: 15_000,
  responseTimeout: 10_000,
  receiveLimit: 3072,
  maximumInFlight: 20,
  maximumQueueLength: 64,
  maximumQueueBytes: 16_384,
  queueQos0: false,
});

/** The CONNECT that they make. */
export const CONNECT = '10 10 00 04 "MQTT" 04 00 00 3c 00 04 "door"';
