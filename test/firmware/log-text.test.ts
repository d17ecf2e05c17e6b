/** The lines that people read: specific, helpful, on one line, and without secrets. */

import { describe, expect, test } from "vitest";
import { describeError, describeEvent, describeLoss, eventLevel } from "../../firmware/apps/log-text.js";
import { TransportError } from "../../src/mqtt/errors.js";
import type { ClientEvent, Outcome, RefusalReason } from "../../src/mqtt/event.js";

type Disconnected = Extract<ClientEvent, { type: "disconnected" }>;

function ended(rest: Omit<Disconnected, "type" | "server">, server: "mqtt" | "mqtt1" = "mqtt"): string {
  return describeEvent({ type: "disconnected", server, ...rest });
}

describe("the line for an event", () => {
  test("says where an attempt goes", () => {
    const event = { type: "connecting", server: "mqtt", port: 1883, attempt: 3 } as const;
    expect(describeEvent({ ...event, host: "broker.local" })).toBe(
      "connecting to mqtt at broker.local:1883, attempt 3",
    );
    expect(describeEvent({ ...event, host: "fe80::1" })).toBe(
      "connecting to mqtt at [fe80::1]:1883, attempt 3",
    );
  });

  test("says whether the session was resumed", () => {
    expect(describeEvent({ type: "connected", server: "mqtt", sessionPresent: false })).toBe(
      "connected to mqtt",
    );
    expect(describeEvent({ type: "connected", server: "mqtt1", sessionPresent: true })).toBe(
      "connected to mqtt1, session resumed",
    );
  });

  test("says how long the wait is, and when it is for the other server", () => {
    const event = { type: "waiting", delay: 2096.7 } as const;
    expect(describeEvent({ ...event, server: "mqtt", switched: false })).toBe(
      "next attempt at mqtt in 2.10 s",
    );
    expect(describeEvent({ ...event, server: "mqtt1", switched: true })).toBe(
      "giving up on mqtt for now: first attempt at mqtt1 in 2.10 s",
    );
    expect(describeEvent({ ...event, server: "mqtt", switched: true })).toBe(
      "giving up on mqtt1 for now: first attempt at mqtt in 2.10 s",
    );
  });

  test("names the keys to check when the server refuses user or password", () => {
    expect(ended({ stage: "connack", reason: "refused", returnCode: 4 })).toBe(
      "mqtt refuses the connection, code 4: wrong user name or password; check mqtt.user and mqtt.pass",
    );
    expect(ended({ stage: "connack", reason: "refused", returnCode: 5 }, "mqtt1")).toBe(
      "mqtt1 refuses the connection, code 5: not authorized; check mqtt1.user, mqtt1.pass and the server's access rules",
    );
  });

  test("says what the other return codes mean", () => {
    const refused = (returnCode: 1 | 2 | 3) => ended({ stage: "connack", reason: "refused", returnCode });
    expect(refused(1)).toBe("mqtt refuses the connection, code 1: it does not speak MQTT 3.1.1");
    expect(refused(2)).toBe(
      "mqtt refuses the connection, code 2: it does not accept the client identifier; check mqtt.client_id",
    );
    expect(refused(3)).toBe("mqtt refuses the connection, code 3: MQTT is unavailable there at the moment");
  });

  test("tells a server that cannot be reached from a link that breaks", () => {
    const cause = new Error("connect ECONNREFUSED 10.0.0.1:1883");
    expect(ended({ stage: "open", reason: "network", cause })).toBe(
      "cannot reach mqtt: connect ECONNREFUSED 10.0.0.1:1883; check mqtt.server and the network",
    );
    expect(ended({ stage: "connected", reason: "network", cause: new Error("read ECONNRESET") })).toBe(
      "connection to mqtt broken: read ECONNRESET",
    );
    expect(ended({ stage: "open", reason: "network" })).toBe(
      "cannot reach mqtt; check mqtt.server and the network",
    );
  });

  test("names the key that a layer below MQTT points at, and none when no key can help", () => {
    const expired = new TransportError(
      "tls",
      "certificate-expired",
      "the certificate has expired",
      "ssl_ca_cert",
    );
    expect(ended({ stage: "open", reason: "network", cause: expired }, "mqtt1")).toBe(
      "cannot reach mqtt1: the certificate has expired; check mqtt1.ssl_ca_cert",
    );
    const odd = new TransportError("websocket", "protocol", "the server sent a text frame");
    expect(ended({ stage: "open", reason: "network", cause: odd })).toBe(
      "cannot reach mqtt: the server sent a text frame",
    );
  });

  test("says at which stage an attempt failed, and how long the others took", () => {
    const stages = [
      { stage: "dns", duration: 1.6 },
      { stage: "tcp", duration: 12 },
      { stage: "connack", duration: 20 },
    ] as const;
    expect(ended({ stage: "connack", reason: "refused", returnCode: 3, stages })).toBe(
      "mqtt refuses the connection, code 3: MQTT is unavailable there at the moment (dns 2 ms, tcp 12 ms, connack failed after 20 ms)",
    );
    expect(ended({ stage: "connack", reason: "requested", stages })).toBe("disconnected from mqtt");
  });

  test("sums up an attempt that succeeded", () => {
    const stages = [
      { stage: "tcp", duration: 12 },
      { stage: "connack", duration: 20 },
    ] as const;
    expect(describeEvent({ type: "ready", server: "mqtt", stages })).toBe(
      "mqtt ready in 32 ms: tcp 12 ms, connack 20 ms",
    );
    expect(describeEvent({ type: "ready", server: "mqtt", stages }, { isUp: true, joinTime: 900 })).toBe(
      "mqtt ready in 932 ms: wifi 900 ms, tcp 12 ms, connack 20 ms",
    );
  });

  test("suspects the port when a server does not talk MQTT", () => {
    expect(ended({ stage: "connack", reason: "closed-by-server" })).toBe(
      "mqtt closed the connection without an answer to CONNECT; check that mqtt.server is an MQTT port",
    );
    expect(ended({ stage: "connack", reason: "connect-timeout" })).toBe(
      "no answer to CONNECT from mqtt within mqtt.connect_timeout; check that mqtt.server is an MQTT port",
    );
    expect(ended({ stage: "connack", reason: "protocol-error", cause: new Error("packet type 4") })).toBe(
      "mqtt broke the MQTT specification: packet type 4",
    );
  });

  test("names every other end", () => {
    expect(ended({ stage: "connected", reason: "closed-by-server" })).toBe("mqtt closed the connection");
    expect(ended({ stage: "open", reason: "connect-timeout" })).toBe(
      "no connection to mqtt within mqtt.connect_timeout; check mqtt.server and the network",
    );
    expect(ended({ stage: "connected", reason: "ping-timeout" }, "mqtt1")).toBe(
      "no answer to PINGREQ from mqtt1 within mqtt1.response_timeout: the link is dead",
    );
    expect(ended({ stage: "disconnecting", reason: "requested" })).toBe("disconnected from mqtt");
  });

  test("says which subscriptions there are, and who must allow the others", () => {
    const event = { server: "mqtt", topicFilter: "+/door/state" } as const;
    expect(describeEvent({ type: "subscribed", ...event, qos: 1 })).toBe(
      'subscribed to "+/door/state", QoS 1',
    );
    expect(describeEvent({ type: "unsubscribed", ...event })).toBe('unsubscribed from "+/door/state"');
    expect(describeEvent({ type: "subscription-refused", ...event })).toBe(
      'mqtt refuses the subscription to "+/door/state": check what the server allows mqtt.user to read',
    );
  });

  test("names the limit that a long message exceeds", () => {
    expect(describeEvent({ type: "message-refused", topicName: "big", payloadLength: 5000 })).toBe(
      'message of 5000 bytes on "big" dropped: longer than recv_mbuf_limit',
    );
  });

  test("names the client identifier that two devices have", () => {
    const line = describeEvent({
      type: "client-identifier-in-use",
      server: "mqtt",
      clientIdentifier: "front",
    });
    expect(line).toBe(
      'mqtt keeps ending fresh connections: most likely another device has the client identifier "front" too; ' +
        "give each its own device.id or mqtt.client_id",
    );
  });

  test("stays one line, whatever a topic or an error says", () => {
    const topicName = `x\n${"y".repeat(60_000)}`;
    const refused = describeEvent({ type: "message-refused", topicName, payloadLength: 1 });
    expect(refused.includes("\n")).toBe(false);
    expect(refused.length < 200).toBe(true);
    const failed = describeEvent({ type: "handler-failed", error: new Error("first\nsecond") });
    expect(failed).toBe("a message handler failed: first\\nsecond");
  });
});

describe("the level of an event", () => {
  test("is a warning when the device copes with something that went wrong, and else information", () => {
    const server = "mqtt";
    const end = { type: "disconnected", server, stage: "connected" } as const;
    expect(eventLevel({ ...end, reason: "network" })).toBe("warn");
    expect(eventLevel({ ...end, reason: "requested" })).toBe("info");
    expect(eventLevel({ type: "subscription-refused", server, topicFilter: "a" })).toBe("warn");
    expect(eventLevel({ type: "message-refused", topicName: "a", payloadLength: 1 })).toBe("warn");
    expect(eventLevel({ type: "client-identifier-in-use", server, clientIdentifier: "a" })).toBe("warn");
    expect(eventLevel({ type: "connected", server, sessionPresent: false })).toBe("info");
  });

  test("is an error when the firmware itself is at fault", () => {
    expect(eventLevel({ type: "handler-failed", error: 1 })).toBe("error");
  });
});

describe("the line for an error", () => {
  test("is its message", () => {
    expect(describeError(new TypeError("no such pin"))).toBe("no such pin");
    expect(describeError("ENOMEM")).toBe("ENOMEM");
    expect(describeError(-16)).toBe("-16");
  });

  test("never fails itself", () => {
    expect(describeError(undefined)).toBe("undefined");
    expect(describeError(Object.create(null))).toBe("unknown cause");
    expect(describeError(new Error())).toBe("unknown cause");
  });
});

describe("the line for a lost message", () => {
  const lossOf = (outcome: Outcome | undefined, reason: RefusalReason | undefined) =>
    describeLoss({ outcome, reason, isStored: false });

  test("names the limits to raise", () => {
    expect(lossOf("evicted", undefined)).toBe(
      "newer messages pushed it out of the queue, see max_queue_length and max_queue_bytes",
    );
    expect(lossOf("refused", "queue-full")).toBe(
      "the queue is full, see max_queue_length and max_queue_bytes",
    );
    expect(lossOf("refused", "packet-too-large")).toBe("it is longer than max_queue_bytes");
    expect(lossOf("refused", "offline")).toBe("there is no connection, and queue_qos0 is off");
    expect(lossOf("expired", undefined)).toBe("it waited too long");
  });

  test("is none while nothing is lost", () => {
    expect(lossOf(undefined, undefined)).toBe(undefined);
    expect(lossOf("acknowledged", undefined)).toBe(undefined);
    expect(lossOf("sent", undefined)).toBe(undefined);
  });
});
