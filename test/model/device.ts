/** The device of the model: the real outbox, session, connection, message store and journal, over flash in memory. */

import { Connection } from "../../src/mqtt/connection.js";
import type { ConnectionEvent } from "../../src/mqtt/connection-event.js";
import { encodedLength } from "../../src/mqtt/encode.js";
import { MessageStore } from "../../src/mqtt/message-store.js";
import type { ServerOptions } from "../../src/mqtt/options.js";
import { connectPacket } from "../../src/mqtt/options.js";
import { Outbox } from "../../src/mqtt/outbox.js";
import type { Outgoing } from "../../src/mqtt/outgoing.js";
import { restoreState } from "../../src/mqtt/restore-state.js";
import { Session } from "../../src/mqtt/session.js";
import { OPTIONS } from "../mqtt/support/server-options.js";
import { MemoryFlash } from "../support/memory-flash.js";

/** Nothing of the model depends on time. */
const NOW = 0;
/** More than the device ever writes at once. */
const ROOM = 1000;

/** Flash that says where the last write ended, which is how full the journal is. */
export class ModelFlash extends MemoryFlash {
  end = 0;
  hasFailed = false;

  override onPowerFailure: (() => void) | undefined = () => {
    this.hasFailed = true;
  };

  override write(offset: number, bytes: Uint8Array): void {
    super.write(offset, bytes);
    this.end = offset + bytes.length;
  }

  override restarted(): ModelFlash {
    const flash = new ModelFlash(this.blockLength, this.blockCount, this.bytes.slice());
    flash.end = this.end;
    return flash;
  }
}

export class ModelDevice {
  readonly flash: ModelFlash | undefined;
  readonly outbox: Outbox;
  readonly session: Session;
  readonly #options: ServerOptions;
  #connection: Connection | undefined;

  /**
   * Power has come (back).
   * @param isEarly whether messages may follow CONNECT before CONNACK
   */
  constructor(window: number, flash: ModelFlash | undefined, isEarly = false) {
    this.#options = { ...OPTIONS, keepAlive: 0, maximumInFlight: window, earlyPublish: isEarly };
    this.flash = flash;
    const store = flash && new MessageStore(flash);
    this.outbox = new Outbox(store);
    this.session = new Session(this.outbox, "mqtt", true);
    if (store !== undefined) {
      const backup = new Session(this.outbox, "mqtt1", false);
      restoreState(store, this.outbox, [this.session, backup], [this.#options, undefined]);
    }
  }

  get isOnline(): boolean {
    return this.#connection !== undefined;
  }

  get isConnected(): boolean {
    return this.#connection?.state === "connected";
  }

  /** As `MqttClient.publish`. */
  publish(number: number, qos: 1 | 2, isKept: boolean): Outgoing {
    const message = { topicName: `${qos}`, payload: Uint8Array.of(number), qos };
    // What may expire is not kept; and this will not.
    const kept = isKept ? message : { ...message, expiresAfter: Number.MAX_SAFE_INTEGER };
    const room = Math.max(0, this.#options.maximumInFlight - this.session.inFlight);
    return this.outbox.add(kept, undefined, NOW, this.#options, this.isConnected, room);
  }

  /** A stream is open, and CONNECT on its way. */
  connect(): void {
    this.#connection = new Connection(this.#options, this.session, NOW);
    this.#connection.opened(NOW);
    // CONNECT by itself, which is not looked at.
    this.#connection.nextTransmit(encodedLength(connectPacket(this.#options)), NOW);
  }

  /** What it writes next. */
  transmit(): Uint8Array | undefined {
    return this.#connection?.nextTransmit(ROOM, NOW);
  }

  /** A packet arrives; `onEvent` is told what comes of it. */
  receive(packet: Uint8Array, onEvent: (event: ConnectionEvent) => void): void {
    const connection = this.#connection as Connection;
    connection.space(packet.length).set(packet);
    connection.received(packet.length, NOW);
    for (let event = connection.nextEvent(NOW); event !== undefined; event = connection.nextEvent(NOW)) {
      onEvent(event);
    }
  }

  /** The stream breaks. */
  drop(): void {
    this.#connection?.lost(new Error("reset"));
    this.#connection = undefined;
    this.outbox.disconnected(false);
  }
}
