/** What section `node` has measured, as tables for the terminal and for docs/performance.md, and as charts. */

import { barChart } from "../report/chart.js";
import type { Row } from "../report/table.js";
import { markdownTable, textTable } from "../report/table.js";
import type { Comparison, Placement } from "./comparison.js";
import { compare, MEMORY_TARGET, memoryOf, verdict } from "./comparison.js";
import type { Rate } from "./rates.js";
import type { NodeResult } from "./section.js";

type Table = (header: Row, rows: readonly Row[]) => string;

/** A table with what it is about. */
interface Part {
  readonly title: string;
  readonly about: string;
  readonly table: string;
  /** Whether the targets are met. */
  readonly verdict: string;
}

const ONE_CORE = `All processes share one core, and none interrupts another (SCHED_BATCH): a client that is woken finds all
that has come meanwhile, as in a process that has much to do. So this is what the clients themselves cost. Messages a
second are mosquitto's as much as the client's here.`;

const FREE = `The same, where and when the system lets them run. A client that is faster than mosquitto is woken for nearly
every packet: then it is the system that is measured, as the bare socket shows. How many packets a wake-up brings is a
matter of luck, so here the middle round counts.`;

const PROMPT = `In place of mosquitto a server that answers each read with one write and keeps no books: here the clients
are the limit, and messages a second mean something.`;

const PROMPT_ON_ONE_CORE = `${PROMPT} Both share one core as above: else each would wait for the other's window half
of the time.`;

function ratesTable(rates: readonly Rate[], placement: Placement, table: Table): string {
  const header = [
    "",
    "Reed, messages/s",
    "MQTT.js",
    "times",
    "limit, about",
    "Reed, CPU µs a message",
    "MQTT.js",
    "bare socket",
    "share",
    "server, µs",
    "% of a core",
  ];
  return table(
    header,
    compare(rates, placement).map(
      ({ direction, qos, rates: { reed, mqttjs, socket }, rateRatio, rateLimit, cpuRatio }) => [
        `${direction} QoS ${qos}`,
        Math.round(reed.messagesPerSecond),
        Math.round(mqttjs.messagesPerSecond),
        rateRatio,
        rateLimit ?? "",
        reed.cpuMicroseconds,
        mqttjs.cpuMicroseconds,
        socket.cpuMicroseconds,
        cpuRatio,
        reed.serverMicroseconds ?? "",
        reed.serverLoad === undefined ? "" : Math.round(reed.serverLoad * 100),
      ],
    ),
  );
}

function parts(result: NodeResult, table: Table): readonly Part[] {
  const ratesPart = (title: string, about: string, rates: readonly Rate[], placement: Placement): Part => ({
    title,
    about,
    table: ratesTable(rates, placement, table),
    verdict: verdict(compare(rates, placement), placement),
  });
  const { oneCore, free, prompt } = result;
  // Results of before it was put there do not have what the server costs either.
  const isPromptOnOneCore =
    oneCore !== undefined && prompt.every(({ serverLoad }) => serverLoad !== undefined);
  return [
    ...(oneCore === undefined
      ? []
      : [ratesPart("With mosquitto, on one core", ONE_CORE, oneCore, "one core")]),
    ratesPart("With mosquitto, as the system places the processes", FREE, free, "free"),
    isPromptOnOneCore
      ? ratesPart("With a prompt server", PROMPT_ON_ONE_CORE, prompt, "one core")
      : ratesPart("With a prompt server", PROMPT, prompt, "free"),
    memoryPart(result, table),
    codecPart(result, table),
  ];
}

function memoryPart({ crowd: { count, nodeOptions, footprints } }: NodeResult, table: Table): Part {
  const { reed, mqttjs, socket } = footprints;
  const share = memoryOf(reed) / memoryOf(mqttjs);
  const row = (name: string, key: keyof typeof reed): Row => [
    name,
    Math.round(reed[key]),
    Math.round(mqttjs[key]),
    Math.round(socket[key]),
    reed[key] / mqttjs[key],
  ];
  return {
    title: `Memory of a client, of ${count} in one process`,
    about: [
      "Connected, with a subscription, after a message each: bytes after a collection of garbage.",
      ...(nodeOptions === undefined
        ? []
        : [`Without machine code, which V8 compiles when it sees fit: \`node ${nodeOptions.join(" ")}\`.`]),
    ].join(" "),
    table: table(
      ["bytes", "Reed", "MQTT.js", "bare socket", "share"],
      [row("heap", "heap"), row("outside of it", "external"), row("resident in all", "resident")],
    ),
    verdict: `a third of the memory: ${share <= MEMORY_TARGET ? "met" : "missed"}, ${share.toFixed(2)} of it (heap and outside)`,
  };
}

function codecPart({ codec }: NodeResult, table: Table): Part {
  return {
    title: "The codec alone",
    about: "The best of 15 rounds, in nanoseconds a packet.",
    table: table(
      ["", "Reed", "mqtt-packet", "times as fast"],
      codec.map(({ work, reed, mqttPacket }) => [work, reed, mqttPacket, mqttPacket / reed]),
    ),
    verdict: "",
  };
}

function ranOn({ ranOn, window }: NodeResult): string {
  const { node, processor, cores, mosquitto, mqttjs, mqttPacket } = ranOn;
  return (
    `Node ${node}, MQTT.js ${mqttjs}, mqtt-packet ${mqttPacket}, mosquitto ${mosquitto}, ` +
    `${cores} × ${processor}. Topic name of 27 bytes, payload of 42, ${window} messages of QoS 1 and 2 under way.`
  );
}

export function nodeText(result: NodeResult): string {
  const blocks = parts(result, textTable).map(({ title, table, verdict: met }) =>
    [title, table, ...(met === "" ? [] : [met])].join("\n"),
  );
  return [ranOn(result), ...blocks].join("\n\n");
}

export function nodeMarkdown(result: NodeResult): string {
  const intro = `Each client is alone in a process, and what is counted is the CPU time of that process, user and system; the
clients take turns, and each figure is that of the best round of five, since other load on the machine can only make it
worse, or of the middle one where it is said so. The bare socket is Node's socket with ready-made packets
and no MQTT client on it: what the system and Node take for themselves. The limit is how many times the messages of MQTT.js
a client would have that cost nothing at all, or no more than the bare socket where it shares the core of the server, by the
least CPU time a message that the server took with any of the three. ${ranOn(result)}`;
  const blocks = parts(result, markdownTable).map(({ title, about, table, verdict: met }) =>
    [`#### ${title}`, about, table, ...(met === "" ? [] : [`Targets: ${met}.`])].join("\n\n"),
  );
  return [
    intro,
    "![CPU time a message](performance/node-cpu.svg)",
    "![messages a second](performance/node-rate.svg)",
    ...blocks,
  ].join("\n\n");
}

export function nodeCharts({ oneCore, free, prompt }: NodeResult): Readonly<Record<string, string>> {
  const groups = (rates: readonly Rate[], value: (rate: Rate) => number, withSocket: boolean) =>
    compare(rates, "free").map(({ direction, qos, rates: { reed, mqttjs, socket } }: Comparison) => ({
      name: `${direction} ${qos}`,
      bars: [
        { name: "Reed", value: value(reed) },
        { name: "MQTT.js", value: value(mqttjs) },
        ...(withSocket ? [{ name: "bare socket", value: value(socket) }] : []),
      ],
    }));
  const where = oneCore === undefined ? "" : ", on one core";
  return {
    "node-cpu.svg": barChart({
      title: `CPU time of the client, a message, with mosquitto${where}`,
      yLabel: "µs",
      groups: groups(oneCore ?? free, ({ cpuMicroseconds }) => cpuMicroseconds, true),
    }),
    "node-rate.svg": barChart({
      title: "Messages a second, with a prompt server",
      yLabel: "messages/s",
      yScale: "logarithmic",
      groups: groups(prompt, ({ messagesPerSecond }) => messagesPerSecond, false),
    }),
  };
}
