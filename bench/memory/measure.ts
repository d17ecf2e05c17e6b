/** Measures the memory that Reed takes on XS. */

import { measureFootprint } from "../../host-sim/xs/footprint/measure.js";
import { heapBytes } from "../../host-sim/xs/heap-snapshot.js";
import { engineName } from "../xs/measure.js";
import type { BenchProgram } from "../xs/program.js";
import { BenchBundle, REED } from "../xs/program.js";
import type { Target } from "../xs/result.js";
import { atMost } from "../xs/result.js";
import type { Worker } from "../xs/work.js";
import { PAYLOAD_LENGTH, TOPIC } from "../xs/work.js";
import type { Growth } from "./growth.js";
import { growthOf, measureGrowth } from "./growth.js";

/** Bytes of a 32-bit device. */
export interface MemoryResult {
  readonly engine: string;
  /** Connected, idle, without a subscription; its options and what the ports keep for it included. */
  readonly client: number;
  /** The same without what the ports keep. */
  readonly clientAlone: number;
  /** One more, on an exact topic filter of about `topicLength` bytes. */
  readonly subscription: number;
  /** One more message of QoS 1 that waits. */
  readonly queuedMessage: number;
  readonly topicLength: number;
  readonly payloadLength: number;
  readonly growth: readonly Growth[];
  readonly targets: readonly Target[];
}

const CLIENT = 4096;
const SUBSCRIPTION = 160;
const QUEUED_MESSAGE_BESIDES = 96;
const CLIENTS = 4;

/** @throws Error that says what is missing when XS is not available */
export async function measureMemory(log: (line: string) => void): Promise<MemoryResult> {
  const { clientConnected, queuedMessage, subscription } = await measureFootprint();
  const bundle = await BenchBundle.make(REED);
  const clientAlone = await measureClientAlone(bundle);
  log(`a client: ${heapBytes(clientConnected)} bytes, alone ${clientAlone}`);
  const growth = await measureGrowth(bundle, log);
  const figures = {
    client: heapBytes(clientConnected),
    clientAlone,
    subscription: heapBytes(subscription),
    queuedMessage: heapBytes(queuedMessage),
    topicLength: TOPIC.length,
    payloadLength: PAYLOAD_LENGTH,
    growth,
  };
  return { engine: engineName(), ...figures, targets: targetsOf(figures) };
}

export function targetsOf(result: Omit<MemoryResult, "engine" | "targets">): Target[] {
  const { client, growth, payloadLength, queuedMessage, subscription, topicLength } = result;
  return [
    atMost("a connected client, bytes", client, CLIENT),
    atMost("a subscription, bytes", subscription, SUBSCRIPTION),
    atMost(
      `a queued message, bytes: topic name, payload and ${QUEUED_MESSAGE_BESIDES}`,
      queuedMessage,
      topicLength + payloadLength + QUEUED_MESSAGE_BESIDES,
    ),
    ...growth.map((each) => {
      const [first, last] = [each.points[0], each.points.at(-1)];
      return atMost(
        `growth from ${first?.[0]} to ${last?.[0]} messages ${each.name}, bytes`,
        growthOf(each),
        0,
      );
    }),
  ];
}

/** The difference between clients with their ports and the same ports alone. */
async function measureClientAlone(bundle: BenchBundle): Promise<number> {
  const program = await bundle.start();
  try {
    // What is made with the first one is not for each.
    await hold(program, "client");
    await hold(program, "nobody");
    const withClients = await growthBy(program, "client");
    return (withClients - (await growthBy(program, "nobody"))) / CLIENTS;
  } finally {
    program.end();
  }
}

async function growthBy(program: BenchProgram, worker: Worker): Promise<number> {
  const before = heapBytes(await program.heap());
  for (let i = 0; i < CLIENTS; i += 1) await hold(program, worker);
  return heapBytes(await program.heap()) - before;
}

async function hold(program: BenchProgram, worker: Worker): Promise<void> {
  const work = { type: "send", qos: 1, payloadLength: PAYLOAD_LENGTH, burst: 1 } as const;
  await program.tell({ type: "hold", work, worker });
}
