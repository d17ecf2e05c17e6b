/** Brings back what the store has kept, into the outbox and the sessions with both servers. */

import type { MessageStore } from "./message-store.js";
import type { Outbox } from "./outbox.js";
import { restoredOutgoing } from "./outgoing.js";
import type { Session } from "./session.js";

/**
 * From now on the store writes anew what these hold.
 * @returns how many messages there are whose outcome is open
 */
export function restoreState(
  store: MessageStore,
  outbox: Outbox,
  [primary, backup]: readonly [Session, Session],
): number {
  const restored = store.attach({
    eachMessage(visit) {
      primary.eachMessage(visit);
      backup.eachMessage(visit);
      outbox.eachWaiting((outgoing) => visit(outgoing, undefined, false));
    },
    lastIdentifier: (server) => (server === "mqtt" ? primary : backup).identifiers.last,
  });
  primary.restore(restored);
  backup.restore(restored);
  const waiting = [...restored.messages.values()].filter(({ server }) => server === undefined);
  // As they were published: those that had been sent once were found later.
  waiting.sort((a, b) => a.id - b.id);
  for (const { bytes, id, lateOffset } of waiting) {
    const outgoing = restoredOutgoing(bytes, id, lateOffset);
    outgoing.renew();
    outgoing.markLate();
    outbox.restore(outgoing);
  }
  // The client begins with the primary: what the backup has not acknowledged goes there.
  backup.handOver();
  return outbox.length + primary.unsettled;
}
