/** Section `wire`: bytes, writes and TCP segments of Reed and MQTT.js, against the fewest that the specification allows. */

import { resultOf } from "../node/child.js";
import type { Row } from "../report/table.js";
import { markdownTable, textTable } from "../report/table.js";
import type { Section } from "../section.js";
import type { Scene } from "./wire-process.js";

export interface WireResult {
  readonly reed: readonly Scene[];
  readonly mqttjs: readonly Scene[];
}

const HEADER: Row = [
  "",
  "fewest bytes",
  "Reed",
  "MQTT.js",
  "fewest segments",
  "Reed",
  "MQTT.js",
  "Reed, writes",
  "MQTT.js",
];

export const wireSection: Section<WireResult> = {
  name: "wire",
  title: "Wire: bytes, writes and TCP segments",
  async run(log) {
    log("Reed, then MQTT.js, scene by scene");
    const file = new URL("wire-process.js", import.meta.url);
    const reed = await resultOf<readonly Scene[]>(file, ["reed"]);
    return { reed, mqttjs: await resultOf<readonly Scene[]>(file, ["mqttjs"]) };
  },
  text: (result) => [textTable(HEADER, rows(result)), verdict(result), packets(result)].join("\n"),
  markdown: (result) =>
    [
      `What the client sends, to a server that answers each read with one write. A segment is a TCP segment with data in
it, as the system counts them for the client's own socket (\`data_segs_out\` of Linux's \`tcp_info\`); a write is one
call of the system. The fewest bytes are worked out from sections 2.2, 3.1, 3.3 and 3.8 of the specification, the fewest
segments from who must have answered first.`,
      markdownTable(HEADER, rows(result)),
      `Targets: ${verdict(result)} At connect Reed sends ${subscribeCount(result)} SUBSCRIBE: some servers take no more
than eight topic filters in one.`,
    ].join("\n\n"),
  charts: () => ({}),
};

function rows({ reed, mqttjs }: WireResult): readonly Row[] {
  return reed.map((ours, index) => {
    const theirs = mqttjs[index];
    return [
      ours.name,
      ours.minimum.bytes,
      ours.bytes,
      theirs?.bytes ?? "",
      ours.minimum.segments,
      ours.segments ?? "?",
      theirs?.segments ?? "?",
      ours.writes,
      theirs?.writes ?? "",
    ];
  });
}

/** Without the system's word a write counts as a segment. */
function verdict({ reed }: WireResult): string {
  const unit = reed.some(({ segments }) => segments === undefined) ? "writes" : "segments";
  const [connect, ...messages] = reed;
  const one = (what: string, scenes: readonly Scene[], isMet: (scene: Scene) => boolean): string => {
    const missed = scenes.filter((scene) => !isMet(scene)).map(({ name }) => name);
    return `${what}: ${missed.length === 0 ? "met" : `missed in ${missed.join("; ")}`}.`;
  };
  const hasFewest = ({ writes, segments = writes, minimum }: Scene) => segments <= minimum.segments;
  return [
    one("the fewest bytes for each message", messages, ({ bytes, minimum }) => bytes <= minimum.bytes),
    one(`the fewest ${unit} for each message`, messages, hasFewest),
    one(`the fewest ${unit} to connect`, connect === undefined ? [] : [connect], hasFewest),
  ].join(" ");
}

function subscribeCount({ reed: [connect] }: WireResult): number {
  return Number.parseInt(connect?.packets.find((name) => name.endsWith("subscribe")) ?? "", 10) || 1;
}

/** What goes out first after CONNACK is of interest too. */
function packets({ reed, mqttjs }: WireResult): string {
  const line = (name: string, [first]: readonly Scene[]) =>
    `${name} at connect: ${first?.packets.join(", ")}`;
  return [line("Reed", reed), line("MQTT.js", mqttjs)].join("\n");
}
