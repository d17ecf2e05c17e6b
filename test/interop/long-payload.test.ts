/** Payloads of 1 MiB through mosquitto, to and from a device that has room for 3 KiB. */

import { describe, expect, test } from "vitest";
import { seededRandom } from "../../host-sim/io/random.js";
import type { QoS } from "../../src/mqtt/packet.js";
import { startMosquitto } from "../support/mosquitto.js";
import { mosquittoPub } from "../support/mosquitto-clients.js";
import { Device, serverOptions } from "./support/device.js";
import { Downloads, sha256 } from "./support/download.js";
import { connectMqttJs } from "./support/mqtt-js.js";

const MIB = 1_048_576;
const RECEIVE_LIMIT = 3072;

/** No two parts alike, so that a part lost, repeated or out of place shows. */
function payloadOf(byteLength: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: byteLength }, () => random() * 256);
}

describe("a payload of 1 MiB", () => {
  const payload = payloadOf(MIB, 1);
  const digest = sha256(payload);

  for (const qos of [0, 1, 2] as const) {
    test(`comes in at QoS ${qos} part by part, in order and complete`, async () => {
      const { port } = await startMosquitto();
      const sensor = new Device(serverOptions(port, { receiveLimit: RECEIVE_LIMIT }));
      await sensor.connect();
      const downloads = new Downloads(() => sensor.changed());
      await sensor.subscribeWith("firmware", downloads, qos);
      await mosquittoPub({ port, topic: "firmware", message: payload, qos });
      await mosquittoPub({ port, topic: "firmware", message: "short", qos });
      await sensor.until(() => downloads.complete.length === 2);
      expect(downloads.all).toMatchObject([
        { announcedLength: MIB, byteLength: MIB, digest, qos, isAborted: false },
        { announcedLength: 5, byteLength: 5, digest: sha256(Buffer.from("short")), qos },
      ]);
      expect(downloads.all[0]?.longestChunk).toBeLessThanOrEqual(RECEIVE_LIMIT);
    });

    test(`goes out at QoS ${qos}`, async () => {
      const { port } = await startMosquitto();
      const peer = await connectMqttJs(port);
      await peer.subscribe("camera", 2);
      const sensor = new Device(serverOptions(port, { maximumQueueBytes: 2 * MIB }));
      await sensor.connect();
      sensor.send("camera", payload, qos);
      sensor.send("camera", "short", qos);
      const messages = await peer.take(2);
      expect(messages.map((message) => [sha256(message.payload), message.qos])).toEqual([
        [digest, qos],
        [sha256(Buffer.from("short")), qos],
      ]);
      expect(await sensor.outcomes()).toEqual(
        qos === 0 ? ["sent", "sent"] : ["acknowledged", "acknowledged"],
      );
    });
  }

  test("comes and goes at the same time, with short messages in between", async () => {
    const { port } = await startMosquitto({ config: ["max_queued_messages 0"] });
    const peer = await connectMqttJs(port);
    await peer.subscribe("out/#", 1);
    const sensor = new Device(serverOptions(port, { maximumQueueBytes: 8 * MIB }));
    await sensor.connect();
    const downloads = new Downloads(() => sensor.changed());
    await sensor.subscribeWith("in/#", downloads, 2);
    const sent = [1, 2, 3].map((seed) => payloadOf(MIB, seed));
    for (const [index, long] of sent.entries()) {
      sensor.send(`out/${index}`, long, 1);
      sensor.send(`out/${index}/short`, "x", 1);
    }
    for (const [index, long] of sent.entries()) {
      await peer.publish(`in/${index}`, long, 2);
      await peer.publish(`in/${index}/short`, "x", 2);
    }
    await Promise.all([peer.take(6), sensor.until(() => downloads.complete.length === 6)]);
    const expected = sent.flatMap((long) => [sha256(long), sha256(Buffer.from("x"))]);
    expect(downloads.all.map((download) => download.digest)).toEqual(expected);
    expect(peer.messages.map((message) => sha256(message.payload))).toEqual(expected);
  });

  for (const qos of [1, 2] as const) {
    test(`that is cut off half-way is aborted, and comes again whole at QoS ${qos}`, async () => {
      const { port } = await startMosquitto();
      const sensor = new Device(serverOptions(port, { cleanSession: false }));
      await sensor.connect();
      let cuts = 0;
      const downloads = new Downloads(() => {
        const current = downloads.all.at(-1);
        if (cuts === 0 && current !== undefined && current.byteLength > MIB / 2) {
          cuts += 1;
          sensor.transport.drop();
        }
        sensor.changed();
      });
      await sensor.subscribeWith("firmware", downloads, qos);
      await mosquittoPub({ port, topic: "firmware", message: payload, qos });
      await sensor.until(() => downloads.complete.length === 1);
      expect(downloads.all).toMatchObject([
        { isAborted: true, digest: "" },
        { isAborted: false, digest, byteLength: MIB },
      ]);
    });

    test(`that is cut off half-way out at QoS ${qos} is sent again whole`, async () => {
      const { port } = await startMosquitto();
      const peer = await connectMqttJs(port);
      await peer.subscribe("camera", 2);
      const sensor = new Device(serverOptions(port, { cleanSession: false, maximumQueueBytes: 2 * MIB }));
      await sensor.connect();
      // One turn of the client fills the socket, which holds far less than 1 MiB.
      sensor.send("camera", payload, qos);
      await new Promise((resolve) => setImmediate(resolve));
      sensor.transport.drop();
      expect(await sensor.outcomes()).toEqual(["acknowledged"]);
      expect(sensor.eventsOf("connected")).toHaveLength(2);
      sensor.send("camera", "end", qos);
      await peer.takeUntil("end");
      expect(peer.messages.map((message) => sha256(message.payload))).toEqual([
        digest,
        sha256(Buffer.from("end")),
      ]);
    });
  }
});

describe("a payload over the receive limit for a handler that does not stream", () => {
  for (const qos of [0, 1, 2] as const satisfies readonly QoS[]) {
    test(`is refused with an event at QoS ${qos} while the connection stays up`, async () => {
      const { port } = await startMosquitto();
      const sensor = new Device(serverOptions(port, { receiveLimit: RECEIVE_LIMIT, cleanSession: false }));
      await sensor.connect();
      const inbox = await sensor.subscribe("a", qos);
      await mosquittoPub({ port, topic: "a", message: payloadOf(RECEIVE_LIMIT, 1), qos });
      await mosquittoPub({ port, topic: "a", message: payloadOf(RECEIVE_LIMIT + 1, 2), qos });
      await mosquittoPub({ port, topic: "a", message: "end", qos });
      await inbox.takeUntil("end");
      expect(inbox.messages.map((message) => message.payload.length)).toEqual([RECEIVE_LIMIT, 3]);
      expect(sensor.eventsOf("message-refused")).toEqual([
        { type: "message-refused", topicName: "a", payloadLength: RECEIVE_LIMIT + 1 },
      ]);
      // It was acknowledged: the server does not send it again to the same session.
      await sensor.disconnect();
      expect(await sensor.connect()).toBe(true);
      await mosquittoPub({ port, topic: "a", message: "later", qos });
      await inbox.takeUntil("later");
      expect(sensor.eventsOf("message-refused")).toHaveLength(1);
    });
  }
});
