/** Reed against MQTT.js in one line: what was measured of both, and whether it is what was aimed at. */

import type { QoS } from "../../src/mqtt/packet.js";
import type { Direction } from "./client-process.js";
import type { Footprint } from "./crowd-process.js";
import type { Rate } from "./rates.js";
import type { SubjectName } from "./subject.js";

/** At least so many times the messages of MQTT.js in a second. */
export const RATE_TARGET = 2;
/** At most this share of its CPU time for a message. */
export const CPU_TARGET = 0.5;
/** At most this share of its memory for a connected client. */
export const MEMORY_TARGET = 1 / 3;

export interface Comparison {
  readonly direction: Direction;
  readonly qos: QoS;
  readonly rates: Readonly<Record<SubjectName, Rate>>;
  /** Times the messages of MQTT.js. */
  readonly rateRatio: number;
  /** Share of its CPU time. */
  readonly cpuRatio: number;
  /**
   * About so many times the messages of MQTT.js a client would get through that cost nothing at all, on a core that it
   * shares with the server; undefined where it is not known what the server costs.
   */
  readonly rateLimit: number | undefined;
}

/** A line for each direction and QoS. */
export function compare(rates: readonly Rate[]): readonly Comparison[] {
  return rates
    .filter(({ subject }) => subject === "reed")
    .map(({ direction, qos }) => {
      const of = (subject: SubjectName): Rate => {
        const found = rates.find(
          (rate) => rate.subject === subject && rate.direction === direction && rate.qos === qos,
        );
        if (found === undefined) throw new Error(`nothing measured of ${subject}`);
        return found;
      };
      const reed = of("reed");
      const mqttjs = of("mqttjs");
      return {
        direction,
        qos,
        rates: { reed, mqttjs, socket: of("socket") },
        rateRatio: reed.messagesPerSecond / mqttjs.messagesPerSecond,
        cpuRatio: reed.cpuMicroseconds / mqttjs.cpuMicroseconds,
        rateLimit: limitOf(mqttjs),
      };
    });
}

function limitOf({ serverMicroseconds, cpuMicroseconds }: Rate): number | undefined {
  if (serverMicroseconds === undefined) return undefined;
  return (serverMicroseconds + cpuMicroseconds) / serverMicroseconds;
}

/** From so much of a core on the server counts as the limit. */
const SATURATED = 0.9;

/** How often the targets are met, and where they are not; and where it was the server that could do no more. */
export function verdict(comparisons: readonly Comparison[]): string {
  const namesOf = (some: readonly Comparison[]) =>
    some.map(({ direction, qos }) => `${direction} QoS ${qos}`).join(", ");
  const one = (what: string, isMet: (comparison: Comparison) => boolean): string => {
    const missed = comparisons.filter((comparison) => !isMet(comparison));
    const where = namesOf(missed);
    return missed.length === 0
      ? `${what}: met everywhere`
      : `${what}: met in ${comparisons.length - missed.length} of ${comparisons.length}, missed: ${where}`;
  };
  const saturated = comparisons.filter(({ rates }) => (rates.reed.serverLoad ?? 0) >= SATURATED);
  return [
    one(`${RATE_TARGET} times the messages`, ({ rateRatio }) => rateRatio >= RATE_TARGET),
    one("half the CPU time", ({ cpuRatio }) => cpuRatio <= CPU_TARGET),
    ...(saturated.length === 0 ? [] : [`the server could do no more in: ${namesOf(saturated)}`]),
  ].join("; ");
}

/** Memory of a client in bytes, what lies outside of the heap included. */
export function memoryOf({ heap, external }: Footprint): number {
  return heap + external;
}
