/** Clients that share a receive buffer, and whose packets arrive in parts, by turns. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { VirtualClock } from "../../../host-sim/virtual/virtual-clock.js";
import { MqttClient } from "../../../src/mqtt/client.js";
import { encoded } from "../../../src/mqtt/encode.js";
import type { QoS } from "../../../src/mqtt/packet.js";
import { PUBLISH } from "../../../src/mqtt/packet-type.js";
import { ReceiveBuffer } from "../../../src/mqtt/receive-buffer.js";
import { hexFromBytes, joined } from "../support/hex.js";
import { ManualTransport } from "../support/manual-transport.js";
import { OPTIONS } from "../support/server-options.js";

const CASES = 500;

interface Arrival {
  readonly qos: QoS;
  readonly payloadLength: number;
}

/** How much arrives at once, and the room to answer there is from then on, if that changes. */
interface Part {
  readonly byteLength: number;
  readonly room: number | undefined;
}

const arrival: fc.Arbitrary<Arrival> = fc.record({
  qos: fc.constantFrom(0, 1, 2),
  payloadLength: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 41, max: 400 })),
});

/** Of all packets together: a part may end one and begin the next. */
const parts: fc.Arbitrary<readonly Part[]> = fc.array(
  fc.record({
    byteLength: fc.oneof(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 60, max: 700 }),
    ),
    room: fc.oneof(
      { weight: 2, arbitrary: fc.constant(undefined) },
      fc.constant(1000),
      fc.integer({ min: 0, max: 9 }),
    ),
  }),
  { minLength: 10, maxLength: 60, size: "max" },
);

/** One client, and what it is sent. */
class Side {
  readonly #transport = new ManualTransport();
  readonly #received: string[] = [];
  readonly #expected: string[] = [];
  /** What is still to arrive. */
  #stream: Uint8Array = new Uint8Array(0);
  readonly #parts: readonly Part[];
  #step = 0;
  #identifier = 0;

  constructor(
    arrivals: readonly Arrival[],
    parts: readonly Part[],
    fill: number,
    receiveBuffer: ReceiveBuffer,
  ) {
    this.#parts = parts;
    const clock = new VirtualClock();
    const client = new MqttClient(
      { transport: this.#transport, clock, timers: clock, random: () => 0.5, shared: { receiveBuffer } },
      { ...OPTIONS, cleanSession: true, receiveLimit: 300 },
    );
    const note = (bytes: Uint8Array) => void this.#received.push(hexFromBytes(bytes));
    client.subscribe("t", {
      onMessage: ({ payload }) => note(payload),
      onStream: () => {
        const chunks: Uint8Array[] = [];
        return {
          onChunk: (bytes) => void chunks.push(bytes.slice()),
          onEnd: () => note(joined(chunks)),
          onAborted: () => {},
        };
      },
    });
    client.start();
    clock.advance(0);
    this.#transport.give(1000);
    this.#transport.arrive("20 02 00 00");
    this.#transport.give(1000);
    this.#transport.arrive("90 03 00 01 01");
    this.#stream = joined(arrivals.map((one) => this.#packet(one, fill)));
  }

  #packet({ payloadLength, qos }: Arrival, fill: number): Uint8Array {
    const payload = new Uint8Array(payloadLength).map((_, index) => fill + (index % 100));
    this.#identifier += qos === 0 ? 0 : 1;
    this.#expected.push(hexFromBytes(payload));
    return encoded({
      type: PUBLISH,
      topicName: "t",
      payload,
      qos,
      retain: false,
      duplicate: false,
      packetIdentifier: qos === 0 ? 0 : this.#identifier,
    });
  }

  /** The next part arrives; false: there is none. */
  step(): boolean {
    const part = this.#parts[this.#step % this.#parts.length];
    if (part === undefined || this.#stream.length === 0) return false;
    this.#step += 1;
    const bytes = this.#stream.subarray(0, part.byteLength);
    this.#stream = this.#stream.subarray(part.byteLength);
    this.#transport.arrive(hexFromBytes(bytes));
    if (part.room !== undefined) this.#transport.give(part.room);
    return true;
  }

  check(): void {
    this.#transport.drain(1000);
    expect(this.#received).toEqual(this.#expected);
  }
}

for (const length of [8, 64, 300, 4096]) {
  test(`each gets what it is sent, as if it had ${length} bytes of its own, in ${CASES} random conversations`, () => {
    const arrivals = fc.array(arrival, { minLength: 1, maxLength: 12, size: "max" });
    fc.assert(
      fc.property(arrivals, arrivals, parts, parts, fc.infiniteStream(fc.boolean()), (...given) => {
        const [one, other, onesParts, othersParts, turns] = given;
        const shared = new ReceiveBuffer(new Uint8Array(length), true);
        const sides = [
          new Side(one, onesParts, 0, shared),
          new Side(other, othersParts, 100, shared),
        ] as const;
        for (const turn of turns) {
          const [first, second] = turn ? sides : [sides[1], sides[0]];
          if (!first.step() && !second.step()) break;
        }
        for (const side of sides) side.check();
      }),
      { numRuns: CASES },
    );
  });
}
