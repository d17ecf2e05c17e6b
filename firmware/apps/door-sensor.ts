/**
 * The door sensor: tells what a reed switch says of a door, as a retained state and as an event for each change.
 *
 * The state is for those who want to know how things are: it is published while there is a connection, and at each new
 * one. The events are for those who want to know what happened: each waits, with its number and its time, until a
 * server has it, so that a door that was opened and closed while there was no network is not forgotten.
 */

import type { DoorSensorSettings } from "../../src/config/app-settings.js";
import type { Message } from "../../src/mqtt/message.js";
import type { Delivery, DeliveryHandler } from "../../src/mqtt/outgoing.js";
import type { Milliseconds, Timer } from "../../src/mqtt/ports.js";
import type { App, AppPorts } from "./app.js";
import { Debouncer } from "./debounce.js";
import type { DigitalInput } from "./io.js";
import { describeLoss } from "./log-text.js";
import { RetainedTopic } from "./retained-topic.js";

export type DoorState = "open" | "closed";

/** What happened, and when by the monotonic clock. */
interface Change {
  readonly sequence: number;
  readonly state: DoorState;
  readonly since: Milliseconds;
  /** It cannot be told at once. */
  readonly late: boolean;
}

/** The end of an event's payload that is not late, from where its flag stands on. */
const NOT_LATE = "false}";

/** Changes kept back until the time of day is known, at most. */
const MAXIMUM_HELD = 32;

export class DoorSensor implements App, DeliveryHandler {
  readonly #settings: DoorSensorSettings;
  readonly #ports: AppPorts;
  readonly #timer: Timer;
  readonly #input: DigitalInput;
  readonly #debouncer: Debouncer;
  readonly #stateTopic: RetainedTopic;
  /** Tells this run of the device from others, in each of which `seq` and `uptime` begin anew. */
  readonly #boot: string;
  readonly #startedAt: Milliseconds;
  #held: Change[] = [];
  #sequence = 0;

  constructor(settings: DoorSensorSettings, ports: AppPorts) {
    const { pin, activeLow, debounce, stateTopic } = settings;
    const { client, clock, log, pins, random, timers } = ports;
    this.#settings = settings;
    this.#ports = ports;
    this.#boot = Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, "0");
    this.#startedAt = clock.now();
    this.#timer = timers.create(() => this.#look());
    this.#input = pins.openInput(pin, activeLow ? "up" : "down", () => this.#look());
    this.#debouncer = new Debouncer(this.#input.read(), debounce, this.#startedAt);
    this.#stateTopic = new RetainedTopic(client, stateTopic, this.state);
    log.info(`door ${this.state}`);
  }

  get state(): DoorState {
    const closed = this.#settings.activeLow ? 0 : 1;
    return this.#debouncer.level === closed ? "closed" : "open";
  }

  onConnected(): void {
    this.#publishHeld();
    this.#stateTopic.refresh();
  }

  stop(): void {
    this.#timer.cancel();
    this.#input.close();
  }

  /** For the client: how an event ended. */
  onOutcome(delivery: Delivery): void {
    const loss = describeLoss(delivery);
    if (loss !== undefined) this.#ports.log.warn(`a door event is lost: ${loss}`);
  }

  /** The pin has changed, or it is time to see whether it has stayed as it was. */
  #look(): void {
    const now = this.#ports.clock.now();
    if (this.#debouncer.sampled(this.#input.read(), now)) this.#changed();
    const { deadline } = this.#debouncer;
    if (deadline !== undefined) this.#timer.schedule(Math.max(0, deadline - now));
  }

  #changed(): void {
    const { client, isDurable, log, wallClock } = this.#ports;
    const { state } = this;
    this.#sequence += 1;
    const late = !client.connected;
    const change = { sequence: this.#sequence, state, since: this.#debouncer.since, late };
    log.info(`door ${state}, event ${this.#sequence}`);
    // Without connection and time of day it need not be sent yet, and by then the time may be known.
    const canWait =
      !isDurable &&
      !client.connected &&
      wallClock.now() === undefined &&
      this.#held.length + 1 < MAXIMUM_HELD;
    if (canWait) {
      this.#held.push(change);
    } else {
      this.#publishHeld();
      this.#publish(change);
    }
    this.#stateTopic.set(state);
  }

  #publishHeld(): void {
    if (this.#held.length === 0) return;
    for (const change of this.#held) this.#publish(change);
    this.#held = [];
  }

  #publish(change: Change): void {
    const payload = this.#describe(change);
    // All ASCII: characters are bytes. One that is late already has no such flag.
    const lateOffset = payload.length - NOT_LATE.length;
    const topicName = this.#settings.eventTopic;
    // Both written out, as a copy with a property more is slow on Node.
    const message: Message = payload.endsWith(NOT_LATE)
      ? { topicName, payload, qos: 1, lateOffset }
      : { topicName, payload, qos: 1 };
    this.#ports.client.publish(message, this);
  }

  /** The payload of an event: JSON, see docs/apps.md. */
  #describe({ sequence, state, since, late }: Change): string {
    const { clock, wallClock } = this.#ports;
    const timeOfDay = wallClock.now();
    const age = clock.now() - since;
    return JSON.stringify({
      seq: sequence,
      state,
      // JSON leaves out what is undefined.
      time: timeOfDay === undefined ? undefined : new Date(timeOfDay - age).toISOString(),
      uptime: Math.round(since - this.#startedAt),
      boot: this.#boot,
      // Last, where its place is known.
      late,
    });
  }
}
