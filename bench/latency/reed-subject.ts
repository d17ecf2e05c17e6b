/** Reed as the device that wakes. */

import { NodeClock } from "../../host-sim/io/node-clock.js";
import { NodeTimers } from "../../host-sim/io/node-timers.js";
import { NodeTransportProvider } from "../../host-sim/io/node-transport.js";
import { loadConfig } from "../../src/config/load.js";
import { serverOptions } from "../../src/config/server-options.js";
import { MqttClient } from "../../src/mqtt/client.js";
import type { ClientEvent } from "../../src/mqtt/event.js";
import { HOST } from "./delayed-link.js";
import type { Subject } from "./wake.js";
import { PAYLOAD, TOPIC_NAME } from "./wake.js";

/** @param isEarly whether it waits for CONNACK before it publishes */
export function reed(isEarly: boolean): Subject {
  return (link, note) =>
    new Promise((resolve, reject) => {
      const values = {
        mqtt: { enable: true, server: `${HOST}:${link.port}`, early_publish: isEarly },
      };
      const options = serverOptions(loadConfig([{ values }]), "mqtt", "reed-bench");
      if (options === undefined) throw new Error("unreachable: enabled above");
      const onEvent = (event: ClientEvent): void => {
        if (event.type === "finished") {
          note("over");
          resolve();
        } else if (event.type === "disconnected") {
          // Told as soon as the transport has taken DISCONNECT, which is the last thing it is given.
          if (event.reason === "requested") note("left");
          else reject(new Error(`the connection ended: ${event.reason}`));
        }
      };
      const client = new MqttClient(
        {
          transport: new NodeTransportProvider({ lookup: link.lookup }),
          clock: new NodeClock(),
          timers: new NodeTimers(),
          random: Math.random,
          observer: { onEvent },
        },
        options,
      );
      client.publish(
        { topicName: TOPIC_NAME, payload: PAYLOAD, qos: 1 },
        { onOutcome: () => note("acknowledged") },
      );
      client.finish();
    });
}
