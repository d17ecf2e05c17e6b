/**
 * A life in real time: a door sensor and an alarm over real sockets, a real broker that is stopped, killed and started
 * again at random, and at the end the books.
 *
 * A broker that is killed loses what it has acknowledged and not saved; no client can know of that. So before it is
 * killed the network freezes, as if it had failed at that moment, and the broker saves what it has: then nothing is
 * lost but by a fault of the devices.
 */

import { setTimeout as sleep } from "node:timers/promises";
import type { QoS } from "../../src/mqtt/packet.js";
import type { Milliseconds } from "../../src/mqtt/ports.js";
import { SimulatedDevice } from "../device/simulated-device.js";
import { seededRandom } from "../io/random.js";
import { Books, DOOR_EVENT_TOPIC, soakTopic } from "./books.js";
import { Relay } from "./relay.js";
import type { SoakReport } from "./report.js";
import { alarmConfig, doorConfig, eventNumber } from "./soak-config.js";

/** A broker that keeps its sessions over `stop`, and over `kill` what `save` has saved. */
export interface SoakServer {
  readonly port: number;
  start(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Resolves when everything is on the disk. */
  save(): Promise<void>;
}

/** Another client, with a session at the broker that collects what it routes. */
export interface SoakWitness {
  /** Makes the session, and leaves. */
  subscribe(topicNames: readonly string[]): Promise<void>;
  /** Comes back, and gives all that has been collected. */
  collect(visit: (topicName: string, payload: string) => void): Promise<void>;
}

export interface RealSoakOptions {
  readonly duration: Milliseconds;
  /** Of the choice of faults and moments; what comes of them in real time differs from run to run. */
  readonly seed: number;
  readonly server: SoakServer;
  readonly witness: SoakWitness;
}

/** Between two movements of the door: longer than it is debounced. */
const MOVEMENT_INTERVAL: Milliseconds = 100;
/** Between two faults, at least and at most. */
const SHORTEST_PEACE: Milliseconds = 1_500;
const LONGEST_PEACE: Milliseconds = 8_000;
/** How long the broker is away, at most. */
const LONGEST_OUTAGE: Milliseconds = 3_000;
/** How long only its answers are lost before it is killed, at most. */
const LONGEST_SILENCE: Milliseconds = 600;
/** How long a broker takes to deal with what has reached it. */
const SETTLING: Milliseconds = 200;
/** How long the end may take. */
const REST: Milliseconds = 60_000;

export async function runRealSoak(options: RealSoakOptions): Promise<SoakReport> {
  const relay = await Relay.open(options.server.port);
  const soak = new RealSoak(options, relay);
  try {
    return await soak.run();
  } finally {
    soak.stop();
    await relay.close();
  }
}

class RealSoak {
  readonly #options: RealSoakOptions;
  readonly #relay: Relay;
  readonly #random: () => number;
  readonly #books = new Books(false);
  readonly #door: SimulatedDevice;
  readonly #alarm: SimulatedDevice;
  readonly #faults = new Map<string, number>();
  #isOpen = false;
  #count = 0;
  #connections = 0;
  #peakPending = 0;
  #peakMemory = 0;

  constructor(options: RealSoakOptions, relay: Relay) {
    this.#options = options;
    this.#relay = relay;
    this.#random = seededRandom(options.seed);
    const server = {
      server: `127.0.0.1:${relay.port}`,
      reconnect_timeout_min: 0.25,
      reconnect_timeout_max: 1,
    };
    const listener = {
      onEvent: ({ type }: { readonly type: string }) => {
        if (type === "connected") this.#connections += 1;
      },
      onSiren: () => {},
    };
    const onLine = (line: string): void => {
      const number = eventNumber(line);
      if (number !== undefined) this.#books.door.happened(1, number);
    };
    const ignore = (): void => {};
    this.#door = new SimulatedDevice(
      doorConfig(server),
      { info: onLine, warn: ignore, error: ignore },
      listener,
    );
    this.#alarm = new SimulatedDevice(
      alarmConfig(server),
      { info: ignore, warn: ignore, error: ignore },
      listener,
    );
    const onMessage = ({
      topicName,
      payload,
    }: {
      readonly topicName: string;
      readonly payload: Uint8Array;
    }) => {
      this.#books.heard(topicName, Buffer.from(payload).toString());
    };
    this.#alarm.device.client.subscribe("soak/+", { onMessage }, 2);
  }

  async run(): Promise<SoakReport> {
    const { duration, seed, witness } = this.#options;
    await witness.subscribe([DOOR_EVENT_TOPIC, soakTopic(1), soakTopic(2)]);
    const ready = this.#connections + 2;
    this.#alarm.device.start();
    this.#door.device.start();
    await until(() => this.#connections >= ready && this.#door.device.client.pending === 0, REST);
    // The alarm's subscriptions are answered.
    await sleep(SETTLING);
    const end = performance.now() + duration;
    const movements = setInterval(() => this.#move(), MOVEMENT_INTERVAL);
    try {
      while (performance.now() < end) {
        const peace = SHORTEST_PEACE + this.#random() * (LONGEST_PEACE - SHORTEST_PEACE);
        await sleep(Math.min(peace, Math.max(0, end - performance.now())));
        if (performance.now() < end) await this.#inflict();
      }
    } finally {
      clearInterval(movements);
    }
    await until(() => this.#door.device.client.pending === 0 && this.#books.isAlarmDone, REST).catch(() => {
      // The books will show what is missing.
    });
    await witness.collect((topicName, payload) => this.#books.collected(topicName, payload));
    return {
      title: `real soak: ${duration / 60_000} min, ${this.#count} movements of the door, seed ${seed}`,
      duration,
      flows: this.#books.counts(),
      faults: this.#faults,
      reconnects: this.#connections - 2,
      peakPending: this.#peakPending,
      peakMemory: this.#peakMemory,
    };
  }

  stop(): void {
    this.#door.crash();
    this.#alarm.crash();
  }

  #move(): void {
    this.#isOpen = !this.#isOpen;
    this.#door.setDoor(this.#isOpen ? "open" : "closed");
    const qos = (this.#count % 3) as QoS;
    this.#count += 1;
    const { client } = this.#door.device;
    const text = `${this.#count}`;
    const { outcome } = client.publish({ topicName: soakTopic(qos), payload: text, qos });
    if (outcome !== "refused") this.#books.published(qos, text);
    this.#peakPending = Math.max(this.#peakPending, client.pending);
    this.#peakMemory = Math.max(this.#peakMemory, process.memoryUsage().rss);
  }

  async #inflict(): Promise<void> {
    const { server } = this.#options;
    const kind = this.#random();
    const outage = this.#random() * LONGEST_OUTAGE;
    if (kind < 0.25) {
      this.#note("link broken");
      this.#relay.cut();
    } else if (kind < 0.5) {
      this.#note("broker stopped");
      await server.stop();
      await sleep(outage);
      await server.start();
    } else {
      this.#note("broker killed");
      // First its answers are lost, so that exchanges stand open which it has taken its part in.
      this.#relay.mute();
      await sleep(this.#random() * LONGEST_SILENCE);
      this.#relay.freeze();
      await sleep(SETTLING);
      await server.save();
      await server.kill();
      this.#relay.cut();
      await sleep(outage);
      await server.start();
    }
  }

  #note(fault: string): void {
    this.#faults.set(fault, (this.#faults.get(fault) ?? 0) + 1);
  }
}

/** Resolves when `isDone()`; rejects after `limit` ms. */
async function until(isDone: () => boolean, limit: Milliseconds): Promise<void> {
  const deadline = performance.now() + limit;
  while (!isDone()) {
    if (performance.now() > deadline) throw new Error(`not done within ${limit} ms`);
    await sleep(20);
  }
}
