/** Meters everything there is to meter on XS: Reed, and its peers in the same run. */

import { createRequire } from "node:module";
import { payloadCost } from "./copies.js";
import type { Figures } from "./meter.js";
import { meter, unitsPerByteCopied } from "./meter.js";
import { moddableProgram } from "./peers/moddable.js";
import { MQTT_PACKET, MQTT_PACKET_VERSION } from "./peers/mqtt-packet.js";
import type { ProgramSource } from "./program.js";
import { BenchBundle, REED, REED_WITH_LINES } from "./program.js";
import type { Peer, XsResult } from "./result.js";
import type { Entry } from "./suite.js";
import { CODEC_SUITE, HEADLINES, LONG, MODDABLE_SUITE, SHORT, SUITE } from "./suite.js";
import { targetsOf } from "./targets.js";
import { PAYLOAD_LENGTH, TOPIC } from "./work.js";

type Log = (line: string) => void;

/**
 * Reed's figures by their names.
 * @param withChunks also the bytes of chunks, for which it takes several times as long
 */
export async function measureReed(
  withChunks: boolean,
  log: Log = () => {},
): Promise<Record<string, Figures>> {
  return await measureAll(await BenchBundle.make(REED), SUITE, withChunks, log);
}

/** @throws Error that says what is missing when XS is not available */
export async function measureXs(sdk: string | undefined, log: Log): Promise<XsResult> {
  const bundle = await BenchBundle.make(REED);
  const unitsPerByte = await unitsPerByteCopied(bundle);
  const reed = await measureAll(bundle, SUITE, true, log);
  const lines = await BenchBundle.make(REED_WITH_LINES);
  const withLines = await measureAll(lines, HEADLINES, false, () => {});
  const costOf = (way: string) =>
    payloadCost(
      reed[`${way} QoS 1, 1 KiB`] as Figures,
      reed[`${way} QoS 1, 16 KiB`] as Figures,
      LONG - SHORT,
      unitsPerByte,
    );
  const copies = { send: costOf("send"), receive: costOf("receive") };
  return {
    engine: engineName(),
    topicLength: TOPIC.length,
    payloadLength: PAYLOAD_LENGTH,
    reed,
    withLines,
    moddable: await measureModdable(sdk, log),
    mqttPacket: await measurePeer(MQTT_PACKET, MQTT_PACKET_VERSION, CODEC_SUITE, log),
    copies,
    targets: targetsOf({ copies, reed, withLines }),
  };
}

async function measureModdable(sdk: string | undefined, log: Log): Promise<Peer> {
  const program = moddableProgram(sdk);
  if ("missing" in program) {
    log(`Moddable's client is not measured: ${program.missing}`);
    return program;
  }
  return await measurePeer(program, program.version, MODDABLE_SUITE, log);
}

async function measurePeer(
  source: ProgramSource,
  version: string,
  suite: readonly Entry[],
  log: Log,
): Promise<Peer> {
  return { version, figures: await measureAll(await BenchBundle.make(source), suite, true, log) };
}

async function measureAll(
  bundle: BenchBundle,
  suite: readonly Entry[],
  withChunks: boolean,
  log: Log,
): Promise<Record<string, Figures>> {
  const figures: Record<string, Figures> = {};
  for (const { name, work } of suite) {
    figures[name] = await meter(bundle, work, withChunks);
    log(`${name}: ${figures[name].units.toFixed(0)} units`);
  }
  return figures;
}

/** What the engine is called in reports. */
export function engineName(): string {
  const { version } = createRequire(import.meta.url)("@agoric/xsnap/package.json") as { version: string };
  return `XS 13 of @agoric/xsnap ${version}`;
}
