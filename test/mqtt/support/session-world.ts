/** Sessions with two servers over one outbox, and their messages in short: `a1 #1!` is payload "a", QoS 1, identifier 1, DUP. */

import { Outbox } from "../../../src/mqtt/outbox.js";
import type { Outgoing } from "../../../src/mqtt/outgoing.js";
import type { QoS } from "../../../src/mqtt/packet.js";
import { Session } from "../../../src/mqtt/session.js";
import { addTo, publishOf } from "./messages.js";

/** One outbox and the sessions with two servers, as a client has them. */
export class SessionWorld {
  readonly outbox = new Outbox();
  readonly session = new Session(this.outbox);
  readonly other = new Session(this.outbox);

  /** Adds messages, each with its payload and QoS, as in "a1". */
  add(...messages: readonly string[]): readonly Outgoing[] {
    return messages.map((text) =>
      addTo(this.outbox, {
        payload: text.slice(0, -1),
        qos: Number(text.slice(-1)) as QoS,
        limits: { maximumQueueLength: 100_000, maximumQueueBytes: 10_000_000 },
      }),
    );
  }

  /** Sends all that may be sent: `a1 #1` is payload "a", QoS 1, packet identifier 1; `!` stands for DUP. */
  send(session = this.session, window = 20, maximumQos: QoS = 2): readonly string[] {
    const sent: string[] = [];
    for (;;) {
      const outgoing = session.nextPublish(window, maximumQos);
      if (outgoing === undefined) return sent;
      const { payload, qos, duplicate, packetIdentifier } = publishOf(outgoing);
      const number = qos === 0 ? "" : ` #${packetIdentifier}`;
      sent.push(`${String.fromCharCode(...payload)}${qos}${number}${duplicate ? "!" : ""}`);
      if (qos === 0) session.sent();
    }
  }

  /** The PUBRELs that are due. */
  release(session = this.session): readonly number[] {
    const released: number[] = [];
    for (let at = session.nextRelease(); at !== undefined; at = session.nextRelease()) released.push(at);
    return released;
  }
}

export function outcomes(messages: readonly Outgoing[]): readonly (string | undefined)[] {
  return messages.map(({ outcome }) => outcome);
}
