/** What was aimed at, and whether it was reached. */

import type { Figures } from "./meter.js";
import type { Target, XsResult } from "./result.js";
import { atMost } from "./result.js";
import { MATCHING } from "./suite.js";

const SEND = { units: 1200, slots: 12 } as const;
const RECEIVE = { units: 500, slots: 10 } as const;
/** More units with the most subscriptions than with the fewest, at most, in percent. */
const SUBSCRIPTIONS_TOLERANCE = 3;
/** A copy more would be counted as a whole one. */
const COPIES = 1.05;

/** Units are those with marks of lines, in which the targets were set; they are the more. */
export function targetsOf({
  copies,
  reed,
  withLines,
}: Pick<XsResult, "copies" | "reed" | "withLines">): Target[] {
  const send = withLines["send QoS 1"] as Figures;
  const receive = withLines["receive QoS 1"] as Figures;
  const units = MATCHING.map(({ name }) => (reed[name] as Figures).units);
  const more = Math.max(0, (Math.max(...units) / Math.min(...units) - 1) * 100);
  return [
    atMost("send QoS 1 with session and PUBACK, units with line marks", send.units, SEND.units),
    atMost("send QoS 1 with session and PUBACK, slots", send.slots, SEND.slots),
    atMost(
      "receive QoS 1 with dispatch and acknowledgement, units with line marks",
      receive.units,
      RECEIVE.units,
    ),
    atMost("receive QoS 1 with dispatch and acknowledgement, slots", receive.slots, RECEIVE.slots),
    atMost(
      "units that 1 to 100 subscriptions which do not match differ by, %",
      more,
      SUBSCRIPTIONS_TOLERANCE,
    ),
    atMost("copies of a payload that is sent", copies.send.copies, COPIES),
    atMost("copies of a payload that is received", copies.receive.copies, COPIES),
  ];
}
