/** From a server's section to the options of the MQTT client: spelled-out names, milliseconds, bytes. */

import type { ServerName } from "../mqtt/event.js";
import type { ServerOptions, Will } from "../mqtt/options.js";
import type { QoS } from "../mqtt/packet.js";
import { encodeUtf8 } from "../mqtt/utf8.js";
import { Report } from "./report.js";
import type { Config, ServerSection } from "./schema.js";
import type { ServerAddress } from "./server-address.js";
import { parseServerAddress } from "./server-address.js";
import { checkServer } from "./server-checks.js";
import { ANY_SERVER, serverEndpoint } from "./server-endpoint.js";

/**
 * The options of server `name`, or undefined when it is not enabled.
 * @param deviceId the client identifier when `client_id` is empty: `device.id`, or what the platform supplies
 * @param appWill the will when `will_topic` is empty; lowered to `max_qos`
 * @throws ConfigError when the section is not fit to connect with, which `loadConfig` would have said before, or when
 *   it leaves an empty client identifier without `clean_session` [MQTT-3.1.3-7]
 */
export function serverOptions(
  config: Config,
  name: ServerName,
  deviceId: string,
  appWill?: Will,
): ServerOptions | undefined {
  const section = config[name];
  if (!section.enable) return undefined;

  // Nobody vouches for the server then: it does not learn whom it talks to, and makes up an identifier of its own.
  const isAnonymous = section.ssl_ca_cert === ANY_SERVER;
  const clientIdentifier = section.client_id === "" && !isAnonymous ? deviceId : section.client_id;
  const report = new Report();
  // Again, since a config made by hand could otherwise ask for TLS and get a connection without.
  checkServer(section, name, report);
  if (clientIdentifier === "" && !section.clean_session) {
    const expected = "a client identifier or a device id, as clean_session is false [MQTT-3.1.3-7]";
    report.add({ code: "missing", path: `${name}.client_id`, expected, value: '""' });
  }
  report.throwIfAny();

  const address = parseServerAddress(section.server) as ServerAddress;
  const userName = address.userName ?? section.user;
  const password = address.password ?? section.pass;
  const will = willOf(section, appWill);
  return {
    endpoint: serverEndpoint(section, address),
    clientIdentifier,
    ...(userName === "" ? {} : { userName }),
    ...(password === "" ? {} : { password: encodeUtf8(password) }),
    ...(will === undefined ? {} : { will }),
    cleanSession: section.clean_session,
    keepAlive: section.keep_alive,
    maximumQos: section.max_qos,
    reconnectMinimum: milliseconds(section.reconnect_timeout_min),
    reconnectMaximum: milliseconds(section.reconnect_timeout_max),
    reconnectStable: milliseconds(section.reconnect_stable),
    failBackAfter: milliseconds(section.failback_after),
    connectTimeout: milliseconds(section.connect_timeout),
    responseTimeout: milliseconds(section.response_timeout),
    receiveLimit: section.recv_mbuf_limit,
    maximumInFlight: section.max_inflight,
    maximumQueueLength: section.max_queue_length,
    maximumQueueBytes: section.max_queue_bytes,
    queueQos0: section.queue_qos0,
    earlyPublish: section.early_publish,
  };
}

function willOf(section: ServerSection, appWill: Will | undefined): Will | undefined {
  if (section.will_topic !== "") {
    return {
      topicName: section.will_topic,
      payload: encodeUtf8(section.will_message),
      qos: section.will_qos,
      retain: section.will_retain,
    };
  }
  return appWill && { ...appWill, qos: Math.min(appWill.qos, section.max_qos) as QoS };
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}
