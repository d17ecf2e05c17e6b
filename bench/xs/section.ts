/** The section `xs`: what an operation costs on the engine of the devices, by its own deterministic meter. */

import { barChart, lineChart } from "../report/chart.js";
import { markdownTable, textTable } from "../report/table.js";
import type { Section } from "../section.js";
import { measureXs } from "./measure.js";
import type { Figures } from "./meter.js";
import type { Table } from "./report.js";
import { copiesTable, isMeasured, peersTable, reedTable, targetsTable } from "./report.js";
import type { XsResult } from "./result.js";
import { MATCHING } from "./suite.js";

const UNITS_CHART = "xs-units.svg";
const SUBSCRIPTIONS_CHART = "xs-subscriptions.svg";

function tables(table: Table, result: XsResult): string[] {
  return [
    peersTable(table, result),
    reedTable(table, result),
    copiesTable(table, result),
    targetsTable(table, result.targets),
  ];
}

function markdown(result: XsResult): string {
  const [peers = "", reed = "", copies = "", targets = ""] = tables(markdownTable, result);
  const { engine, payloadLength, topicLength } = result;
  return `Measured on ${engine}, whose meter counts what code does, not how long it takes: the figures are the same on every
machine. Messages have a topic name of ${topicLength} bytes and a payload of ${payloadLength}, unless their name says otherwise. A slot is 16
bytes on the ESP32; slots and chunks are counted as they are allocated, garbage included. A chunk's header is 16 bytes
here, and 8 there.

From code on more than one line, the engine here marks each for a debugger, which is metered as a unit. A release build
for a device has no such marks, and neither has what is metered here, of Reed and of its peers. Where it says so they are
counted with the rest.

Reed's figures are those of a whole client, driven through its public methods and its ports: *send* is from \`publish()\`
through session and acknowledgement, *receive* from the bytes through the handler to the acknowledgement. The world
around it is in the same engine, and as small as it can be. What it takes is metered by itself and subtracted: a driver
that plays the server, and the bodies of the ports' stubs, for Reed and its peers alike.

${peers}

![Units per message](performance/${UNITS_CHART})

Moddable's client keeps no session: what it sends is forgotten when it is written, and told of when PUBACK comes. It
writes a packet in five parts. It runs on the same stubs, as sockets in the manner of ECMA-419; the two conversions of
strings that this engine lacks are made of \`TextEncoder\` and \`TextDecoder\`, which is counted as its own work: a call
more each, and a view when it sends. mqtt-packet is a codec without a client, bundled as for a browser and without its
debug output.

${reed}

${copies}

A byte more of payload costs so many copies of a byte: what 16 KiB take more than 1 KiB, over what the engine
meters for copying a byte with \`set\`. A view costs nothing. What is allocated for it shows that nothing is copied unmetered.

![Units against subscriptions](performance/${SUBSCRIPTIONS_CHART})

${targets}`;
}

function charts({ moddable, mqttPacket, reed }: XsResult): Record<string, string> {
  const group = (way: "send" | "receive", codec: string) => {
    const bars = [{ name: "Reed", value: (reed[`${way} QoS 1`] as Figures).units }];
    const add = (name: string, figures: Figures | undefined): void => {
      if (figures !== undefined) bars.push({ name, value: figures.units });
    };
    if (isMeasured(moddable)) add("Moddable", moddable.figures[`${way} QoS 1`]);
    if (isMeasured(mqttPacket)) add("mqtt-packet (codec alone)", mqttPacket.figures[codec]);
    return { name: `${way} QoS 1`, bars };
  };
  return {
    [UNITS_CHART]: barChart({
      title: "A message on XS",
      yLabel: "units of the meter",
      yScale: "logarithmic",
      groups: [group("send", "generate PUBLISH QoS 1"), group("receive", "parse PUBLISH QoS 1")],
    }),
    [SUBSCRIPTIONS_CHART]: lineChart({
      title: "A message received on XS, beside subscriptions that do not match",
      xLabel: "subscriptions that do not match",
      yLabel: "units of the meter",
      xScale: "logarithmic",
      series: [
        {
          name: "Reed",
          points: MATCHING.map(({ name, others }) => [others, (reed[name] as Figures).units] as const),
        },
      ],
    }),
  };
}

export const xsSection: Section<XsResult> = {
  name: "xs",
  title: "units, slots and chunk bytes of an operation on XS, beside Moddable's client and mqtt-packet",
  run: (log) => measureXs(process.env["MODDABLE"], log),
  text: (result) => tables(textTable, result).join("\n\n"),
  markdown,
  charts,
};
