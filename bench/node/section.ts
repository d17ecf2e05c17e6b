/** Section `node`: whole processes on Node, side by side with MQTT.js, and the codec with mqtt-packet. */

import { createRequire } from "node:module";
import { cpus } from "node:os";
import type { QoS } from "../../src/mqtt/packet.js";
import type { Mosquitto } from "../mosquitto.js";
import { startMosquitto } from "../mosquitto.js";
import type { Section } from "../section.js";
import { cpuMicrosecondsOf, endChild, nextMessage, oneCorePrefix, resultOf, startChild } from "./child.js";
import type { CodecRow } from "./codec.js";
import { measureCodec } from "./codec.js";
import type { Footprint } from "./crowd-process.js";
import type { LoadOrder } from "./load-process.js";
import { WINDOW } from "./message.js";
import type { PromptServerOrder } from "./prompt-server-process.js";
import type { Counts, Rate } from "./rates.js";
import { measureRates } from "./rates.js";
import type { SubjectName } from "./subject.js";
import { nodeCharts, nodeMarkdown, nodeText } from "./tables.js";

export interface NodeResult {
  readonly ranOn: {
    readonly node: string;
    readonly processor: string;
    readonly cores: number;
    readonly mosquitto: string;
    readonly mqttjs: string;
    readonly mqttPacket: string;
  };
  readonly window: number;
  /** With mosquitto, all on one core, none interrupting another; undefined where the system has no means for that. */
  readonly oneCore: readonly Rate[] | undefined;
  /** With mosquitto, as the system places them. */
  readonly free: readonly Rate[];
  /** With a server that costs next to nothing, on one core where that can be. */
  readonly prompt: readonly Rate[];
  /** Connected clients in one process, each with a subscription. */
  readonly crowd: {
    readonly count: number;
    /** What Node was started with; results from before they were noted have none. */
    readonly nodeOptions?: readonly string[];
    readonly footprints: Readonly<Record<SubjectName, Footprint>>;
  };
  readonly codec: readonly CodecRow[];
}

/** A good half second each at the speed of mosquitto, and of a client that only a prompt server holds back. */
const BROKER_COUNTS: Counts = {
  publish: { 0: 40_000, 1: 20_000, 2: 12_000 },
  receive: { 0: 20_000, 1: 10_000, 2: 5_000 },
};
const PROMPT_COUNTS: Counts = {
  publish: { 0: 100_000, 1: 40_000, 2: 20_000 },
  receive: { 0: 100_000, 1: 40_000, 2: 20_000 },
};
const SUBJECTS: readonly SubjectName[] = ["reed", "mqttjs", "socket"];
const ROUNDS = 5;
const CROWD = 1_000;
/**
 * V8 compiles no machine code, makes what it notes of a function at once, and keeps the bytecode. All are made once, not
 * for each client, but when it sees fit: in the middle of the measuring they came to 200 to 700 bytes a client.
 */
const CROWD_NODE_OPTIONS = [
  "--expose-gc",
  "--no-opt",
  "--no-maglev",
  "--no-sparkplug",
  "--no-lazy-feedback-allocation",
  "--no-flush-bytecode",
];

/** Nothing but the window is to hold a client up. */
const BROKER_CONFIG = [
  `max_inflight_messages ${WINDOW}`,
  // 0: without a limit.
  "max_queued_messages 0",
  "max_queued_bytes 0",
  "sys_interval 0",
  "set_tcp_nodelay true",
];

export const nodeSection: Section<NodeResult> = {
  name: "node",
  title: "Node, whole processes: Reed and MQTT.js side by side",
  async run(log) {
    const prefix = oneCorePrefix();
    let oneCore: readonly Rate[] | undefined;
    if (prefix === undefined) {
      log("no taskset and chrt here: not measured on one core");
    } else {
      log("with mosquitto, on one core");
      oneCore = (await ratesWithBroker(prefix)).rates;
    }
    log("with mosquitto, as the system places the processes");
    const { rates: free, version: mosquitto } = await ratesWithBroker([]);
    log("with a prompt server");
    const prompt = await ratesWithPromptServer(prefix ?? []);
    log(`${CROWD} clients in a process`);
    const footprints = await measureCrowds();
    log("the codec");
    const codec = measureCodec();
    return {
      ranOn: {
        node: process.version,
        processor: cpus()[0]?.model ?? "unknown",
        cores: cpus().length,
        mosquitto,
        mqttjs: versionOf("mqtt"),
        mqttPacket: versionOf("mqtt-packet"),
      },
      window: WINDOW,
      oneCore,
      free,
      prompt,
      crowd: { count: CROWD, nodeOptions: CROWD_NODE_OPTIONS, footprints },
      codec,
    };
  },
  text: nodeText,
  markdown: nodeMarkdown,
  charts: nodeCharts,
};

function startBroker(prefix: readonly string[]): Promise<Mosquitto> {
  return startMosquitto({ config: BROKER_CONFIG, prefix });
}

async function ratesWithBroker(
  prefix: readonly string[],
): Promise<{ readonly rates: readonly Rate[]; readonly version: string }> {
  const broker = await startBroker(prefix);
  const load = startChild("load-process.js", [], { prefix });
  try {
    const server = {
      port: broker.port,
      get cpuMicroseconds() {
        return cpuMicrosecondsOf(broker.pid);
      },
      send: (subject: SubjectName, qos: QoS, count: number) => {
        const order: LoadOrder = { port: broker.port, subject, qos, count };
        load.send(order);
      },
    };
    const rates = await measureRates(server, {
      counted: prefix.length > 0 ? "best" : "middle",
      subjects: SUBJECTS,
      counts: BROKER_COUNTS,
      rounds: ROUNDS,
      warmUpRounds: 2,
      prefix,
    });
    return { rates, version: broker.version };
  } finally {
    await endChild(load);
    await broker.stop();
  }
}

async function ratesWithPromptServer(prefix: readonly string[]): Promise<readonly Rate[]> {
  const child = startChild("prompt-server-process.js", [], { prefix });
  try {
    const server = {
      port: await nextMessage<number>(child),
      get cpuMicroseconds() {
        return cpuMicrosecondsOf(child.pid);
      },
      send: (subject: SubjectName, qos: QoS, count: number) => {
        const order: PromptServerOrder = { subject, qos, count };
        child.send(order);
      },
    };
    return await measureRates(server, {
      counted: "best",
      subjects: SUBJECTS,
      counts: PROMPT_COUNTS,
      rounds: ROUNDS,
      warmUpRounds: 1,
      prefix,
    });
  } finally {
    await endChild(child);
  }
}

async function measureCrowds(): Promise<Readonly<Record<SubjectName, Footprint>>> {
  const broker = await startBroker([]);
  try {
    const measure = async (subject: SubjectName): Promise<Footprint> => {
      const args = [subject, String(broker.port), String(CROWD)];
      return resultOf<Footprint>("crowd-process.js", args, { nodeOptions: CROWD_NODE_OPTIONS });
    };
    // One after the other.
    const reed = await measure("reed");
    const mqttjs = await measure("mqttjs");
    return { reed, mqttjs, socket: await measure("socket") };
  } finally {
    await broker.stop();
  }
}

function versionOf(name: string): string {
  return (createRequire(import.meta.url)(`${name}/package.json`) as { version: string }).version;
}
