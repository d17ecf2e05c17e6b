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
   * So many times the messages of MQTT.js, about, is all that a client can reach; undefined where it is not known what the
   * server costs.
   */
  readonly rateLimit: number | undefined;
  /** Share of its CPU time that the bare socket takes, without a client on it. */
  readonly socketRatio: number;
}

/** Where the processes ran: the server beside the client, or on the client's own core. */
export type Placement = "free" | "one core";

/** A line for each direction and QoS. */
export function compare(rates: readonly Rate[], placement: Placement): readonly Comparison[] {
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
      const client = placement === "free" ? 0 : Math.min(reed.cpuMicroseconds, socket.cpuMicroseconds);
      const highest = highestRate([reed, mqttjs, socket], client);
      return {
        direction,
        qos,
        rates: { reed, mqttjs, socket },
        rateRatio: reed.messagesPerSecond / mqttjs.messagesPerSecond,
        cpuRatio: reed.cpuMicroseconds / mqttjs.cpuMicroseconds,
        rateLimit: highest === undefined ? undefined : highest / mqttjs.messagesPerSecond,
        socketRatio: socket.cpuMicroseconds / mqttjs.cpuMicroseconds,
      };
    });
}

/**
 * Messages a second if the core of the server did nothing else, at the least CPU time a message that it took with any
 * client, but for what the client takes on that core.
 */
function highestRate(rates: readonly Rate[], clientMicroseconds: number): number | undefined {
  const costs = rates.flatMap(({ serverMicroseconds: cost }) => (cost === undefined ? [] : [cost]));
  return costs.length === 0 ? undefined : 1_000_000 / (Math.min(...costs) + clientMicroseconds);
}

/** How often the targets are met, and where they are not; and where no client can meet them, whatever it is. */
export function verdict(comparisons: readonly Comparison[], placement: Placement): string {
  const where = (some: readonly Comparison[]): string =>
    some.length === comparisons.length
      ? "everywhere"
      : `in ${some.map(({ direction, qos }) => `${direction} QoS ${qos}`).join(", ")}`;
  const unreachable = (why: string, some: readonly Comparison[]): readonly string[] =>
    some.length === 0 ? [] : [`${why}, ${where(some)}`];
  const one = (what: string, isMet: (comparison: Comparison) => boolean): string => {
    const missed = comparisons.filter((comparison) => !isMet(comparison));
    const met = comparisons.length - missed.length;
    if (missed.length === 0) return `${what}: met everywhere`;
    return `${what}: met in ${met} of ${comparisons.length}, missed ${where(missed)}`;
  };
  const limited = comparisons.filter(({ rateLimit = RATE_TARGET }) => rateLimit < RATE_TARGET);
  const laden = comparisons.filter(({ socketRatio }) => socketRatio > CPU_TARGET);
  const limit = placement === "free" ? "the server takes" : "server and bare socket take";
  return [
    one(`${RATE_TARGET} times the messages`, ({ rateRatio }) => rateRatio >= RATE_TARGET),
    ...unreachable(`${limit} so much that no client can reach that`, limited),
    one("half the CPU time", ({ cpuRatio }) => cpuRatio <= CPU_TARGET),
    ...unreachable("the bare socket alone takes more than that", laden),
  ].join("; ");
}

/** Memory of a client in bytes, what lies outside of the heap included. */
export function memoryOf({ heap, external }: Footprint): number {
  return heap + external;
}
