/** A connection with a server that sends what it likes, mostly well-formed: it never throws, hangs, grows or strays. */

import { expect, test } from "vitest";
import { Connection } from "../../src/mqtt/connection.js";
import { LimitError, ProtocolError } from "../../src/mqtt/errors.js";
import { Outbox } from "../../src/mqtt/outbox.js";
import type { QoS } from "../../src/mqtt/packet.js";
import { Session } from "../../src/mqtt/session.js";
import { joined } from "../mqtt/support/hex.js";
import { RandomSource } from "../mqtt/support/random.js";
import { OPTIONS } from "../mqtt/support/server-options.js";
import { spoiled } from "./support/mutation.js";
import { serverPacket } from "./support/server-stream.js";
import { fuzzTarget, inputsOf, timeoutOf } from "./support/targets.js";

const TIMES = { timeout: timeoutOf("connection") };
const RECEIVE_LIMIT = 100;
const WINDOW = 3;
/** Packet types that a client sends (section 2.2.1). */
const FROM_CLIENT: readonly number[] = [1, 3, 4, 5, 6, 7, 8, 10, 12, 14];

/** As `expect`, for what is asked millions of times. */
function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not so: ${what}`);
}

/** One connection and what it has come to. */
class Play {
  readonly random: RandomSource;
  readonly session: Session;
  readonly outbox: Outbox;
  readonly connection: Connection;
  readonly written: Uint8Array[] = [];
  now = 0;
  /** How it ended, if it has. */
  end: string | undefined;
  messages = 0;
  #streamed: number | undefined;

  constructor(random: RandomSource, outbox: Outbox, session: Session) {
    this.random = random;
    this.outbox = outbox;
    this.session = session;
    const options = { ...OPTIONS, receiveLimit: RECEIVE_LIMIT, maximumInFlight: WINDOW, keepAlive: 10 };
    this.connection = new Connection(options, session, 0);
    this.connection.opened(0);
  }

  /** What the application and the clock do. */
  act(): void {
    const { connection, random } = this;
    switch (random.below(6)) {
      case 0: {
        const qos = random.below(3) as QoS;
        const isUp = connection.state === "connected";
        this.outbox.add({ topicName: "t", payload: "x", qos }, undefined, this.now, OPTIONS, isUp, 1);
        break;
      }
      case 1:
        if (connection.state === "connected") this.#ask();
        break;
      case 2:
        this.now += random.below(4) * 1000;
        connection.expired(this.now);
        break;
      default:
        this.write();
    }
  }

  write(): void {
    const { connection, random } = this;
    for (let i = random.below(6); i >= 0; i -= 1) {
      const limit = 1 + random.below(random.below(2) === 0 ? 4 : 600);
      const bytes = connection.nextTransmit(limit, this.now);
      if (bytes === undefined) return;
      must(bytes.length > 0 && bytes.length <= limit, "it writes what there is room for");
      this.written.push(bytes.slice());
    }
  }

  receive(bytes: Uint8Array): void {
    const { connection, random } = this;
    let offset = 0;
    for (let turns = 0; offset < bytes.length && connection.state !== "closed"; turns += 1) {
      if (turns > 10_000) throw new Error("it takes nothing any more");
      if (connection.starved && connection.state !== "disconnecting") {
        const space = connection.space(Math.min(bytes.length - offset, 1 + random.below(90)));
        must(space.length > 0 && space.buffer.byteLength <= 512, "it has room, and not too much");
        space.set(bytes.subarray(offset, offset + space.length));
        offset += space.length;
        connection.received(space.length, this.now);
      }
      this.takeEvents(bytes.length);
      if (connection.state === "disconnecting") return;
      // It may read nothing more before it has written.
      if (!connection.starved) this.write();
    }
  }

  takeEvents(most: number): void {
    for (let count = 0; ; count += 1) {
      const event = this.connection.nextEvent(this.now);
      if (event === undefined) return;
      must(count <= most + 4, "it comes to an end with what it was given");
      switch (event.type) {
        case "message":
          this.messages += 1;
          must(event.payload.length <= 512, "a message fits into the buffer");
          break;
        case "stream":
          this.#streamed = event.payloadLength;
          break;
        case "chunk":
          this.#streamed = (this.#streamed as number) - event.bytes.length;
          break;
        case "stream-end":
          must(this.#streamed === 0, "a streamed payload is complete");
          break;
        case "closed":
          this.end = event.reason;
          must(
            (event.reason === "protocol-error") === event.cause instanceof ProtocolError,
            `it says why it ended: ${event.reason}`,
          );
          break;
        default:
      }
    }
  }

  /** What was written is one CONNECT and then whole packets that a client may send, the last one perhaps cut off. */
  checkWritten(): void {
    const bytes = joined(this.written);
    const types: number[] = [];
    let at = 0;
    while (at < bytes.length) {
      types.push((bytes[at] as number) >> 4);
      // Nothing that this client sends here is longer.
      const length = bytes[at + 1] ?? 0;
      must(length < 128, "short packets only");
      at += 2 + length;
    }
    must(types.length === 0 || types[0] === 1, "CONNECT is first");
    must(types.lastIndexOf(1) <= 0, "there is one CONNECT");
    const last = types.indexOf(14);
    must(last === -1 || last === types.length - 1, "DISCONNECT is last");
    for (const type of types) must(FROM_CLIENT.includes(type), `a client sends packet type ${type}`);
  }

  #ask(): void {
    const { connection, random } = this;
    try {
      if (random.below(2) === 0) connection.subscribe([{ topicFilter: "a/#", qos: 1 }]);
      else connection.unsubscribe(["a/#"]);
    } catch (error) {
      if (!(error instanceof LimitError)) throw error;
    }
  }
}

/** PUBRELs, each of which is to be answered with PUBCOMP. */
function releases(count: number): Uint8Array {
  const bytes = new Uint8Array(4 * count);
  for (let at = 0; at < bytes.length; at += 4) bytes.set([0x62, 2, 0, 1], at);
  return bytes;
}

function play(seed: number): { ends: readonly string[]; messages: number } {
  const random = new RandomSource(seed * 32_452_843);
  const outbox = new Outbox();
  const session = new Session(outbox);
  const ends: string[] = [];
  let messages = 0;
  for (let life = random.below(3); life >= 0; life -= 1) {
    const game = new Play(random, outbox, session);
    game.write();
    if (random.below(10) > 0) game.receive(Uint8Array.of(0x20, 2, random.below(2), 0));
    for (let step = 4 + random.below(16); step > 0 && game.connection.state !== "closed"; step -= 1) {
      if (random.below(2) === 0) {
        // Now and then more at once than there is room to answer.
        const packet = random.below(20) === 0 ? releases(100) : serverPacket(random);
        game.receive(random.below(12) === 0 ? spoiled(packet, random, 1) : packet);
      } else {
        game.act();
      }
      must(session.inFlight <= WINDOW, "the window holds");
    }
    if (random.below(3) === 0) game.connection.disconnect(game.now);
    game.connection.lost(random.below(2) === 0 ? new Error("reset") : undefined);
    game.takeEvents(4);
    const { state, deadline } = game.connection;
    must(state === "closed" && game.end !== undefined && deadline === undefined, "it has ended, and said so");
    must(game.connection.nextTransmit(100, game.now) === undefined, "it writes nothing more");
    game.checkWritten();
    outbox.disconnected(false);
    ends.push(game.end as string);
    messages += game.messages;
  }
  return { ends, messages };
}

test(`${inputsOf("connection")} sessions with a hostile server end as they should`, TIMES, () => {
  const ends = new Map<string, number>();
  let messages = 0;
  fuzzTarget("connection", (seed) => {
    const result = play(seed);
    for (const end of result.ends) ends.set(end, (ends.get(end) ?? 0) + 1);
    messages += result.messages;
  });
  expect(messages).toBeGreaterThan(inputsOf("connection") / 10);
  expect(ends.get("protocol-error") ?? 0).toBeGreaterThan(inputsOf("connection") / 50);
});
