/** A process with one client and the server it talks to: what the client sends, scene by scene. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Packet } from "mqtt-packet";
import type { QoS } from "../../src/mqtt/packet.js";
import { PAYLOAD, TOPIC_NAME, WINDOW } from "../node/message.js";
import type { Subject, SubjectName } from "../node/subject.js";
import { subjectMaker } from "../node/subject.js";
import {
  ACKNOWLEDGEMENT_LENGTH,
  minimumConnectLength,
  minimumPublishLength,
  minimumSubscribeLength,
} from "./minimum.js";
import { RecordingServer } from "./recording-server.js";
import { SocketMeter } from "./socket-meter.js";

/** What one client sent in one scene. */
export interface Scene {
  readonly name: string;
  readonly bytes: number;
  readonly writes: number;
  /** TCP segments with data; undefined where the system does not tell. */
  readonly segments: number | undefined;
  /** Packets in the order in which they came, `publish` ten times being `10 publish`. */
  readonly packets: readonly string[];
  readonly minimum: { readonly bytes: number; readonly segments: number };
}

const TOPIC_FILTERS = Array.from({ length: 10 }, (_, index) => `building/7/floor/3/door/${index}/+`);
const CLIENT_IDENTIFIER = "door-sensor-12a";
const SETTLING_TIME = 60;

class Theatre {
  readonly scenes: Scene[] = [];
  readonly #server: RecordingServer;
  readonly #meter: SocketMeter;
  readonly #subject: Subject;

  constructor(server: RecordingServer, subject: Subject) {
    this.#server = server;
    this.#meter = new SocketMeter(server.port);
    this.#subject = subject;
  }

  /** From the TCP connection to the last answer: what has waited for CONNACK goes out. */
  async connect(): Promise<void> {
    const completed = this.#publishAll(1, WINDOW);
    const subscribed = this.#subject.subscribe(TOPIC_FILTERS, 1, () => {});
    const connectLength = minimumConnectLength(CLIENT_IDENTIFIER);
    const bytes = connectLength + minimumSubscribeLength(TOPIC_FILTERS) + WINDOW * publishLength(1);
    await this.#play(
      `connect: CONNECT, then SUBSCRIBE of ${TOPIC_FILTERS.length} and ${WINDOW} queued messages`,
      { bytes, segments: 2 },
      () => Promise.all([this.#subject.connect(), subscribed, completed]),
    );
  }

  async publish(qos: QoS, count: number): Promise<void> {
    const bytes = count * (publishLength(qos) + (qos === 2 ? ACKNOWLEDGEMENT_LENGTH : 0));
    await this.#play(`publish QoS ${qos}, ${timesOf(count)}`, { bytes, segments: qos === 2 ? 2 : 1 }, () =>
      this.#publishAll(qos, count),
    );
  }

  async receive(qos: 1 | 2, count: number): Promise<void> {
    const bytes = count * qos * ACKNOWLEDGEMENT_LENGTH;
    await this.#play(`receive QoS ${qos}, ${timesOf(count)}`, { bytes, segments: qos }, async () => {
      this.#server.send(Array.from({ length: count }, (_, index) => publishPacket(qos, index + 1)));
    });
  }

  /** Resolves when all are completed. */
  #publishAll(qos: QoS, count: number): Promise<void> {
    return new Promise((resolve) => {
      let left = count;
      const onDone = () => {
        left -= 1;
        if (left === 0) resolve();
      };
      for (let index = 0; index < count; index += 1) this.#subject.publish(qos, onDone);
    });
  }

  async #play(name: string, minimum: Scene["minimum"], action: () => Promise<unknown>): Promise<void> {
    const bytes = this.#server.byteLength;
    const before = this.#meter.sent;
    this.#server.packets.length = 0;
    await action();
    await sleep(SETTLING_TIME);
    const after = this.#meter.sent;
    this.scenes.push({
      name,
      bytes: this.#server.byteLength - bytes,
      writes: after.writes - before.writes,
      segments:
        after.segments === undefined || before.segments === undefined
          ? undefined
          : after.segments - before.segments,
      packets: runsOf(this.#server.packets),
      minimum,
    });
  }
}

function publishLength(qos: QoS): number {
  return minimumPublishLength(TOPIC_NAME.length, PAYLOAD.length, qos);
}

function publishPacket(qos: QoS, messageId: number): Packet {
  const payload = Buffer.from(PAYLOAD);
  return {
    cmd: "publish",
    topic: "building/7/floor/3/door/1/a",
    payload,
    qos,
    retain: false,
    dup: false,
    messageId,
  };
}

function timesOf(count: number): string {
  return count === 1 ? "once" : `${count} at once`;
}

/** Equal ones in a row become one with their number. */
function runsOf(names: readonly string[]): readonly string[] {
  const runs: { name: string; count: number }[] = [];
  for (const name of names) {
    const last = runs.at(-1);
    if (last?.name === name) last.count += 1;
    else runs.push({ name, count: 1 });
  }
  return runs.map(({ name, count }) => (count === 1 ? name : `${count} ${name}`));
}

const server = await RecordingServer.start();
const makeSubject = await subjectMaker(process.argv[2] as SubjectName);
const theatre = new Theatre(server, makeSubject(server.port, CLIENT_IDENTIFIER));
await theatre.connect();
for (const qos of [0, 1, 2] as const) {
  await theatre.publish(qos, 1);
  await theatre.publish(qos, WINDOW);
}
for (const qos of [1, 2] as const) {
  await theatre.receive(qos, 1);
  await theatre.receive(qos, WINDOW);
}
process.send?.(theatre.scenes);
// Without its parent it has nothing to do.
process.on("disconnect", () => process.exit());
