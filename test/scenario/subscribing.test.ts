/** Subscriptions on the wire: asked for, granted, refused, taken back, and restored when a session is lost. */

import { describe, expect, test } from "vitest";
import { ClientWorld } from "./support/client-world.js";

describe("subscribe", () => {
  test("before the client is started is sent right after CONNACK, all filters in one packet [MQTT-3.8.1-1]", () => {
    const world = new ClientWorld();
    world.subscribe("a/+", 0);
    world.subscribe("é", 2);
    world.connect();
    world.server.expect('82 0d 00 01 00 03 "a/+" 00 00 02 "é" 02');
    world.server.send("90 04 00 01 00 02");
    expect(world.news().slice(2)).toEqual([
      "subscribed to a/+ at mqtt, QoS 0",
      "subscribed to é at mqtt, QoS 2",
    ]);
  });

  test("while connected is sent at once", () => {
    const world = new ClientWorld();
    world.connect();
    world.subscribe("a", 1);
    world.server.expect('82 06 00 01 00 01 "a" 01');
  });

  test("puts at most eight filters into a packet", () => {
    const world = new ClientWorld();
    for (let i = 0; i < 17; i += 1) world.subscribe(`f/${i}`);
    world.connect();
    const sizes: number[] = [];
    for (let packet = 0; packet < 3; packet += 1) sizes.push(world.grant().length);
    expect(sizes).toEqual([8, 8, 1]);
    expect(world.log.filter((line) => line.startsWith("subscribed"))).toHaveLength(17);
    world.server.expectNothing();
  });

  test("tells the handlers and the observer what was granted, though it is less than was asked for", () => {
    const world = new ClientWorld();
    const told: string[] = [];
    const onSubscribed = (topicFilter: string, qos: number) => told.push(`${topicFilter} ${qos}`);
    world.subscribe("a", 2, { onSubscribed });
    world.subscribe("b", 1, { onSubscribed });
    world.connect();
    world.server.expect('82 0a 00 01 00 01 "a" 02 00 01 "b" 01');
    world.server.send("90 04 00 01 01 00");
    expect(told).toEqual(["a 1", "b 0"]);
    expect(world.news().slice(2)).toEqual([
      "subscribed to a at mqtt, QoS 1",
      "subscribed to b at mqtt, QoS 0",
    ]);
    world.cut(true);
    world.server.expectNothing();
  });

  test("tells those who were refused, and does not ask again by itself", () => {
    const world = new ClientWorld();
    const told: string[] = [];
    world.subscribe("a", 2, { onRefused: (topicFilter) => told.push(topicFilter) });
    world.subscribe("b", 1, { onRefused: (topicFilter) => told.push(topicFilter) });
    world.connect();
    world.server.expect('82 0a 00 01 00 01 "a" 02 00 01 "b" 01');
    world.server.send("90 04 00 01 80 01");
    expect([told, world.news().slice(2)]).toEqual([
      ["a"],
      ["refused a at mqtt", "subscribed to b at mqtt, QoS 1"],
    ]);
    world.cut(true);
    world.server.expectNothing();
    world.server.reset();
    world.advance(4000);
    world.server.greet({ sessionPresent: false });
    expect(world.grant()).toEqual(["b"]);
    world.server.expectNothing();
    world.subscribe("a", 0);
    expect(world.grant()).toEqual(["a"]);
  });

  test("on a filter that has a handler asks again, with the highest QoS wanted", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a", 1);
    world.subscribe("a", 0);
    world.server.expect('82 06 00 02 00 01 "a" 01');
    world.server.send('90 03 00 02 01 31 04 00 01 "a" "x"');
    expect(world.messages).toEqual(['a "x", QoS 0, retained', 'a "x", QoS 0, retained']);
  });

  test("lets messages come before SUBACK", () => {
    const world = new ClientWorld();
    world.subscribe("a");
    world.connect();
    world.server.send('31 04 00 01 "a" "x" 90 03 00 01 01');
    expect(world.messages).toEqual(['a "x", QoS 0, retained']);
  });

  test("is sent before messages that wait, so that their answers find it", () => {
    const world = new ClientWorld();
    world.publish("request");
    world.subscribe("answer", 0);
    world.connect();
    expect(world.server.received.slice(1).map(({ cmd }) => cmd)).toEqual(["subscribe", "publish"]);
  });
});

describe("unsubscribe", () => {
  test("takes several filters back in one packet [MQTT-3.10.1-1] [MQTT-3.10.3-1]", () => {
    const world = new ClientWorld();
    world.subscribe("a/+");
    world.connectSubscribed("é");
    world.client.unsubscribe("a/+");
    world.client.unsubscribe("é");
    world.server.expect('a2 0b 00 02 00 03 "a/+" 00 02 "é"');
    world.news();
    world.server.send("b0 02 00 02");
    expect(world.news()).toEqual(["unsubscribed from a/+ at mqtt", "unsubscribed from é at mqtt"]);
  });

  test("takes effect at once, though messages may come until UNSUBACK, and are acknowledged", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a", 1);
    world.client.unsubscribe("a");
    world.server.expect('a2 05 00 02 00 01 "a"');
    world.server.send('32 06 00 01 "a" 00 07 "x"');
    world.server.expect("40 02 00 07");
    expect(world.messages).toEqual([]);
  });

  test("of what was never subscribed, or not by this handler, does nothing", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a", 1);
    world.client.unsubscribe("b");
    world.client.unsubscribe("a", { onMessage() {} });
    world.server.expectNothing();
  });

  test("before the filter was asked for leaves nothing to send", () => {
    const world = new ClientWorld();
    world.subscribe("a");
    world.client.unsubscribe("a");
    world.connect();
    world.server.expectNothing();
  });

  test("while SUBSCRIBE is under way waits for its answer", () => {
    const world = new ClientWorld();
    world.subscribe("a", 0);
    world.connect();
    world.server.expect('82 06 00 01 00 01 "a" 00');
    world.client.unsubscribe("a");
    world.server.expectNothing();
    world.server.send("90 03 00 01 00");
    world.server.expect('a2 05 00 02 00 01 "a"');
  });

  test("and subscribe again, while either packet is under way, ends subscribed", () => {
    const world = new ClientWorld();
    world.subscribe("a", 0);
    world.connect();
    world.server.expect('82 06 00 01 00 01 "a" 00');
    world.client.unsubscribe("a");
    world.subscribe("a", 2);
    world.server.expectNothing();
    world.server.send("90 03 00 01 00");
    world.server.expect('82 06 00 02 00 01 "a" 02');
    world.server.send("90 03 00 02 02");
    world.client.unsubscribe("a");
    world.server.expect('a2 05 00 03 00 01 "a"');
    world.subscribe("a", 1);
    world.server.expectNothing();
    world.server.send("b0 02 00 03");
    world.server.expect('82 06 00 04 00 01 "a" 01');
    world.server.send("90 03 00 04 01");
    world.server.expectNothing();
  });

  test("while offline is sent when the server has kept the session, and not when it has not", () => {
    for (const sessionPresent of [true, false]) {
      const world = new ClientWorld();
      world.subscribe("b");
      world.connectSubscribed("a");
      world.server.reset();
      world.advance(1000);
      world.client.unsubscribe("a");
      world.advance(1000);
      world.server.greet({ sessionPresent });
      if (sessionPresent) world.server.expect('a2 05 00 02 00 01 "a"');
      else expect(world.grant()).toEqual(["b"]);
      world.server.expectNothing();
    }
  });

  test("cut off before UNSUBACK is sent again", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a");
    world.client.unsubscribe("a");
    world.server.expect('a2 05 00 02 00 01 "a"');
    world.cut(true);
    world.server.expect('a2 05 00 03 00 01 "a"');
  });
});

describe("after a reconnection", () => {
  test("all filters are asked for again when the session is absent", () => {
    const world = new ClientWorld();
    world.subscribe("a", 0);
    world.connectSubscribed("b", 2);
    world.cut(false);
    world.server.expect('82 0a 00 02 00 01 "a" 00 00 01 "b" 02');
  });

  test("nothing is sent when the session is present", () => {
    const world = new ClientWorld();
    world.subscribe("a", 0);
    world.connectSubscribed("b", 2);
    world.cut(true);
    world.server.expectNothing();
    world.server.send('30 04 00 01 "a" "x"');
    expect(world.messages).toEqual(['a "x", QoS 0']);
  });

  test("what was not answered is asked for again though the session is present", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a", 2);
    world.subscribe("b", 0);
    world.server.expect('82 06 00 02 00 01 "b" 00');
    world.cut(true);
    world.server.expect('82 06 00 03 00 01 "b" 00');
  });

  test("what was added meanwhile is asked for", () => {
    const world = new ClientWorld();
    world.connectSubscribed("a", 2);
    world.server.reset();
    world.subscribe("b", 0);
    world.reconnect(true);
    world.server.expect('82 06 00 02 00 01 "b" 00');
    world.server.expectNothing();
  });
});
