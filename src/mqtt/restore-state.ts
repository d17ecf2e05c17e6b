/** Brings back what the store has kept, into the outbox and the sessions with both servers. */

import { crc32 } from "./crc32.js";
import type { MessageStore } from "./message-store.js";
import type { ServerOptions } from "./options.js";
import type { Outbox } from "./outbox.js";
import { restoredOutgoing } from "./restored-outgoing.js";
import type { Session } from "./session.js";
import { encodeUtf8 } from "./utf8.js";

/**
 * From now on the store writes anew what these hold.
 * @param options of both servers; what was stored under another client identifier, or for another address, is new to them
 * @returns how many messages there are whose outcome is open
 */
export function restoreState(
  store: MessageStore,
  outbox: Outbox,
  [primary, backup]: readonly [Session, Session],
  options: readonly [ServerOptions, ServerOptions | undefined],
): number {
  const restored = store.attach({
    eachMessage(visit) {
      primary.eachMessage(visit);
      backup.eachMessage(visit);
      outbox.eachWaiting((outgoing) => visit(outgoing, undefined, false));
    },
    owner: (server) => ownerOf(options[server === "mqtt" ? 0 : 1]),
    lastIdentifier: (server) => (server === "mqtt" ? primary : backup).identifiers.last,
  });
  primary.restore(restored);
  backup.restore(restored);
  const waiting = [...restored.messages.values()].filter(({ server }) => server === undefined);
  // As they were published: those that had been sent once were found later.
  waiting.sort((a, b) => a.id - b.id);
  for (const message of waiting) {
    const outgoing = restoredOutgoing(message, outbox);
    outgoing.renew();
    outgoing.markLate();
    outbox.enqueue(outgoing);
  }
  store.settle();
  // The client begins with the primary: what the backup has not acknowledged goes there.
  backup.handOver();
  return outbox.length + primary.unsettled;
}

/** 0 without a server. */
function ownerOf(options: ServerOptions | undefined): number {
  if (options === undefined) return 0;
  const { clientIdentifier, endpoint } = options;
  return crc32(encodeUtf8(`${clientIdentifier} ${endpoint.host} ${endpoint.port}`));
}
