/** A client that is measured, behind the same few methods for each: what the driver does costs all of them the same. */

import type { QoS } from "../../src/mqtt/packet.js";

export interface Subject {
  /** Resolves when CONNACK has come. */
  connect(): Promise<void>;
  /** Publishes the message of `message.ts`; `onDone` is called when it is completed. May come before `connect`. */
  publish(qos: QoS, onDone: () => void): void;
  /** Calls `onMessage` for what comes on `topicFilters`; resolves when SUBACK has come. May come before `connect`. */
  subscribe(topicFilters: readonly string[], qos: QoS, onMessage: () => void): Promise<void>;
}

export type SubjectMaker = (port: number, clientIdentifier: string) => Subject;

/** Reed, MQTT.js, or none: a socket that is written to and read from with as little as there can be on top. */
export type SubjectName = "reed" | "mqttjs" | "socket";

/** Loads the one that is asked for, and nothing of the others. */
export async function subjectMaker(name: SubjectName): Promise<SubjectMaker> {
  switch (name) {
    case "reed": {
      const { ReedSubject } = await import("./reed-subject.js");
      return (port, clientIdentifier) => new ReedSubject(port, clientIdentifier);
    }
    case "mqttjs": {
      const { MqttjsSubject } = await import("./mqttjs-subject.js");
      return (port, clientIdentifier) => new MqttjsSubject(port, clientIdentifier);
    }
    default: {
      const { SocketSubject } = await import("./socket-subject.js");
      return (port, clientIdentifier) => new SocketSubject(port, clientIdentifier);
    }
  }
}
