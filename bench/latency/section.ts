/**
 * The section `latency`: how long it takes from the pin change of a sleeping device until its message is at the
 * broker, and until the device may sleep again. In round trips of the link, which are all that a protocol can save.
 */

import { createRequire } from "node:module";
import type { Milliseconds } from "../../src/mqtt/ports.js";
import { barChart } from "../report/chart.js";
import type { Row } from "../report/table.js";
import { markdownTable, textTable } from "../report/table.js";
import type { Section } from "../section.js";
import { startBroker } from "./broker.js";
import { DelayedLink } from "./delayed-link.js";
import { mqttJs } from "./mqttjs-subject.js";
import { reed } from "./reed-subject.js";
import type { Subject, Wake } from "./wake.js";
import { wakeOnce } from "./wake.js";

/** Long enough for the time that programs need to be small against it. */
const ROUND_TRIP: Milliseconds = 200;
const ROUNDS = 5;

const SUBJECTS: Readonly<Record<string, Subject>> = Object.freeze({
  "Reed, early_publish": reed(true),
  Reed: reed(false),
  "MQTT.js, queued at once": mqttJs(true),
  "MQTT.js, on connect": mqttJs(false),
});

export interface LatencyResult {
  readonly roundTrip: Milliseconds;
  readonly rounds: number;
  readonly broker: string;
  readonly mqttJsVersion: string;
  /** Medians of all rounds, in round trips. */
  readonly wakes: readonly MedianWake[];
}

interface MedianWake extends Readonly<Wake> {
  readonly name: string;
  /** `left` with a broker that uses Nagle's algorithm. */
  readonly leftNagle: number;
}

type Point = Exclude<keyof MedianWake, "name">;

const POINTS: readonly (readonly [point: Point, title: string])[] = Object.freeze([
  ["arrived", "PUBLISH at the broker"],
  ["acknowledged", "PUBACK at the device"],
  ["left", "DISCONNECT sent"],
  ["over", "client says it is over"],
  ["leftNagle", "DISCONNECT sent, broker with Nagle"],
]);

const CHARTED: readonly (readonly [point: Point, title: string])[] = Object.freeze([
  ["arrived", "message at the broker"],
  ["left", "DISCONNECT sent"],
  ["leftNagle", "… broker with Nagle"],
]);

export const latencySection: Section<LatencyResult> = {
  name: "latency",
  title: `Door to broker, over a link with a round trip of ${ROUND_TRIP} ms`,

  async run(log) {
    const broker = await startBroker();
    try {
      const link = await DelayedLink.open(broker.port, ROUND_TRIP);
      try {
        const wakes = await measure(link, log);
        const { version } = createRequire(import.meta.url)("mqtt/package.json") as { version: string };
        return {
          roundTrip: ROUND_TRIP,
          rounds: ROUNDS,
          broker: broker.name,
          mqttJsVersion: version,
          wakes,
        };
      } finally {
        await link.close();
      }
    } finally {
      await broker.stop();
    }
  },

  text(result) {
    return `${textTable(header(), rows(result))}\nIn round trips. ${conditions(result)}`;
  },

  markdown(result) {
    return [
      "A device sleeps, its pin changes, and it connects over plain TCP, publishes one message of QoS 1, waits for its",
      "acknowledgement and sends DISCONNECT. All figures are round trips from the change of the pin on; the first of",
      "them is the handshake of TCP. With `early_publish` the message leaves together with CONNECT, as MQTT allows",
      "(section 3.1.4): 1.5 round trips are the least that TCP allows. MQTT.js queues what is published until CONNACK.",
      "The same figures follow exactly under the virtual clock, see `test/scenario/early-publish.test.ts`.",
      "",
      "Sleeping again sooner takes a broker that does not hold small answers back: with Nagle's algorithm PUBACK, which",
      "follows CONNACK at once, waits at the broker until CONNACK is acknowledged, a round trip. Mosquitto does so unless",
      "`set_tcp_nodelay true` stands in its configuration. The message itself is there as early.",
      "",
      markdownTable(header(), rows(result)),
      "",
      "![Round trips from the change of the pin](performance/latency.svg)",
      "",
      conditions(result),
    ].join("\n");
  },

  charts(result) {
    const groups = CHARTED.map(([point, name]) => ({
      name,
      bars: result.wakes.map((wake) => ({ name: wake.name, value: wake[point] })),
    }));
    return {
      "latency.svg": barChart({ title: "From the change of the pin", yLabel: "round trips", groups }),
    };
  },
};

/** In turns, so that what else the machine does meets all alike. */
async function measure(link: DelayedLink, log: (line: string) => void): Promise<readonly MedianWake[]> {
  const subjects = Object.entries(SUBJECTS);
  const plain = subjects.map((): Wake[] => []);
  const nagled = subjects.map((): Wake[] => []);
  // The first one of each, with all code new to the engine, is not counted.
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [index, [, subject]] of subjects.entries()) {
      for (const isBrokerNagled of [false, true]) {
        link.isBrokerNagled = isBrokerNagled;
        const wake = await wakeOnce(link, subject);
        if (round > 0) (isBrokerNagled ? nagled : plain)[index]?.push(wake);
      }
    }
    log(`round ${round} of ${ROUNDS}`);
  }
  return subjects.map(([name], index) => {
    const of = (wakes: readonly Wake[] = [], point: keyof Wake) =>
      median(wakes.map((wake) => wake[point])) / link.roundTrip;
    return {
      name,
      arrived: of(plain[index], "arrived"),
      acknowledged: of(plain[index], "acknowledged"),
      left: of(plain[index], "left"),
      over: of(plain[index], "over"),
      leftNagle: of(nagled[index], "left"),
    };
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
}

function header(): Row {
  return ["", ...POINTS.map(([, title]) => title)];
}

function rows({ wakes }: LatencyResult): readonly Row[] {
  return wakes.map((wake) => [wake.name, ...POINTS.map(([point]) => wake[point])]);
}

function conditions({ roundTrip, rounds, broker, mqttJsVersion }: LatencyResult): string {
  return (
    `Median of ${rounds} rounds in turns, MQTT.js ${mqttJsVersion}, ${broker}, a round trip of ${roundTrip} ms. ` +
    "The link is a proxy on the same machine that passes each chunk on half a round trip later; the round trip of " +
    "TCP's handshake is spent where the name is resolved, in both clients alike. Reed says that it is over when " +
    "DISCONNECT has been handed over, MQTT.js when the broker has closed the connection too."
  );
}
