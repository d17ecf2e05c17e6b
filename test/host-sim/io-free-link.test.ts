/** A client on a real socket: once all that was written has left, it knows, and writes the next message at once. */

import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { nodePorts } from "../../host-sim/io/node-ports.js";
import { MqttClient } from "../../src/mqtt/client.js";
import type { ClientEvent } from "../../src/mqtt/event.js";
import { OPTIONS } from "../mqtt/support/server-options.js";

const CONNACK = Uint8Array.of(0x20, 2, 0, 0);

test("a message by itself leaves inside publish, each time", async () => {
  let told: (event: ClientEvent) => void = () => {};
  const server = createServer((socket) => socket.once("data", () => socket.write(CONNACK)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  /** Something has arrived at the server. */
  let arrived = (): Promise<unknown> => Promise.resolve();
  server.on("connection", (socket: Socket) => {
    arrived = () => once(socket, "data");
  });
  const ports = nodePorts({ onEvent: (event) => told(event) });
  const client = new MqttClient(ports, {
    ...OPTIONS,
    cleanSession: true,
    endpoint: { host: "127.0.0.1", port },
  });
  const ready = new Promise<void>((resolve) => {
    told = ({ type }) => type === "ready" && resolve();
  });
  client.start();
  await ready;
  try {
    const outcomes: (string | undefined)[] = [];
    for (let i = 0; i < 20; i += 1) {
      const arrival = arrived();
      outcomes.push(client.publish({ topicName: "t", payload: `${i}` }).outcome);
      await arrival;
    }
    expect(outcomes).toEqual(Array.from({ length: 20 }, () => "sent"));
  } finally {
    client.abandon();
    server.close();
  }
});
