/** A client with a transport and a clock of its own, which writes down all that it tells, and what it holds. */

import { VirtualClock } from "../../../../host-sim/virtual/virtual-clock.js";
import { MqttClient } from "../../../../src/mqtt/client.js";
import type { Message } from "../../../../src/mqtt/message.js";
import type { ServerOptions } from "../../../../src/mqtt/options.js";
import type { Outbox } from "../../../../src/mqtt/outbox.js";
import type { Delivery } from "../../../../src/mqtt/outgoing.js";
import type { QoS } from "../../../../src/mqtt/packet.js";
import type { RingLender } from "../../../../src/mqtt/packet-ring.js";
import type { TextPort } from "../../../../src/mqtt/ports.js";
import { ReceiveBuffer } from "../../../../src/mqtt/receive-buffer.js";
import type { Session } from "../../../../src/mqtt/session.js";
import type { ReceivedMessage } from "../../../../src/mqtt/subscriptions.js";
import { decodeUtf8, encodeUtf8 } from "../../../../src/mqtt/utf8.js";
import { MemoryFlash } from "../../../support/memory-flash.js";
import { hexFromBytes, joined } from "../../support/hex.js";
import { ManualTransport } from "../../support/manual-transport.js";
import { OPTIONS } from "../../support/server-options.js";
import { decodeOrThrow } from "../../support/utf8-cases.js";

/** What differs from one conversation to the next. */
export interface Setting {
  readonly maximumInFlight: number;
  readonly cleanSession: boolean;
  /** Who reads and writes UTF-8: our own code, a port, or one that throws where our own code has to say why. */
  readonly text: "own" | "engine" | "throws";
  /** Of one that others could use too; undefined: the client has its own. */
  readonly receiveBufferLength: number | undefined;
  readonly isInstant: boolean;
  /** What the backup is sent at most. */
  readonly backupQos: QoS;
  /** The packet identifier that was given out last. */
  readonly lastIdentifier: number;
  readonly maximumQueueBytes: number;
  readonly queueQos0: boolean;
  readonly earlyPublish: boolean;
  readonly hasFlash: boolean;
}

/** Refuses what the engine refuses; what is not ASCII is left to our own code. */
const TEXT: TextPort = {
  encode: (text) => {
    try {
      return encodeUtf8(text);
    } catch {
      return new Uint8Array(0);
    }
  },
  decode: (bytes) => decodeUtf8(bytes),
};

const TEXTS: Readonly<Record<Setting["text"], TextPort | undefined>> = {
  own: undefined,
  engine: TEXT,
  throws: { ...TEXT, decode: decodeOrThrow },
};

/** What the client holds, which nobody else is to see. */
interface Inside {
  readonly primarySession: Session;
  readonly backupSession: Session;
  readonly link?: { readonly connection: { readonly deadline?: number } };
}

export class Side {
  readonly transport = new ManualTransport();
  readonly clock = new VirtualClock();
  readonly client: MqttClient;
  /** Kept off the fast path. */
  readonly isGeneral: boolean;
  /** Another client, which handlers of this one publish on, too. */
  neighbour: Side | undefined;
  readonly #inside: Inside;
  #log: string[] = [];
  #count = 0;

  /**
   * @param isGeneral whether it is kept off the fast path
   * @param rings lends it a ring; absent: it has its own
   */
  constructor(isGeneral: boolean, setting: Setting, rings?: RingLender) {
    this.isGeneral = isGeneral;
    const { clock, transport } = this;
    const { maximumInFlight, cleanSession, isInstant, backupQos, lastIdentifier } = setting;
    const { earlyPublish, hasFlash, maximumQueueBytes, queueQos0, receiveBufferLength } = setting;
    transport.isInstant = isInstant;
    const observer = { onEvent: (event: object) => this.#tell(JSON.stringify(event)) };
    const ports = {
      transport,
      clock,
      timers: clock,
      random: () => 0.5,
      observer,
      text: TEXTS[setting.text],
      ...(hasFlash && { flash: new MemoryFlash(4096, 4) }),
      shared: {
        ...(rings && { rings }),
        ...(receiveBufferLength !== undefined && {
          receiveBuffer: new ReceiveBuffer(new Uint8Array(receiveBufferLength), true),
        }),
      },
    };
    // The second attempt that fails leads to the other server.
    const options: ServerOptions = {
      ...{ ...OPTIONS, cleanSession, maximumInFlight, receiveLimit: 300 },
      ...{ earlyPublish, maximumQueueBytes, queueQos0 },
      ...{ reconnectMinimum: 100, reconnectMaximum: 100, reconnectStable: 5000 },
    };
    this.client = new MqttClient(ports, options, { ...options, maximumQos: backupQos });
    this.#inside = this.client as unknown as Inside;
    for (const session of this.#sessions) session.identifiers.continueAfter(lastIdentifier);
    if (isGeneral) Object.defineProperty(this.client, "hasCalmed", { value: () => false });
    for (const filter of ["a", "b/+", "b/1"]) this.#subscribe(filter);
    this.client.start();
  }

  /** Whether it leaves within the call. */
  publish(message: Message, more = 0): boolean {
    this.#count += 1;
    const number = this.#count;
    const onOutcome = ({ outcome, reason }: Delivery): void => {
      this.#tell(`${number} ${outcome} ${reason}`);
      if (more > 0) this.publish({ ...message, payload: "more" }, more - 1);
      if (more > 0) this.neighbour?.publish({ ...message, payload: "elsewhere" });
    };
    const before = this.transport.writeCount;
    try {
      this.client.publish(message, { onOutcome });
    } catch (error) {
      this.#tell(`${number} ${(error as { code?: string }).code}`);
    }
    return this.transport.writeCount > before;
  }

  /** A packet in one piece, or in two. */
  arrive(packet: Uint8Array, cut: number): void {
    const at = this.isGeneral ? 1 + (cut % (packet.length - 1)) : 0;
    this.#arriveInParts([packet.subarray(0, at), packet.subarray(at)]);
  }

  /** Two of the same length: each in two, or cut so that what is between the cuts is as long as one of them. */
  arriveTwo(one: Uint8Array, other: Uint8Array, cut: number): void {
    const at = this.isGeneral ? 1 + (cut % (one.length - 1)) : cut % one.length;
    const bytes = joined([one, other]);
    const next = at + one.length;
    this.#arriveInParts([bytes.subarray(0, at), bytes.subarray(at, next), bytes.subarray(next)]);
  }

  /** What was told since the last call, and what is held now. */
  told(): readonly string[] {
    const log = this.#log;
    this.#log = [];
    const held = this.#sessions.map(
      ({ identifiers, inFlight, outbox, unsettled }) =>
        `${inFlight} ${unsettled} ${identifiers.inUse} ${identifiers.last} ${outbox.byteLength} ${outbox.length}`,
    );
    const { pending, connected, server } = this.client;
    return [...log, `${pending} ${connected} ${server} ${this.#inside.link?.connection.deadline}`, ...held];
  }

  /** What its packets stand in. */
  get outbox(): Outbox {
    return this.#inside.primarySession.outbox;
  }

  get #sessions(): readonly Session[] {
    return [this.#inside.primarySession, this.#inside.backupSession];
  }

  #subscribe(topicFilter: string): void {
    const onMessage = (message: ReceivedMessage): void => this.#take(topicFilter, message);
    this.client.subscribe(topicFilter, { onMessage }, 2);
  }

  /** On this stream, if there is one, and not on another that a handler may have led to. */
  #arriveInParts(parts: readonly Uint8Array[]): void {
    const { transport } = this;
    const { openCount } = transport;
    for (const part of parts) {
      if (transport.closed || transport.openCount !== openCount) return;
      if (part.length > 0) transport.arrive(hexFromBytes(part));
      // What a handler asked for leaves now, before the next one asks for more.
      this.clock.advance(0);
    }
  }

  #take(topicFilter: string, message: ReceivedMessage): void {
    const { client } = this;
    const { duplicate, payload, qos, retain, topicName } = message;
    this.#tell(`${topicFilter} ${topicName} ${qos} ${retain} ${duplicate} ${hexFromBytes(payload)}`);
    switch (payload[0]) {
      case 1:
        throw new Error("a handler's");
      case 2:
        this.publish({ topicName: "t", payload, qos: 1 }, 1);
        this.neighbour?.publish({ topicName: "t", payload, qos: 2 }, 1);
        break;
      case 3:
        this.#subscribe("c");
        break;
      case 4:
        client.abandon();
        client.start();
        break;
      case 5:
        client.unsubscribe("b/1");
        break;
      case 6:
        if (payload.length % 4 === 0) client.stop();
        break;
      case 7:
        if (payload.length % 4 === 0) client.finish(1000);
        break;
      case 8:
        this.publish({ topicName: "t", payload, qos: 0 }, 2);
        break;
      case 9:
        this.#subscribe("b/1");
        break;
      case 10:
        this.publish({ topicName: "#", payload, qos: 2 });
        break;
      case 11:
        client.unsubscribe("c");
        this.publish({ topicName: "longer/than/that", payload: "", qos: 2 }, 1);
        break;
      case 16:
        if (payload.length % 4 === 0) this.transport.end();
        break;
      case 17:
        this.transport.give(payload.length % 8);
        break;
      default:
    }
  }

  #tell(line: string): void {
    this.#log.push(line);
  }
}
