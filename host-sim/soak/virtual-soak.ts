/**
 * A long life in virtual time: a door sensor and an alarm, a broker and a network that fail at random moments, and at
 * the end the books. The same seed gives the same run, byte for byte.
 *
 * The broker and the flash come from outside: what a soak is checked against is better not made of the code it checks.
 */

import { createHash } from "node:crypto";
import { Device } from "../../firmware/apps/device.js";
import type { QoS } from "../../src/mqtt/packet.js";
import type { Flash, Milliseconds } from "../../src/mqtt/ports.js";
import { seededRandom } from "../io/random.js";
import { VirtualClock } from "../virtual/virtual-clock.js";
import { VirtualNetwork } from "../virtual/virtual-network.js";
import { Books } from "./books.js";
import type { SoakReport } from "./report.js";
import { SoakBoard } from "./soak-board.js";
import { alarmConfig } from "./soak-config.js";
import { VirtualDoor } from "./virtual-door.js";

/** A broker on the virtual network, as `broker:1883`, running. */
export interface SoakBroker {
  /** What it has routed since this was last emptied. */
  readonly published: { readonly time: Milliseconds; readonly topicName: string; readonly text: string }[];
  start(): void;
  /** Ends like a process that is killed; sessions and retained messages are kept for the next `start`. */
  stop(): void;
}

export interface VirtualSoakOptions {
  readonly hours: number;
  /** Movements of the door, spread over that time. */
  readonly events: number;
  readonly seed: number;
  readonly createBroker: (network: VirtualNetwork) => SoakBroker;
  /** The door sensor's. */
  readonly flash: Flash;
}

const HOUR: Milliseconds = 3_600_000;
/** One movement in so many comes with a fault. */
const FAULT_INTERVAL = 20;
/** How long after the movement, at most. */
const FAULT_DELAY: Milliseconds = 200;
const LATENCY: Milliseconds = 20;
/** How long everything is up at the end, so that all that can arrive does. */
const REST: Milliseconds = 1_200_000;

export function runVirtualSoak(options: VirtualSoakOptions): SoakReport {
  return new VirtualSoak(options).run();
}

class VirtualSoak {
  readonly #options: VirtualSoakOptions;
  readonly #random: () => number;
  readonly #clock = new VirtualClock();
  readonly #network = new VirtualNetwork(this.#clock, { latency: LATENCY });
  readonly #broker: SoakBroker;
  readonly #books = new Books(true);
  readonly #door: VirtualDoor;
  readonly #alarm: Device;
  readonly #hash = createHash("sha256");
  readonly #faults = new Map<string, number>();
  #connections = 0;
  #peakMemory = 0;

  constructor(options: VirtualSoakOptions) {
    const clock = this.#clock;
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.#broker = options.createBroker(this.#network);
    const onConnected = (): void => {
      this.#connections += 1;
    };
    const jitter = seededRandom(options.seed + 1);
    const common = { clock, random: jitter };
    this.#door = new VirtualDoor({
      ...common,
      network: this.#network,
      flash: options.flash,
      books: this.#books,
      onConnected,
    });
    const board = new SoakBoard(clock, 0);
    this.#alarm = new Device(alarmConfig({ server: "broker" }), {
      ...common,
      timers: clock,
      transport: this.#network.provider("hall"),
      pins: board,
      wallClock: board,
      log: board,
      deviceId: "hall",
      observer: {
        onEvent: ({ type }) => {
          if (type === "connected") onConnected();
        },
      },
    });
    const onMessage = ({
      topicName,
      payload,
    }: {
      readonly topicName: string;
      readonly payload: Uint8Array;
    }) => {
      this.#books.heard(topicName, Buffer.from(payload).toString());
    };
    this.#alarm.client.subscribe("soak/+", { onMessage }, 2);
  }

  run(): SoakReport {
    const { hours, events, seed } = this.#options;
    const interval = (hours * HOUR) / events;
    this.#alarm.start();
    // The alarm's session is there before anything is promised to it.
    this.#clock.advance(10_000);
    this.#door.powerOn();
    this.#clock.advance(10_000);
    for (let i = 0; i < events; i += 1) {
      this.#clock.advance(interval * (0.5 + this.#random()));
      this.#door.move();
      this.#door.publish((i % 3) as QoS);
      if (this.#random() < 1 / FAULT_INTERVAL) {
        // While what the movement has set off is under way, more or less.
        this.#clock.advance(this.#random() * FAULT_DELAY);
        this.#inflict();
      }
      if (i % 100 === 0) this.#collect();
    }
    this.#recover();
    this.#collect();
    return {
      title: `virtual soak: ${hours} h, ${events} movements of the door, seed ${seed}`,
      duration: hours * HOUR,
      flows: this.#books.counts(),
      faults: this.#faults,
      reconnects: this.#connections - this.#door.lives - 1,
      peakPending: this.#door.peakPending,
      peakMemory: this.#peakMemory,
      digest: this.#hash.digest("hex").slice(0, 16),
    };
  }

  /** Something fails, and is back some time later. */
  #inflict(): void {
    const kind = this.#random();
    if (kind < 0.35) {
      this.#count("broker killed");
      this.#broker.stop();
      this.#later(60_000, () => this.#broker.start());
    } else if (kind < 0.55) {
      this.#count("link broken");
      this.#network.cut("broker");
    } else if (kind < 0.75) {
      this.#count("link half open");
      for (const link of this.#network.links) link.vanish();
    } else if (kind < 0.85) {
      this.#count("slow network");
      this.#door.provider.setConditions({ latency: 800, bandwidth: 500, segment: 7 });
      this.#later(60_000, () => this.#door.provider.setConditions(GOOD));
    } else {
      this.#count("power of the door sensor lost");
      this.#door.powerOff();
      this.#later(30_000, () => this.#door.powerOn());
    }
  }

  #recover(): void {
    this.#clock.advance(120_000);
    this.#broker.start();
    this.#door.powerOn();
    this.#door.provider.setConditions(GOOD);
    this.#clock.advance(REST);
  }

  /** Takes over what the broker has routed. */
  #collect(): void {
    for (const { time, topicName, text } of this.#broker.published.splice(0)) {
      this.#hash.update(`${time} ${topicName} ${text}\n`);
      this.#books.collected(topicName, text);
    }
    this.#peakMemory = Math.max(this.#peakMemory, process.memoryUsage().heapUsed);
  }

  #later(within: Milliseconds, task: () => void): void {
    this.#clock.create(task).schedule(this.#random() * within);
  }

  #count(fault: string): void {
    this.#faults.set(fault, (this.#faults.get(fault) ?? 0) + 1);
  }
}

const GOOD = Object.freeze({
  latency: LATENCY,
  bandwidth: Number.POSITIVE_INFINITY,
  segment: Number.POSITIVE_INFINITY,
});
