/** The retained topic: what is published when, with and without a connection. */

import { describe, expect, test } from "vitest";
import { RetainedTopic } from "../../firmware/apps/retained-topic.js";
import { FakeClient } from "./fake-client.js";

function createTopic() {
  const client = new FakeClient();
  const topic = new RetainedTopic(client, "door", "closed");
  return {
    client,
    topic,
    connect() {
      client.connected = true;
      topic.refresh();
    },
  };
}

describe("a retained topic", () => {
  test("publishes its value at the connection, retained and with QoS 1", () => {
    const { client, connect } = createTopic();
    expect(client.published).toEqual([]);
    connect();
    expect(client.published).toEqual([
      { topicName: "door", payload: "closed", qos: 1, retain: true, kind: "state" },
    ]);
  });

  test("publishes each value while there is a connection, also before the last one is acknowledged", () => {
    const { client, topic, connect } = createTopic();
    connect();
    topic.set("open");
    topic.set("closed");
    expect(client.texts("door")).toEqual(["closed", "open", "closed"]);
  });

  test("publishes nothing without a connection, and then only the newest value", () => {
    const { client, topic, connect } = createTopic();
    for (let i = 0; i < 1000; i += 1) topic.set(i % 2 === 0 ? "open" : "closed");
    topic.set("open");
    expect(client.published).toEqual([]);
    connect();
    expect(client.texts("door")).toEqual(["open"]);
  });

  test("publishes the same value at each connection, as the server may have lost it", () => {
    const { client, connect } = createTopic();
    connect();
    client.settle("acknowledged");
    connect();
    client.settle("acknowledged");
    connect();
    expect(client.texts("door")).toEqual(["closed", "closed", "closed"]);
  });

  test("publishes a value that is still on its way only once, however often the connection is lost", () => {
    const { client, connect } = createTopic();
    for (let i = 0; i < 100; i += 1) connect();
    expect(client.texts("door")).toEqual(["closed"]);
    client.settle("acknowledged");
    connect();
    expect(client.texts("door")).toEqual(["closed", "closed"]);
  });

  test("publishes the newest value behind an older one that is still on its way", () => {
    const { client, topic, connect } = createTopic();
    connect();
    client.connected = false;
    topic.set("open");
    connect();
    expect(client.texts("door")).toEqual(["closed", "open"]);
  });

  test("publishes again at the next connection what was lost", () => {
    const { client, connect } = createTopic();
    connect();
    client.settle("evicted");
    expect(client.texts("door")).toEqual(["closed"]);
    connect();
    expect(client.texts("door")).toEqual(["closed", "closed"]);
  });

  test("publishes a value again when it is set again: that is an answer", () => {
    const { client, topic, connect } = createTopic();
    connect();
    topic.set("closed");
    expect(client.texts("door")).toEqual(["closed", "closed"]);
  });

  test("tells a handler how publishing the value ended", () => {
    const { client, topic, connect } = createTopic();
    connect();
    const outcomes: (string | undefined)[] = [];
    topic.set("open", { onOutcome: ({ outcome }) => outcomes.push(outcome) });
    client.settle("acknowledged");
    expect(outcomes).toEqual(["acknowledged"]);
  });
});
