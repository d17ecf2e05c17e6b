/** Measures how much memory the firmware takes on XS, state by state. */

import type { HeapFigures } from "../heap-snapshot.js";
import { heapGrowth } from "../heap-snapshot.js";
import { XsWorker } from "../worker.js";
import { Subject } from "./subject.js";

export interface Footprint {
  /** XS with its built-ins. */
  readonly engine: HeapFigures;
  /** All device modules, and the ports relayed to the host; more than `engine`. */
  readonly code: HeapFigures;
  /** A client that was made and not started; from here on all figures are more than `code`. */
  readonly clientIdle: HeapFigures;
  readonly clientConnected: HeapFigures;
  /** One more, on average. */
  readonly subscription: HeapFigures;
  /** One more, on average, of `QUEUED` bytes. */
  readonly queuedMessage: HeapFigures;
  /** The effective config, kept as a whole. */
  readonly config: HeapFigures;
  /** A door sensor that was made and not started. */
  readonly deviceIdle: HeapFigures;
  readonly deviceConnected: HeapFigures;
  /** With two subscriptions: what the budget is about. */
  readonly deviceSubscribed: HeapFigures;
  /** The same while the last byte of a message of `LONG_PAYLOAD` bytes is still to come. */
  readonly messageArriving: HeapFigures;
  /** The same while that message is handled. */
  readonly messageHandled: HeapFigures;
}

export const TOPIC = "reed/footprint/door/event/1";
export const PAYLOAD = '{"seq":17,"state":"open","uptime":1234567}';
/** Bytes of payload of the long message: the default of `recv_mbuf_limit`. */
export const LONG_PAYLOAD = 3072;

const CONFIG = JSON.stringify(
  { app: "door-sensor", device: { id: "front" }, mqtt: { enable: true, server: "broker.example.com" } },
  undefined,
  1,
);
const COUNT = 10;

/** @throws Error that says what is missing when XS is not available */
export async function measureFootprint(): Promise<Footprint> {
  const engine = await weighEngine();
  return { ...(await measureClient(engine)), ...(await measureDevice()), engine };
}

async function weighEngine(): Promise<HeapFigures> {
  const worker = new XsWorker();
  try {
    return await worker.heap();
  } finally {
    worker.kill();
  }
}

async function measureClient(engine: HeapFigures) {
  const subject = await Subject.load();
  try {
    const { start } = subject;
    subject.tell({ type: "make-client", text: CONFIG });
    const idle = await subject.weigh();
    subject.tell({ type: "start" });
    await subject.settled(0);
    const connected = await subject.weigh();
    subject.tell({ type: "subscribe", topicFilter: TOPIC });
    await subject.settled(1);
    const subscribedOnce = await subject.weigh();
    for (let i = 0; i < COUNT; i += 1) subject.tell({ type: "subscribe", topicFilter: `${TOPIC}${i}` });
    await subject.settled(1 + COUNT);
    const subscribed = await subject.weigh();
    return {
      code: heapGrowth(engine, start),
      clientIdle: heapGrowth(start, idle),
      clientConnected: heapGrowth(start, connected),
      subscription: shared(heapGrowth(subscribedOnce, subscribed)),
      queuedMessage: await measureMessage(),
    };
  } finally {
    subject.end();
  }
}

/** One more than one: what is made once, with the first message, is not a message's. */
async function measureMessage(): Promise<HeapFigures> {
  const subject = await Subject.load();
  try {
    subject.tell({ type: "make-client", text: CONFIG });
    subject.tell({ type: "publish", topicName: TOPIC, payload: PAYLOAD });
    const one = await subject.weigh();
    for (let i = 0; i < COUNT; i += 1) subject.tell({ type: "publish", topicName: TOPIC, payload: PAYLOAD });
    return shared(heapGrowth(one, await subject.weigh()));
  } finally {
    subject.end();
  }
}

async function measureDevice() {
  const subject = await Subject.load();
  try {
    const { start } = subject;
    subject.tell({ type: "load-config", text: CONFIG });
    const config = await subject.weigh();
    subject.tell({ type: "make-device" });
    const idle = await subject.weigh();
    subject.tell({ type: "start" });
    await subject.settled(0);
    const connected = await subject.weigh();
    for (const topicFilter of ["reed/footprint/door/command", "reed/footprint/all/command"]) {
      subject.tell({ type: "subscribe", topicFilter });
    }
    await subject.settled(2);
    const subscribed = await subject.weigh();
    const message = publishOf("reed/footprint/door/command", LONG_PAYLOAD);
    subject.server.send(message.subarray(0, -1));
    const arriving = await subject.weigh();
    subject.server.send(message.subarray(-1));
    const handled = await subject.weigh();
    return {
      config: heapGrowth(start, config),
      deviceIdle: heapGrowth(start, idle),
      deviceConnected: heapGrowth(start, connected),
      deviceSubscribed: heapGrowth(start, subscribed),
      messageArriving: heapGrowth(start, arriving),
      messageHandled: heapGrowth(start, handled),
    };
  } finally {
    subject.end();
  }
}

function shared({ chunkBytes, codeBytes, slots }: HeapFigures): HeapFigures {
  return { slots: slots / COUNT, chunkBytes: chunkBytes / COUNT, codeBytes: codeBytes / COUNT };
}

/** A PUBLISH of QoS 0. */
function publishOf(topicName: string, payloadLength: number): Uint8Array {
  const remaining = 2 + topicName.length + payloadLength;
  const header = [0x30, (remaining & 0x7f) | 0x80, remaining >> 7, 0, topicName.length];
  return Buffer.concat([Buffer.from(header), Buffer.from(topicName), Buffer.alloc(payloadLength, "x")]);
}
