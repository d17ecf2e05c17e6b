/**
 * A device: the MQTT client and the application that a config asks for, made of the ports of the place it runs in.
 * The same on the ESP32, in the XS worker and on Node.
 *
 * The application is at work as soon as the device is made, so that nothing is missed while the network comes up;
 * what it has to say waits in the client's queue. `start` is for when there is a network.
 */

import { APPS_WITH_STORE } from "../../src/config/app-keys.js";
import { ConfigError } from "../../src/config/problem.js";
import type { Config } from "../../src/config/schema.js";
import { ANY_SERVER } from "../../src/config/server-endpoint.js";
import { serverOptions } from "../../src/config/server-options.js";
import { MqttClient } from "../../src/mqtt/client.js";
import type { ClientEvent, ClientObserver, ServerName } from "../../src/mqtt/event.js";
import type { DeliveryHandler } from "../../src/mqtt/outgoing.js";
import type { Flash, Milliseconds, TextPort, Timer, TransportProvider } from "../../src/mqtt/ports.js";
import type { SharedMemory } from "../../src/mqtt/shared-memory.js";
import { checkTopicName } from "../../src/mqtt/topic.js";
import { encodeUtf8 } from "../../src/mqtt/utf8.js";
import type { App, AppPorts } from "./app.js";
import type { WifiReport } from "./attempt-text.js";
import { chooseApp } from "./choose-app.js";
import { countersText, describeError, describeEvent, eventLevel } from "./log-text.js";
import { RetainedTopic } from "./retained-topic.js";

/** The world a device lives in. */
export interface DevicePorts extends Omit<AppPorts, "client" | "isDurable"> {
  readonly transport: TransportProvider;
  /** Its name if `device.id` is empty, such as one made of the MAC address. */
  readonly deviceId: string;
  /** Absent: UTF-8 is our own code's work. */
  readonly text?: TextPort | undefined;
  /** Where events and sessions survive a loss of power; absent: they do not. */
  readonly flash?: Flash;
  /** Of several devices in a process; absent: all of it is the device's own. */
  readonly shared?: SharedMemory;
  /** What is known of the Wi-Fi at the end of an attempt to connect; absent where it is not the device's business. */
  readonly wifi?: () => WifiReport;
  /** Hears what the client tells, after it was logged. */
  readonly observer?: ClientObserver;
}

/** How often a device that requires the time looks whether it is known. */
const TIME_CHECK_INTERVAL: Milliseconds = 500;
/** How long `offline` may take to be acknowledged when the device stops. */
const GOODBYE_TIMEOUT: Milliseconds = 2000;

/**
 * | phase    | input                                  | next     | then                      |
 * |----------|----------------------------------------|----------|---------------------------|
 * | unlinked | an attempt starts                      | linked   |                           |
 * | unlinked | `stop`                                 | over     |                           |
 * | linked   | the attempt failed, or the link ended  | unlinked |                           |
 * | linked   | `stop` before CONNACK                  | leaving  | the client is stopped     |
 * | linked   | `stop` after CONNACK                   | goodbye  | `offline` is published    |
 * | goodbye  | `offline` is acknowledged              | leaving  | the client is stopped     |
 * | goodbye  | it is not, in time                     | leaving  | the client is abandoned   |
 * | goodbye  | the link ended                         | over     | the client is stopped     |
 * | leaving  | the link ended                         | over     |                           |
 */
type Phase = "unlinked" | "linked" | "goodbye" | "leaving" | "over";

export class Device implements ClientObserver, DeliveryHandler {
  /** `device.id`, or the platform's. */
  readonly id: string;
  readonly app: App;
  readonly client: MqttClient;
  readonly #ports: DevicePorts;
  readonly #status: RetainedTopic;
  /** Where the connect report goes; undefined when it is not wanted. */
  readonly #reportTopic: string | undefined;
  readonly #timer: Timer;
  readonly #requiresTime: boolean;
  #isWaitingForTime = false;
  #phase: Phase = "unlinked";
  #onStopped: (() => void) | undefined;
  /** How the last attempt failed, for the report of the one that succeeds. */
  #lastFailure: string | undefined;

  /**
   * @throws ConfigError when the config does not say what the device is for, or has no server for it
   * @throws UsageError when its name cannot stand in a topic
   */
  constructor(config: Config, ports: DevicePorts) {
    const { climate, clock, log, pins, random, shared, text, timers, transport, wallClock } = ports;
    const id = config.device.id || ports.deviceId;
    checkTopicName(id);
    const { statusTopic, start } = chooseApp(config, id);
    // The server says it for a device that cannot any more.
    const will = { topicName: statusTopic, payload: encodeUtf8("offline"), qos: 1, retain: true } as const;
    const primary = serverOptions(config, "mqtt", id, will);
    if (primary === undefined) {
      throw new ConfigError([{ code: "missing", path: "mqtt.enable", expected: "true", value: "false" }]);
    }
    const backup = serverOptions(config, "mqtt1", id, will);
    this.id = id;
    this.#ports = ports;
    this.#timer = timers.create(() => this.#expired());
    this.#requiresTime = config.mqtt.require_time || (backup !== undefined && config.mqtt1.require_time);
    const flash = this.#flashFor(config);
    this.client = new MqttClient(
      {
        transport,
        clock,
        timers,
        random,
        text,
        observer: this,
        ...(flash === undefined ? {} : { flash }),
        ...(shared === undefined ? {} : { shared }),
      },
      primary,
      backup,
    );
    this.#status = new RetainedTopic(this.client, statusTopic, "online");
    if (config.device.report) this.#reportTopic = `${statusTopic}/connection`;
    this.app = start({
      client: this.client,
      clock,
      timers,
      random,
      pins,
      wallClock,
      log,
      isDurable: flash !== undefined,
      ...(climate === undefined ? {} : { climate }),
    });
    for (const server of ["mqtt", "mqtt1"] as const) {
      this.#warnOfOtherWill(config, server, statusTopic);
      this.#warnOfAnyServer(config, server);
    }
  }

  /** Connects, and stays connected; with `require_time` it first waits until the time of day is known. */
  start(): void {
    if (this.#phase !== "unlinked") return;
    const { log, wallClock } = this.#ports;
    if (!this.#requiresTime || wallClock.now() !== undefined) {
      this.#isWaitingForTime = false;
      this.client.start();
      return;
    }
    if (!this.#isWaitingForTime) log.info("waiting for the time of day, as require_time is set");
    this.#isWaitingForTime = true;
    this.#timer.schedule(TIME_CHECK_INTERVAL);
  }

  /**
   * Ends the application, says `offline`, disconnects: once and for good, a device that is to run again is made anew.
   * Takes `response_timeout` and 2 s at the longest, as when the link is dead.
   */
  stop(onStopped?: () => void): void {
    if (this.#phase !== "unlinked" && this.#phase !== "linked") return;
    this.#onStopped = onStopped;
    this.#guard(() => this.app.stop());
    if (!this.client.connected) {
      this.#leave();
      return;
    }
    // DISCONNECT makes the server forget the will [MQTT-3.14.4-3], so the device says it itself.
    this.#phase = "goodbye";
    this.#status.set("offline", this);
    this.#timer.schedule(GOODBYE_TIMEOUT);
  }

  /** For the client. */
  onEvent(event: ClientEvent): void {
    if (event.type === "connecting") this.#phase = "linked";
    const isReport = event.type === "ready" || event.type === "disconnected";
    const text = describeEvent(event, isReport ? this.#ports.wifi?.() : undefined);
    this.#ports.log[eventLevel(event)](text);
    this.#ports.observer?.onEvent(event);
    if (isReport && event.stages !== undefined) this.#noteAttempt(event.type === "ready", text);
    // Who observes may have stopped it.
    if (event.type === "connected" && this.#phase === "linked") this.#connected();
    else if (event.type === "disconnected") this.#disconnected();
  }

  /** For the client: what became of `offline`. */
  onOutcome(): void {
    if (this.#phase === "goodbye") this.#leave();
  }

  #connected(): void {
    this.#status.refresh();
    this.#guard(() => this.app.onConnected());
  }

  #noteAttempt(isReady: boolean, text: string): void {
    if (!isReady) {
      this.#lastFailure = text;
      return;
    }
    if (this.#reportTopic !== undefined && this.#phase === "linked") {
      const lines = [text, this.#lastFailure, countersText(this.client.counters)];
      const payload = lines.filter((line) => line !== undefined).join("\n");
      // QoS 0: it is of this connection, and of no use on another one.
      this.client.publish({ topicName: this.#reportTopic, payload, retain: true, kind: "state" });
    }
    this.#lastFailure = undefined;
  }

  #disconnected(): void {
    if (this.#phase === "linked") {
      this.#phase = "unlinked";
      return;
    }
    this.client.stop();
    this.#end();
  }

  #expired(): void {
    if (this.#phase === "unlinked") {
      this.start();
      return;
    }
    if (this.#phase !== "goodbye") {
      this.#onStopped?.();
      return;
    }
    // No server has `offline`: rather let it publish the will, which says the same.
    this.#phase = "leaving";
    this.client.abandon();
  }

  #leave(): void {
    const hasLink = this.#phase !== "unlinked";
    this.#timer.cancel();
    this.client.stop();
    if (hasLink) this.#phase = "leaving";
    else this.#end();
  }

  #end(): void {
    this.#phase = "over";
    // Whoever waits for it is called last of all, from neither `stop` nor the client's turn.
    this.#timer.schedule(0);
  }

  /** A faulty application must not keep the device from its connection. */
  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#ports.log.error(`the application failed: ${describeError(error)}`);
    }
  }

  /** The flash, if the config wants it used. */
  #flashFor({ app, device: { queue_store: store } }: Config): Flash | undefined {
    const isWanted = store === "" ? APPS_WITH_STORE.includes(app) : store === "flash";
    const { flash, log } = this.#ports;
    if (!isWanted) return undefined;
    if (flash === undefined && store === "flash") {
      log.warn(
        "device.queue_store is flash, but there is none here: messages do not survive a loss of power",
      );
    }
    return flash;
  }

  /** Loudly: it is for tests, and easily forgotten. */
  #warnOfAnyServer(config: Config, server: ServerName): void {
    const { enable, ssl_ca_cert: caCertificates } = config[server];
    if (!enable || caCertificates !== ANY_SERVER) return;
    this.#ports.log.error(
      `${server}.ssl_ca_cert is "*": ANY server is accepted, whoever it is; this is for tests only`,
    );
  }

  #warnOfOtherWill(config: Config, server: ServerName, statusTopic: string): void {
    const { enable, will_topic: topicName, will_retain: retain } = config[server];
    if (!enable || topicName === "" || (topicName === statusTopic && retain)) return;
    this.#ports.log.warn(
      `${server}.will_topic is not the device's own: "online" stays on ${statusTopic} when the link breaks`,
    );
  }
}
