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

const CASES = 600;

interface Arrival {
  readonly qos: QoS;
  readonly payloadLength: number;
  /** The length of its parts. */
  readonly cut: number;
  /** Room to answer, from now on. */
  readonly room: number;
}

const arrival: fc.Arbitrary<Arrival> = fc.record({
  qos: fc.constantFrom(0, 1, 2),
  payloadLength: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 41, max: 400 })),
  cut: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constant(10_000)),
  room: fc.oneof(fc.constant(1000), fc.integer({ min: 0, max: 9 })),
});

/** One client, and what it is sent. */
class Side {
  readonly #transport = new ManualTransport();
  readonly #received: string[] = [];
  readonly #expected: string[] = [];
  /** What is still to arrive. */
  readonly #parts: Uint8Array[] = [];
  /** The room there is once so many of them have arrived. */
  readonly #rooms = new Map<number, number>();
  #arrived = 0;
  #identifier = 0;

  constructor(arrivals: readonly Arrival[], fill: number, receiveBuffer: ReceiveBuffer) {
    const clock = new VirtualClock();
    const client = new MqttClient(
      { transport: this.#transport, clock, timers: clock, random: () => 0.5, receiveBuffer },
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
    for (const one of arrivals) this.#add(one, fill);
  }

  #add({ cut, payloadLength, qos, room }: Arrival, fill: number): void {
    const payload = new Uint8Array(payloadLength).map((_, index) => fill + (index % 100));
    this.#identifier += qos === 0 ? 0 : 1;
    const bytes = encoded({
      type: PUBLISH,
      topicName: "t",
      payload,
      qos,
      retain: false,
      duplicate: false,
      packetIdentifier: qos === 0 ? 0 : this.#identifier,
    });
    this.#expected.push(hexFromBytes(payload));
    for (let start = 0; start < bytes.length; start += cut) this.#parts.push(bytes.slice(start, start + cut));
    this.#rooms.set(this.#parts.length, room);
  }

  /** The next part arrives; false: there is none. */
  step(): boolean {
    const part = this.#parts[this.#arrived];
    if (part === undefined) return false;
    this.#arrived += 1;
    this.#transport.arrive(hexFromBytes(part));
    const room = this.#rooms.get(this.#arrived);
    if (room !== undefined) this.#transport.give(room);
    return true;
  }

  check(): void {
    this.#transport.drain(1000);
    expect(this.#received).toEqual(this.#expected);
  }
}

for (const length of [8, 64, 4096]) {
  test(`each gets what it is sent, as if it had ${length} bytes of its own, in ${CASES} random conversations`, () => {
    const arrivals = fc.array(arrival, { minLength: 1, maxLength: 12, size: "max" });
    fc.assert(
      fc.property(arrivals, arrivals, fc.infiniteStream(fc.boolean()), (one, other, turns) => {
        const shared = new ReceiveBuffer(new Uint8Array(length), true);
        const sides = [new Side(one, 0, shared), new Side(other, 100, shared)] as const;
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
