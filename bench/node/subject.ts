/** A client that is measured, behind the same few methods for each: what the driver does costs all of them the same. */

import type { QoS } from "../../src/mqtt/packet.js";

export interface Subject {
  /** Resolves when CONNACK has come. */
  connect(port: number, clientIdentifier: string): Promise<void>;
  /** Publishes the message of `message.ts`; `onDone` is called when it is completed. */
  publish(qos: QoS, onDone: () => void): void;
  /** Calls `onMessage` for each message on `topicFilter`; resolves when SUBACK has come. */
  subscribe(topicFilter: string, qos: QoS, onMessage: () => void): Promise<void>;
}

/** Reed, MQTT.js, or none: a socket that is written to and read from with as little as there can be on top. */
export type SubjectName = "reed" | "mqttjs" | "socket";

/** Loads the one that is asked for, and nothing of the others. */
export async function subjectMaker(name: SubjectName): Promise<() => Subject> {
  switch (name) {
    case "reed": {
      const { ReedSubject } = await import("./reed-subject.js");
      return () => new ReedSubject();
    }
    case "mqttjs": {
      const { MqttjsSubject } = await import("./mqttjs-subject.js");
      return () => new MqttjsSubject();
    }
    default: {
      const { SocketSubject } = await import("./socket-subject.js");
      return () => new SocketSubject();
    }
  }
}
