/** The connect report as text: what took how long in an attempt to connect, such as `dns 2 ms, tcp 11 ms`. */

import type { StageTime } from "../../src/mqtt/attempt.js";
import type { Milliseconds } from "../../src/mqtt/ports.js";

/** What a board knows of its Wi-Fi, which comes before all that a client does. */
export interface WifiReport {
  readonly isUp: boolean;
  /** How long the device took to join the network, if it has since the last report. */
  readonly joinTime?: Milliseconds;
}

/** A stage as it is reported, `wifi` included. */
interface NamedTime {
  readonly stage: string;
  readonly duration: Milliseconds;
}

/** `mqtt ready in 343 ms: dns 2 ms, tcp 11 ms, tls 290 ms, connack 40 ms`. */
export function readyText(server: string, stages: readonly StageTime[], wifi?: WifiReport): string {
  const times = withWifi(stages, wifi);
  const total = times.reduce((sum, { duration }) => sum + duration, 0);
  return `${server} ready in ${timeText(total)}: ${times.map(stageText).join(", ")}`;
}

/** `(dns 2 ms, tcp failed after 3000 ms)`. */
export function failureText(stages: readonly StageTime[], wifi?: WifiReport): string {
  if (wifi?.isUp === false) return "(wifi failed)";
  const times = withWifi(stages, wifi);
  const texts = times.map((time, index) =>
    index === times.length - 1 ? `${time.stage} failed after ${timeText(time.duration)}` : stageText(time),
  );
  return `(${texts.join(", ")})`;
}

function withWifi(stages: readonly StageTime[], wifi: WifiReport | undefined): readonly NamedTime[] {
  const duration = wifi?.joinTime;
  return duration === undefined ? stages : [{ stage: "wifi", duration }, ...stages];
}

function stageText({ stage, duration }: NamedTime): string {
  return `${stage} ${timeText(duration)}`;
}

function timeText(duration: Milliseconds): string {
  return `${Math.round(duration)} ms`;
}
