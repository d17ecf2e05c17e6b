/** A message as it comes back from the store. */

import type { Outbox } from "./outbox.js";
import { Outgoing } from "./outgoing.js";
import type { RestoredMessage } from "./store-records.js";

/** The outbox holds its packet, unless it was released: then only its identifier is needed any more. */
export function restoredOutgoing({ bytes, id, lateOffset }: RestoredMessage, outbox: Outbox): Outgoing {
  const outgoing = bytes === undefined ? new Outgoing() : outbox.hold(bytes);
  outgoing.storeId = id;
  if (lateOffset > 0) outgoing.lateOffset = lateOffset;
  return outgoing;
}
