/** The message that is measured with, and what goes with it: the lengths are those of the reference points on XS. */

import type { SubjectName } from "./subject.js";

/** 27 bytes. */
export const TOPIC_NAME = "building/7/floor/3/door/12a";

/** As long, and another one for each of those that receive. */
export const RECEIVED_TOPIC_NAMES: Readonly<Record<SubjectName, string>> = {
  reed: "building/7/floor/3/door/12b",
  mqttjs: "building/7/floor/3/door/12c",
  socket: "building/7/floor/3/door/12d",
};

/** 42 bytes. */
export const PAYLOAD: Uint8Array = Buffer.from('{"door":"open","battery":87,"t":170000000}', "utf8");

/**
 * Messages of QoS 1 and 2 under way at once; the driver sees to it in the same way for each client. Mosquitto has the
 * same limit for those it sends, though some versions exceed it while they have a backlog.
 */
export const WINDOW = 20;

/** Messages of QoS 0 that the driver hands over at a time: about as many as MQTT.js takes before its socket is full. */
export const QOS_0_WINDOW = 200;
