/** Reed against MQTT.js in one line: what was measured of both, and whether it is what was aimed at. */

import type { QoS } from "../../src/mqtt/packet.js";
import type { Direction } from "./client-process.js";
import type { Footprint } from "./crowd-process.js";
import type { Rate } from "./rates.js";
import type { SubjectName } from "./subject.js";

/** At least so many times the messages of MQTT.js in a second. */
const RATE_TARGET = 2;
/** At most this share of its CPU time for a message. */
const CPU_TARGET = 0.5;
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
   * So many times the messages of MQTT.js, about, is all that the server can do, and so what a client would reach that
   * costs nothing at all; undefined where it is not known what the server costs.
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
      const [reed, mqttjs, socket] = [of("reed"), of("mqttjs"), of("socket")];
      const highest = highestRate([reed, mqttjs, socket]);
      return {
        direction,
        qos,
        rates: { reed, mqttjs, socket },
        rateRatio: reed.messagesPerSecond / mqttjs.messagesPerSecond,
        cpuRatio: reed.cpuMicroseconds / mqttjs.cpuMicroseconds,
        rateLimit: highest === undefined ? undefined : highest / mqttjs.messagesPerSecond,
      };
    });
}

/** Messages a second if the server did nothing else, at the least CPU time a message that it took with any client. */
function highestRate(rates: readonly Rate[]): number | undefined {
  const costs = rates.flatMap(({ serverMicroseconds: cost }) => (cost === undefined ? [] : [cost]));
  return costs.length === 0 ? undefined : 1_000_000 / Math.min(...costs);
}

/** How often the targets are met, and where they are not; and where the server lets no client meet them. */
export function verdict(comparisons: readonly Comparison[]): string {
  const where = (some: readonly Comparison[]): string =>
    some.length === comparisons.length
      ? "everywhere"
      : `in ${some.map(({ direction, qos }) => `${direction} QoS ${qos}`).join(", ")}`;
  const one = (what: string, isMet: (comparison: Comparison) => boolean): string => {
    const missed = comparisons.filter((comparison) => !isMet(comparison));
    const met = comparisons.length - missed.length;
    if (missed.length === 0) return `${what}: met everywhere`;
    return `${what}: met in ${met} of ${comparisons.length}, missed ${where(missed)}`;
  };
  const limited = comparisons.filter(({ rateLimit = RATE_TARGET }) => rateLimit < RATE_TARGET);
  return [
    one(`${RATE_TARGET} times the messages`, ({ rateRatio }) => rateRatio >= RATE_TARGET),
    ...(limited.length === 0
      ? []
      : [`the server was the limit, and lets no client reach that, ${where(limited)}`]),
    one("half the CPU time", ({ cpuRatio }) => cpuRatio <= CPU_TARGET),
  ].join("; ");
}

/** Memory of a client in bytes, what lies outside of the heap included. */
export function memoryOf({ heap, external }: Footprint): number {
  return heap + external;
}
