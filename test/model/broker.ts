/** The server of the model, as plain as section 4.3 allows: packets in, packets out, and a session that can be lost. */

import { ACCEPTED, acknowledgement, identifierOf, isDuplicate, numberOf, publish, qosOf } from "./packets.js";
import { Violation } from "./violation.js";

/** The two ways to receive QoS 2 (figure 4.3): route at PUBREL, or at once and remember the identifier. */
export type Method = "route-at-pubrel" | "route-at-publish";

/** A message on its way to the device. */
interface Outbound {
  readonly number: number;
  readonly qos: 1 | 2;
  packetIdentifier: number;
  isReleased: boolean;
}

/** Messages on their way to the device at once. */
const WINDOW = 2;

export class ModelBroker {
  hasSession = false;
  /** QoS 2 messages of the device that wait for PUBREL: their numbers, by packet identifier. */
  readonly unreleased = new Map<number, number>();
  /** Sent to the device and not complete, in order. */
  inFlight: Outbound[] = [];
  queue: Outbound[] = [];
  #last = 0;
  readonly #method: Method;
  readonly #route: (number: number) => void;

  /** @param route a message of the device goes to its subscribers */
  constructor(method: Method, route: (number: number) => void) {
    this.#method = method;
    this.#route = route;
  }

  get lastIdentifier(): number {
    return this.#last;
  }

  /** Everything it knew of the device is lost. */
  forget(): void {
    this.hasSession = false;
    this.unreleased.clear();
    this.inFlight = [];
    this.queue = [];
    this.#last = 0;
  }

  /** CONNECT arrived; returns what is sent for it. */
  connected(): Uint8Array[] {
    const sent: Uint8Array[] = [Uint8Array.of(ACCEPTED, 2, this.hasSession ? 1 : 0, 0)];
    this.hasSession = true;
    for (const { number, qos, packetIdentifier, isReleased } of this.inFlight) {
      sent.push(
        isReleased
          ? acknowledgement("PUBREL", packetIdentifier)
          : publish(number, qos, packetIdentifier, true),
      );
    }
    this.#fillWindow(sent);
    return sent;
  }

  /** A message for the device; returns what is sent for it, if the device is there. */
  publish(number: number, qos: 1 | 2, isConnected: boolean): Uint8Array[] {
    this.queue.push({ number, qos, packetIdentifier: 0, isReleased: false });
    const sent: Uint8Array[] = [];
    if (isConnected) this.#fillWindow(sent);
    return sent;
  }

  /** A packet of the device arrived; returns what is sent for it. */
  received(packet: Uint8Array): Uint8Array[] {
    const packetIdentifier = identifierOf(packet);
    const sent: Uint8Array[] = [];
    switch ((packet[0] as number) >> 4) {
      case 3:
        sent.push(this.#publishReceived(packet, packetIdentifier));
        break;
      case 4:
        this.#completed(packetIdentifier, 1);
        break;
      case 5: {
        const outbound = this.inFlight.find((one) => one.packetIdentifier === packetIdentifier);
        if (outbound?.qos !== 2)
          throw new Violation(`PUBREC for ${packetIdentifier}, which is not in flight`);
        outbound.isReleased = true;
        sent.push(acknowledgement("PUBREL", packetIdentifier));
        break;
      }
      case 6: {
        const number = this.unreleased.get(packetIdentifier);
        this.unreleased.delete(packetIdentifier);
        if (number !== undefined && this.#method === "route-at-pubrel") this.#route(number);
        sent.push(acknowledgement("PUBCOMP", packetIdentifier));
        break;
      }
      case 7:
        this.#completed(packetIdentifier, 2);
        break;
      default:
        throw new Violation(`packet type ${(packet[0] as number) >> 4} from the device`);
    }
    this.#fillWindow(sent);
    return sent;
  }

  #publishReceived(packet: Uint8Array, packetIdentifier: number): Uint8Array {
    const number = numberOf(packet);
    if (qosOf(packet) === 1) {
      this.#route(number);
      return acknowledgement("PUBACK", packetIdentifier);
    }
    const known = this.unreleased.get(packetIdentifier);
    if (known === undefined) {
      this.unreleased.set(packetIdentifier, number);
      if (this.#method === "route-at-publish") this.#route(number);
    } else {
      if (known !== number)
        throw new Violation(`identifier ${packetIdentifier} of ${known} used for ${number}`);
      if (!isDuplicate(packet)) throw new Violation(`${number} sent again without DUP [MQTT-3.3.1-1]`);
    }
    return acknowledgement("PUBREC", packetIdentifier);
  }

  #completed(packetIdentifier: number, qos: 1 | 2): void {
    const outbound = this.inFlight.find((one) => one.packetIdentifier === packetIdentifier);
    if (outbound?.qos !== qos || outbound.isReleased !== (qos === 2)) {
      throw new Violation(`acknowledgement of ${packetIdentifier}, which does not await it`);
    }
    this.inFlight = this.inFlight.filter((one) => one !== outbound);
  }

  #fillWindow(sent: Uint8Array[]): void {
    while (this.inFlight.length < WINDOW) {
      const next = this.queue.shift();
      if (next === undefined) return;
      do this.#last = (this.#last % 2) + 1;
      while (this.inFlight.some(({ packetIdentifier }) => packetIdentifier === this.#last));
      next.packetIdentifier = this.#last;
      this.inFlight.push(next);
      sent.push(publish(next.number, next.qos, this.#last, false));
    }
  }
}
