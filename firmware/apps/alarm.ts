/**
 * The alarm: sounds a siren when a door opens while it is armed. Commands arm and disarm it over MQTT.
 *
 * It acts on what is published while it listens. What a server kept and replays (retained messages, after each new
 * subscription) changes nothing unless `triggerOnRetained` is set: else an old `open`, or a command somebody published
 * with the retain flag last year, would switch it at every reconnection. Without a connection it stays as it is, and so
 * does the siren.
 */

import type { AlarmSettings } from "../../src/config/app-settings.js";
import type { ReceivedMessage } from "../../src/mqtt/subscriptions.js";
import type { AlarmInput, AlarmState } from "./alarm-state.js";
import { ALARM_COMMANDS, ALARM_TRANSITIONS } from "./alarm-state.js";
import type { App, AppPorts } from "./app.js";
import type { DigitalOutput, Level, Log } from "./io.js";
import { quoted, shortText } from "./payload-text.js";
import { RetainedTopic } from "./retained-topic.js";

export class Alarm implements App {
  readonly #settings: AlarmSettings;
  readonly #log: Log;
  readonly #siren: DigitalOutput;
  readonly #stateTopic: RetainedTopic;
  #state: AlarmState;
  #stopped = false;

  /** @throws UsageError when a topic is none */
  constructor(settings: AlarmSettings, { client, pins, log }: AppPorts) {
    const { armed, doors, commandTopic, stateTopic, sirenPin } = settings;
    this.#settings = settings;
    this.#log = log;
    this.#state = armed ? "armed" : "disarmed";
    this.#siren = pins.openOutput(sirenPin, this.#sirenLevel(false));
    this.#stateTopic = new RetainedTopic(client, stateTopic, this.#state);
    const doorHandler = { onMessage: (message: ReceivedMessage) => this.#onDoor(message) };
    for (const topicFilter of doors) client.subscribe(topicFilter, doorHandler);
    client.subscribe(commandTopic, { onMessage: (message) => this.#onCommand(message) });
    log.info(`alarm ${this.#state}, watching ${doors.map(quoted).join(", ")}`);
  }

  get state(): AlarmState {
    return this.#state;
  }

  onConnected(): void {
    this.#stateTopic.refresh();
  }

  /** Whoever stopped the device could not silence it over MQTT any more. */
  stop(): void {
    this.#stopped = true;
    this.#siren.write(this.#sirenLevel(false));
  }

  /**
   * Something happens to the alarm: a command, which may also come from a panel on the device itself, or a door.
   * @param cause who or what did it, for the log
   * @returns whether that changed its state
   */
  apply(input: AlarmInput, cause: string): boolean {
    const state = ALARM_TRANSITIONS[this.#state][input];
    if (this.#stopped || state === this.#state) return false;
    this.#state = state;
    this.#log.info(`alarm ${state}: ${cause}`);
    this.#stateTopic.set(state);
    this.#siren.write(this.#sirenLevel(state === "triggered"));
    return true;
  }

  #onDoor(message: ReceivedMessage): void {
    if (shortText(message.payload) !== "open" || this.#isReplay(message)) return;
    this.apply("door-open", `${quoted(message.topicName)} says open`);
  }

  /** Every command is answered with the state, changed or not, so that who sent it sees what came of it. */
  #onCommand(message: ReceivedMessage): void {
    if (this.#isReplay(message)) return;
    const { payload, topicName } = message;
    const text = shortText(payload);
    const command = ALARM_COMMANDS.find((known) => known === text);
    if (command === undefined) {
      const what = text === undefined ? `of ${payload.length} bytes` : quoted(text);
      this.#log.warn(`unknown command ${what}, known are ${ALARM_COMMANDS.join(", ")}`);
    }
    const changed = command !== undefined && this.apply(command, `command on ${quoted(topicName)}`);
    if (!changed) this.#stateTopic.set(this.#state);
  }

  #isReplay({ retain, topicName }: ReceivedMessage): boolean {
    if (!retain || this.#settings.triggerOnRetained) return false;
    this.#log.info(`retained message on ${quoted(topicName)} ignored, as alarm.trigger_on_retained is false`);
    return true;
  }

  #sirenLevel(sounding: boolean): Level {
    return sounding === this.#settings.sirenActiveLow ? 0 : 1;
  }
}
