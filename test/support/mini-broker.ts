/** A small MQTT 3.1.1 broker in memory, for scenarios of whole devices under the virtual clock; all its state shows. */

import type { IConnectPacket, ISubscribePacket, QoS } from "mqtt-packet";
import type { VirtualNetwork } from "../../host-sim/virtual/virtual-network.js";
import type { Milliseconds } from "../../src/mqtt/ports.js";
import type { ConnectionOwner, EndReason } from "./broker-connection.js";
import { BrokerConnection } from "./broker-connection.js";
import type { BrokerMessage } from "./broker-session.js";
import { BrokerSession } from "./broker-session.js";
import { isTopicFilter, matchesTopic } from "./broker-topic.js";
import type { PacketDescription } from "./server-codec.js";

export interface MiniBrokerOptions {
  /** Default: "broker". */
  readonly host?: string;
  /** Default: 1883. */
  readonly port?: number;
  /** Messages in flight to one client, at most. Default: 20, as mosquitto. */
  readonly maximumInFlight?: number;
  /** The highest QoS granted. Default: 2. */
  readonly maximumQos?: QoS;
  /** The return code for a CONNECT; 0 accepts. Default: accepts all. */
  readonly authenticate?: (connect: IConnectPacket) => number;
  /** Whether a subscription is granted; else SUBACK says 0x80. Default: all are. */
  readonly mayRead?: (clientIdentifier: string, topicFilter: string) => boolean;
}

/** A message that went through the broker. */
export interface PublishedMessage extends BrokerMessage {
  readonly time: Milliseconds;
  /** The payload as UTF-8. */
  readonly text: string;
  /** The publisher's client identifier; "" for the broker itself. */
  readonly from: string;
}

/** A connection that came or went. */
export interface ConnectionEvent {
  readonly time: Milliseconds;
  readonly clientIdentifier: string;
  readonly type: "connected" | EndReason;
}

/** Says whether a packet is to disappear; `in`: from the client. */
export type PacketFault = (
  direction: "in" | "out",
  packet: PacketDescription,
  clientIdentifier: string,
) => boolean;

export class MiniBroker implements ConnectionOwner {
  readonly host: string;
  readonly port: number;
  /** By client identifier: those connected, and those kept for clients that are away. */
  readonly sessions = new Map<string, BrokerSession>();
  /** By topic name. */
  readonly retained = new Map<string, BrokerMessage>();
  /** Everything published, wills included, in order. */
  readonly published: PublishedMessage[] = [];
  readonly connectionEvents: ConnectionEvent[] = [];
  /** Set by a test that wants packets to disappear. */
  fault: PacketFault | undefined;
  readonly #network: VirtualNetwork;
  readonly #options: MiniBrokerOptions;
  readonly #connections = new Set<BrokerConnection>();
  #isRunning = false;
  #generatedCount = 0;

  /** Starts at once. */
  constructor(network: VirtualNetwork, options: MiniBrokerOptions = {}) {
    this.host = options.host ?? "broker";
    this.port = options.port ?? 1883;
    this.#network = network;
    this.#options = options;
    this.start();
  }

  /** Client identifiers of those connected now. */
  get connected(): readonly string[] {
    return [...this.#connections].flatMap(({ session }) => (session ? [session.clientIdentifier] : []));
  }

  /** The texts published to topics that `topicFilter` matches, in order. */
  texts(topicFilter = "#"): readonly string[] {
    return this.published
      .filter(({ topicName }) => matchesTopic(topicFilter, topicName))
      .map(({ text }) => text);
  }

  /** Publishes a message of the broker's own. */
  publish(topicName: string, text: string, options: { qos?: QoS; retain?: boolean } = {}): void {
    const { qos = 0, retain = false } = options;
    this.onMessage({ topicName, payload: new Uint8Array(Buffer.from(text)), qos, retain }, "");
  }

  /** Accepts connections again. */
  start(): void {
    if (!this.#isRunning) {
      this.#isRunning = true;
      this.#network.listen(this.host, this.port, (link) => {
        const connection = new BrokerConnection(link, this.#network.clock, this);
        this.#connections.add(connection);
        return connection;
      });
    }
  }

  /** Ends like a process that is killed: connections break, new ones are refused, no will is published. */
  stop(options: { readonly loseSessions?: boolean } = {}): void {
    this.#isRunning = false;
    this.#network.unlisten(this.host, this.port);
    for (const connection of this.#connections) {
      connection.will = undefined;
      connection.link.server.reset();
      connection.end("connection lost");
    }
    if (options.loseSessions === true) {
      this.sessions.clear();
      this.retained.clear();
    }
  }

  /** Ends the connection of a client, as a broker does by an administrator's hand; its will is published. */
  kick(clientIdentifier: string): void {
    this.#connectionOf(clientIdentifier)?.end("kicked");
  }

  onConnect(connect: IConnectPacket, connection: BrokerConnection): number {
    const isClean = connect.clean ?? true;
    const returnCode = this.#returnCode(connect, isClean);
    if (returnCode !== 0) {
      return returnCode;
    }
    const clientIdentifier = connect.clientId || this.#generateIdentifier();
    this.#connectionOf(clientIdentifier)?.end("taken over");
    const kept = isClean ? undefined : this.sessions.get(clientIdentifier);
    const session = kept ?? new BrokerSession(clientIdentifier, isClean, this.#options.maximumInFlight ?? 20);
    this.sessions.set(clientIdentifier, session);
    connection.session = session;
    this.#log(clientIdentifier, "connected");
    connection.send({ cmd: "connack", returnCode: 0, sessionPresent: kept !== undefined });
    session.attach((packet) => connection.send(packet));
    return 0;
  }

  onMessage(message: BrokerMessage, from: string): void {
    const text = Buffer.from(message.payload).toString("utf8");
    this.published.push({ ...message, time: this.#network.clock.now(), text, from });
    if (message.retain) {
      this.#retain(message);
    }
    for (const session of this.sessions.values()) {
      const qos = grantedQos(session, message.topicName);
      if (qos !== undefined) {
        // To an established subscription without the flag [MQTT-3.3.1-9].
        session.deliver({ ...message, qos: lower(qos, message.qos), retain: false });
      }
    }
  }

  onSubscribe(subscribe: ISubscribePacket, session: BrokerSession): number[] {
    return subscribe.subscriptions.map(({ topic, qos }) => {
      const mayRead = this.#options.mayRead?.(session.clientIdentifier, topic) ?? true;
      if (!isTopicFilter(topic) || !mayRead) {
        return 0x80;
      }
      const granted = lower(qos, this.#options.maximumQos ?? 2);
      session.subscriptions.set(topic, granted);
      return granted;
    });
  }

  onSubscribed(subscribe: ISubscribePacket, granted: readonly number[], session: BrokerSession): void {
    for (const [index, { topic }] of subscribe.subscriptions.entries()) {
      const qos = granted[index];
      if (qos !== 0 && qos !== 1 && qos !== 2) {
        continue;
      }
      for (const message of this.retained.values()) {
        if (matchesTopic(topic, message.topicName)) {
          session.deliver({ ...message, qos: lower(qos, message.qos) });
        }
      }
    }
  }

  onEnd(connection: BrokerConnection, reason: EndReason): void {
    const { session, will, clientIdentifier } = connection;
    this.#connections.delete(connection);
    this.#log(clientIdentifier, reason);
    if (session?.isClean === true) {
      this.sessions.delete(clientIdentifier);
    }
    if (will !== undefined) {
      this.onMessage(will, clientIdentifier);
    }
  }

  isLost(direction: "in" | "out", packet: PacketDescription, clientIdentifier: string): boolean {
    return this.fault?.(direction, packet, clientIdentifier) ?? false;
  }

  #returnCode(connect: IConnectPacket, isClean: boolean): number {
    if (connect.protocolVersion !== 4) {
      return 1;
    }
    // Without an identifier there is no session to come back to [MQTT-3.1.3-8].
    return connect.clientId === "" && !isClean ? 2 : (this.#options.authenticate?.(connect) ?? 0);
  }

  #retain(message: BrokerMessage): void {
    if (message.payload.byteLength === 0) {
      this.retained.delete(message.topicName);
    } else {
      this.retained.set(message.topicName, message);
    }
  }

  #connectionOf(clientIdentifier: string): BrokerConnection | undefined {
    return [...this.#connections].find(({ session }) => session?.clientIdentifier === clientIdentifier);
  }

  #generateIdentifier(): string {
    this.#generatedCount += 1;
    return `generated-${this.#generatedCount}`;
  }

  #log(clientIdentifier: string, type: "connected" | EndReason): void {
    this.connectionEvents.push({ time: this.#network.clock.now(), clientIdentifier, type });
  }
}

/** Several filters that match give the message once, at the highest QoS among them. */
function grantedQos(session: BrokerSession, topicName: string): QoS | undefined {
  let highest: QoS | undefined;
  for (const [topicFilter, qos] of session.subscriptions) {
    if (matchesTopic(topicFilter, topicName) && (highest === undefined || qos > highest)) {
      highest = qos;
    }
  }
  return highest;
}

function lower(first: QoS, second: QoS): QoS {
  return first < second ? first : second;
}
