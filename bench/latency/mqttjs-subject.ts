/** MQTT.js as the device that wakes. */

import { connect } from "node:net";
import { MqttClient } from "mqtt";
import { HOST } from "./delayed-link.js";
import type { Subject } from "./wake.js";
import { PAYLOAD, TOPIC_NAME } from "./wake.js";

/**
 * @param isEager publishes at once, which MQTT.js queues until CONNACK; else when it says that it is connected
 */
export function mqttJs(isEager: boolean): Subject {
  return (link, note) =>
    new Promise((resolve, reject) => {
      const { port, lookup } = link;
      // Its own way of opening TCP, but for the name resolution, in which the delay of the link is.
      const open = () => connect({ host: HOST, port, lookup });
      const client = new MqttClient(open, { protocolVersion: 4, clean: true, reconnectPeriod: 0 });
      client.on("error", reject);
      client.on("packetsend", ({ cmd }) => {
        if (cmd === "disconnect") note("left");
      });
      const publish = () => {
        client.publish(TOPIC_NAME, PAYLOAD, { qos: 1 }, (error) => {
          if (error) {
            reject(error);
            return;
          }
          note("acknowledged");
          client.end(() => {
            note("over");
            resolve();
          });
        });
      };
      if (isEager) publish();
      else client.once("connect", publish);
    });
}
