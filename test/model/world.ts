/**
 * The state machine that is explored: a device, a network and a server, what may happen to them, and what was promised.
 *
 * Every action is deterministic, so that a state is known by the actions that lead to it: the device cannot be copied,
 * but it can be brought there again.
 */

import type { ConnectionEvent } from "../../src/mqtt/connection-event.js";
import type { Outgoing } from "../../src/mqtt/outgoing.js";
import type { Method } from "./broker.js";
import { ModelBroker } from "./broker.js";
import { CONTROL_TYPES } from "./control-types.js";
import { ModelDevice, ModelFlash } from "./device.js";
import { identifierOf, isDuplicate, numberOf, packetsOf, qosOf, REFUSED } from "./packets.js";
import { Inbound, Published } from "./promises.js";
import { StateKey } from "./state-key.js";
import { Violation } from "./violation.js";

/** How much of each may happen, and where. */
export interface Scope {
  readonly name: string;
  readonly publish1: number;
  readonly publish2: number;
  readonly arrive1: number;
  readonly arrive2: number;
  readonly drops: number;
  /** How often the server may lose its session. */
  readonly losses: number;
  /** How often power may fail; without flash it does not. */
  readonly crashes: number;
  readonly window: number;
  /**
   * After this packet identifier comes 1 again, as after 65,535: as if others had been used and completed in between.
   * 0: it does not come to that.
   */
  readonly lastIdentifier: number;
  readonly method: Method;
  /** Bytes of one block of flash, of which there are two; 0: none. */
  readonly blockLength: number;
  /** Whether messages are stored when they are published, and not only when they are sent. */
  readonly keeps: boolean;
  /** Flash as a former life has left it. */
  readonly contents?: Uint8Array;
  /** Whether messages may follow CONNECT before CONNACK. */
  readonly isEarly?: boolean;
  /** Which attempts to connect, counted from 0, are refused by CONNACK. */
  readonly refused?: readonly number[];
}

/** The actions, by number; the last ones are four of the others with power that fails after `CUTS` bytes of writing. */
export const ACTIONS = Object.freeze([
  "publish QoS 1",
  "publish QoS 2",
  "transmit",
  "server takes a packet",
  "device takes a packet",
  "drop the connection",
  "reconnect",
  "reconnect, session lost",
  "server publishes QoS 1",
  "server publishes QoS 2",
  "power fails",
] as const);

const PUBLISH_1 = 0;
const PUBLISH_2 = 1;
const TRANSMIT = 2;
const SERVER_TAKES = 3;
const DEVICE_TAKES = 4;
const DROP = 5;
const RECONNECT = 6;
const RECONNECT_LOST = 7;
const ARRIVE_1 = 8;
const ARRIVE_2 = 9;
const POWER_OFF = 10;
const FIRST_CUT = 11;

/** The actions that write to the flash, and after how many bytes of it power may fail in the middle of them. */
const WRITING = Object.freeze([PUBLISH_1, PUBLISH_2, TRANSMIT, DEVICE_TAKES] as const);
const CUTS = Object.freeze([0, 3, 13, 35, 1090] as const);

/** How many actions there are in all, at most 31: they are bits of a number. */
export const ACTION_COUNT = FIRST_CUT + WRITING.length * CUTS.length;

/** What an action is called. */
export function actionName(action: number): string {
  if (action < FIRST_CUT) return ACTIONS[action] as string;
  const cut = CUTS[(action - FIRST_CUT) % CUTS.length];
  return `${ACTIONS[writingOf(action)]}; power fails after ${cut} bytes`;
}

function writingOf(action: number): number {
  return WRITING[Math.floor((action - FIRST_CUT) / CUTS.length)] as number;
}

export class World {
  readonly #scope: Scope;
  readonly #broker: ModelBroker;
  #device: ModelDevice;
  /** What was sent and has not arrived, in both directions. */
  #up: Uint8Array[] = [];
  #down: Uint8Array[] = [];
  #isIdle = false;
  #attempts = 0;
  /** CONNACK refuses the present connection. */
  #isRefused = false;
  #drops = 0;
  #losses = 0;
  #crashes = 0;
  readonly #published: Published[] = [];
  readonly #inbound: Inbound[] = [];
  /** The highest number that was routed or delivered, by QoS. */
  readonly #lastRouted = [0, 0, 0];
  readonly #lastDelivered = [0, 0, 0];
  /** Identifiers that the device uses, for which message, until the last acknowledgement has arrived. */
  readonly #used = new Map<number, number>();
  /** Sent in this session of the server: from now on with DUP. */
  readonly #sent = new Set<number>();
  /** Sent on this connection: packet types and identifiers. */
  readonly #sentHere = new Set<number>();
  /** What the device has to answer, in order. */
  #owed: number[] = [];
  /** The server has lost its session and the device was not told, so that identifiers may meet old ones. */
  #isLossUntold = false;
  #isSessionDoubtful = false;
  /** Power has failed while a packet was about to be sent: the device cannot know that it was not. */
  #isSendingDoubtful = false;

  constructor(scope: Scope) {
    this.#scope = scope;
    this.#broker = new ModelBroker(scope.method, (number) => this.#routed(number));
    const { blockLength, contents } = scope;
    this.#device = this.#made(
      blockLength === 0 ? undefined : new ModelFlash(blockLength, 2, contents?.slice()),
    );
  }

  /** What may happen now, a bit for each action. */
  get enabled(): number {
    const { publish1, publish2, arrive1, arrive2, drops, losses, crashes, blockLength } = this.#scope;
    const { isOnline } = this.#device;
    let bits = 0;
    if (this.#count(this.#published, 1) < publish1) bits |= 1 << PUBLISH_1;
    if (this.#count(this.#published, 2) < publish2) bits |= 1 << PUBLISH_2;
    if (isOnline && !this.#isIdle) bits |= 1 << TRANSMIT;
    if (this.#up.length > 0) bits |= 1 << SERVER_TAKES;
    if (this.#down.length > 0) bits |= 1 << DEVICE_TAKES;
    if (isOnline && this.#drops < drops) bits |= 1 << DROP;
    if (!isOnline) bits |= 1 << RECONNECT;
    if (this.#broker.hasSession) {
      if (!isOnline && this.#losses < losses) bits |= 1 << RECONNECT_LOST;
      if (this.#count(this.#inbound, 1) < arrive1) bits |= 1 << ARRIVE_1;
      if (this.#count(this.#inbound, 2) < arrive2) bits |= 1 << ARRIVE_2;
    }
    if (this.#crashes < crashes) {
      const plain = bits;
      bits |= 1 << POWER_OFF;
      for (let action = FIRST_CUT; blockLength > 0 && action < ACTION_COUNT; action += 1) {
        if ((plain & (1 << writingOf(action))) !== 0) bits |= 1 << action;
      }
    }
    return bits;
  }

  /**
   * Does it, and checks all that must hold always, and what must hold once nothing is left to do.
   * @returns false when power was to fail in the middle of it, but nothing that long was written
   */
  take(action: number): boolean {
    if (action < FIRST_CUT) {
      this.#do(action);
    } else {
      const flash = this.#device.flash as ModelFlash;
      flash.power = CUTS[(action - FIRST_CUT) % CUTS.length] as number;
      this.#do(writingOf(action));
      if (!flash.hasFailed) {
        flash.power = Number.POSITIVE_INFINITY;
        return false;
      }
      if (writingOf(action) === TRANSMIT) this.#isSendingDoubtful = true;
      this.#restart();
    }
    this.#check();
    return true;
  }

  /** Equal for states from which the same can happen, and in which the same was promised. */
  get key(): number {
    const key = new StateKey();
    const { outbox, session, flash, isOnline, isConnected } = this.#device;
    key.add(this.#drops, this.#losses, this.#crashes, flash === undefined ? 0 : flash.end);
    // A torn record may end the journal without being seen in what was written.
    key.add(outbox.store?.["journal"]?.used ?? 0);
    key.add(+isOnline, +isConnected, +this.#isIdle, +this.#isLossUntold, +this.#isSessionDoubtful);
    key.add(+this.#isSendingDoubtful, +this.#isRefused, this.#refusalsLeft);
    for (const one of this.#sent) key.add(one);
    for (const one of this.#published) key.add(one.number, one.code);
    key.add(-1);
    for (const one of this.#inbound) key.add(one.number, one.code);
    key.add(-1);
    // Packets that stand one behind the other leave together.
    let end = -1;
    const addPlace = ({ start, byteLength }: Outgoing): void => {
      key.add(+(start === end));
      end = start + byteLength;
    };
    session.eachMessage((outgoing, _server, isReleased) => {
      const { packetIdentifier, bytes, storeId } = outgoing;
      addPlace(outgoing);
      const isAgain = bytes !== undefined && isDuplicate(bytes);
      key.add(packetIdentifier ?? 0, +isReleased, +isAgain, storeId === undefined ? 0 : 1);
      key.add(bytes === undefined ? 0 : numberOf(bytes));
    });
    key.add(-1, session.identifiers.last, session.identifiers.inUse);
    outbox.eachWaiting((outgoing) => {
      addPlace(outgoing);
      key.add(numberOf(outgoing.bytes as Uint8Array), outgoing.isStored ? 1 : 0);
    });
    key.add(-1);
    for (let identifier = 1; identifier <= 3; identifier += 1) key.add(+session.wasReceived(identifier));
    for (const one of [...this.#sentHere].sort((a, b) => a - b)) key.add(one);
    key.add(-1);
    for (const one of this.#owed) key.add(one);
    key.packets(this.#up);
    key.packets(this.#down);
    key.add(+this.#broker.hasSession, this.#broker.lastIdentifier);
    for (const [identifier, number] of this.#broker.unreleased) key.add(identifier, number);
    key.add(-1);
    for (const one of this.#broker.inFlight) key.add(one.number, one.packetIdentifier, +one.isReleased);
    key.add(-1);
    for (const one of this.#broker.queue) key.add(one.number);
    return key.value;
  }

  #do(action: number): void {
    const device = this.#device;
    const wasIdle = this.#isIdle;
    this.#isIdle = false;
    switch (action) {
      case PUBLISH_1:
      case PUBLISH_2: {
        const qos = action === PUBLISH_1 ? 1 : 2;
        const number = this.#published.length + 1;
        const outgoing = device.publish(number, qos, this.#scope.keeps);
        this.#published.push(new Published(number, qos, device.flash?.hasFailed ? undefined : outgoing));
        break;
      }
      case TRANSMIT:
        this.#transmit();
        break;
      case SERVER_TAKES: {
        // What reaches the server after the device has given the connection up is not answered.
        const packet = this.#up.shift() as Uint8Array;
        // What follows a CONNECT that is refused is not processed [MQTT-3.1.4-5].
        if (this.#isRefused) break;
        const answers = this.#broker.received(packet);
        if (device.isOnline) this.#down.push(...answers);
        else this.#isIdle = wasIdle;
        break;
      }
      case DEVICE_TAKES:
        this.#receive(this.#down.shift() as Uint8Array);
        break;
      case DROP:
        this.#drops += 1;
        this.#disconnect();
        break;
      case RECONNECT_LOST:
        this.#losses += 1;
        this.#loseSession();
        this.#connect();
        break;
      case RECONNECT:
        this.#connect();
        break;
      case POWER_OFF:
        this.#restart();
        break;
      default: {
        const qos = action === ARRIVE_1 ? 1 : 2;
        const number = this.#inbound.length + 1;
        this.#inbound.push(new Inbound(number, qos, this.#isSessionDoubtful || this.#isLossUntold));
        this.#down.push(...this.#broker.publish(number, qos, device.isOnline && !this.#isRefused));
        this.#isIdle = wasIdle;
      }
    }
  }

  #connect(): void {
    this.#up = [];
    this.#sentHere.clear();
    this.#owed = [];
    this.#device.connect();
    this.#isRefused = this.#scope.refused?.includes(this.#attempts) === true;
    this.#attempts += 1;
    if (this.#isRefused) {
      this.#down = [Uint8Array.from(REFUSED)];
      return;
    }
    const isKept = this.#broker.hasSession;
    if (!isKept && this.#sent.size > 0) {
      // A server that refused looked at nothing, which the device may not have heard: as if it had lost a session.
      this.#sent.clear();
      this.#isLossUntold = true;
    }
    if (isKept && this.#isLossUntold) this.#isSessionDoubtful = true;
    this.#down = this.#broker.connected();
  }

  /** What is on its way to the server may still arrive, until the device connects anew. */
  #disconnect(): void {
    this.#down = [];
    this.#owed = [];
    this.#sentHere.clear();
    this.#device.drop();
  }

  #restart(): void {
    this.#crashes += 1;
    for (const one of this.#published) one.restarted();
    this.#down = [];
    this.#owed = [];
    this.#sentHere.clear();
    this.#isIdle = false;
    this.#device = this.#made(this.#device.flash?.restarted());
  }

  #made(flash: ModelFlash | undefined): ModelDevice {
    return new ModelDevice(this.#scope.window, flash, this.#scope.isEarly);
  }

  /** Attempts that will be refused. */
  get #refusalsLeft(): number {
    const last = Math.max(-1, ...(this.#scope.refused ?? []));
    return Math.max(0, last + 1 - this.#attempts);
  }

  /** The device knows now that nothing it sent on this connection was looked at. */
  #refused(): void {
    for (const [packetIdentifier, number] of this.#used) {
      if (!this.#isSentHere(number)) continue;
      this.#used.delete(packetIdentifier);
      this.#sent.delete(number);
    }
    this.#disconnect();
  }

  #isSentHere(number: number): boolean {
    return this.#sentHere.has((CONTROL_TYPES.PUBLISH << 16) | (number << 20));
  }

  #loseSession(): void {
    const held = new Set(this.#broker.unreleased.values());
    for (const one of this.#published) one.sessionLost(held.has(one.number));
    for (const one of this.#inbound) one.isLost ||= one.delivered === 0;
    this.#broker.forget();
    this.#sent.clear();
    this.#isLossUntold = true;
  }

  #transmit(): void {
    const { identifiers } = this.#device.session;
    if (identifiers.last === this.#scope.lastIdentifier) identifiers.continueAfter(0);
    const bytes = this.#device.transmit();
    if (this.#device.flash?.hasFailed) return;
    if (bytes === undefined) {
      this.#isIdle = true;
      return;
    }
    for (const packet of packetsOf(bytes)) {
      this.#watch(packet);
      this.#up.push(packet);
    }
  }

  /** The rules for what leaves the device. */
  #watch(packet: Uint8Array): void {
    const type = (packet[0] as number) >> 4;
    const packetIdentifier = identifierOf(packet);
    const code = (type << 16) | packetIdentifier;
    if (type === CONTROL_TYPES.PUBLISH) {
      const number = numberOf(packet);
      const user = this.#used.get(packetIdentifier);
      if (user !== undefined && user !== number) {
        throw new Violation(`identifier ${packetIdentifier} of ${user} used for ${number} [MQTT-2.3.1-4]`);
      }
      if (this.#sent.has(number) && !isDuplicate(packet)) {
        throw new Violation(`${number} sent again without DUP [MQTT-3.3.1-1]`);
      }
      const isDoubtful = this.#isSessionDoubtful || this.#isSendingDoubtful;
      if (!this.#sent.has(number) && isDuplicate(packet) && !isDoubtful) {
        throw new Violation(`${number} sent for the first time, with DUP [MQTT-3.3.1-1]`);
      }
      if (this.#isSentHere(number)) throw new Violation(`${number} sent twice on one connection`);
      if (this.#published[number - 1]?.qos !== qosOf(packet))
        throw new Violation(`${number} changed its QoS`);
      if (this.#published[number - 1]?.isRecorded === true && !this.#isLossUntold) {
        throw new Violation(`${number} sent after its PUBREC [MQTT-4.3.3-1]`);
      }
      this.#used.set(packetIdentifier, number);
      this.#sent.add(number);
      this.#sentHere.add((type << 16) | (number << 20));
      if (this.#unfinished > this.#scope.window) throw new Violation("more in flight than allowed");
    } else if (type !== CONTROL_TYPES.PUBREL) {
      const owed = this.#owed.shift();
      if (owed !== code) throw new Violation(`answer ${code.toString(16)} sent, ${owed?.toString(16)} owed`);
    }
    if (type === CONTROL_TYPES.PUBREL) this.#sentHere.add(code);
  }

  /** Messages that were sent and not acknowledged to the end, as far as the device knows of them. */
  get #unfinished(): number {
    let count = 0;
    for (const number of this.#used.values())
      if (this.#published[number - 1]?.isForgotten === false) count += 1;
    return count;
  }

  #receive(packet: Uint8Array): void {
    const type = (packet[0] as number) >> 4;
    const packetIdentifier = type === CONTROL_TYPES.CONNACK ? 0 : identifierOf(packet);
    const device = this.#device;
    device.receive(packet, (event) => {
      if (device.flash?.hasFailed !== true) this.#happened(event);
    });
    if (type === CONTROL_TYPES.PUBACK || type === CONTROL_TYPES.PUBCOMP) {
      this.#used.delete(packetIdentifier);
      this.#sentHere.delete((CONTROL_TYPES.PUBREL << 16) | packetIdentifier);
    }
    if (device.flash?.hasFailed) return;
    switch (type) {
      case CONTROL_TYPES.CONNACK:
        if (this.#isRefused) {
          this.#refused();
        } else if (packet[2] === 0) {
          this.#isLossUntold = false;
          for (const [used, number] of this.#used) if (!this.#isSentHere(number)) this.#used.delete(used);
        }
        break;
      case CONTROL_TYPES.PUBLISH:
        this.#owed.push(((qosOf(packet) === 1 ? 4 : 5) << 16) | packetIdentifier);
        break;
      case CONTROL_TYPES.PUBREL:
        this.#owed.push((CONTROL_TYPES.PUBCOMP << 16) | packetIdentifier);
        break;
      case CONTROL_TYPES.PUBREC: {
        const number = this.#used.get(packetIdentifier);
        if (number !== undefined) (this.#published[number - 1] as Published).isRecorded = true;
        break;
      }
      default:
    }
  }

  #happened(event: ConnectionEvent): void {
    if (event.type === "connected") return;
    if (event.type === "closed" && event.reason === "refused" && this.#isRefused) return;
    if (event.type !== "message") {
      const cause = event.type === "closed" && event.cause instanceof Error ? event.cause.message : "";
      throw new Violation(`${event.type}: ${cause}`);
    }
    const inbound = this.#inbound[(event.payload[0] as number) - 1];
    if (inbound === undefined || inbound.qos !== event.qos) throw new Violation("a message nobody published");
    inbound.delivered += 1;
    if (inbound.qos === 2 && inbound.delivered > 1) throw new Violation(`${inbound.number} delivered twice`);
    if (inbound.delivered === 1) inOrder(this.#lastDelivered, inbound, "delivered");
  }

  #routed(number: number): void {
    const published = this.#published[number - 1] as Published;
    published.routed += 1;
    if (published.qos === 2 && published.routed > 1 && !published.mayRepeat) {
      throw new Violation(`${number} routed twice`);
    }
    if (published.routed === 1) inOrder(this.#lastRouted, published, "routed");
  }

  #check(): void {
    for (const one of this.#published) one.checkOutcome();
    const { flash, isConnected, outbox, session } = this.#device;
    if (outbox.store?.failure !== undefined) throw new Violation(`the store failed: ${outbox.store.failure}`);
    if (!this.#isIdle || !isConnected || this.#up.length > 0 || this.#down.length > 0) return;
    // Nothing is left to do.
    for (const one of this.#published) one.checkKept();
    for (const one of this.#inbound) one.checkKept();
    const left = [
      outbox.length,
      outbox.byteLength,
      session.inFlight,
      session.identifiers.inUse,
      this.#owed.length,
      this.#broker.inFlight.length,
      this.#broker.unreleased.size,
    ];
    // A message of a device that has forgotten it stays where it is.
    const isForgotten = this.#published.some(({ isForgotten }) => isForgotten);
    if (isForgotten) left.pop();
    if (left.some((count) => count !== 0)) throw new Violation(`something is left: ${left.join(", ")}`);
    if (flash !== undefined) this.#checkStore(flash);
  }

  /** Nothing would come back after a restart now. */
  #checkStore(flash: ModelFlash): void {
    const { outbox, session } = this.#made(flash.restarted());
    if (outbox.length + session.inFlight !== 0) throw new Violation("something is left in the store");
  }

  #count(messages: readonly { readonly qos: 1 | 2 }[], qos: 1 | 2): number {
    let count = 0;
    for (const one of messages) if (one.qos === qos) count += 1;
    return count;
  }
}

/** First arrivals come in the order in which they were published [MQTT-4.6.0-1] [MQTT-4.6.0-5]. */
function inOrder(last: number[], { number, qos }: { number: number; qos: 1 | 2 }, how: string): void {
  if (number < (last[qos] as number)) throw new Violation(`${number} ${how} after ${last[qos]}`);
  last[qos] = number;
}
