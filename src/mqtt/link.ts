/** One attempt: a transport and the connection that runs over it, and what the transport has announced. */

import { Attempt } from "./attempt.js";
import type { TopicReader } from "./connection.js";
import { Connection } from "./connection.js";
import type { MessageEvent } from "./connection-event.js";
import { TransportError } from "./errors.js";
import type { ServerName } from "./event.js";
import type { ServerOptions } from "./options.js";
import { carriesCredentials } from "./options.js";
import type { Outgoing } from "./outgoing.js";
import type { QoS } from "./packet.js";
import type {
  Clock,
  Milliseconds,
  OpeningStage,
  Transport,
  TransportHandler,
  TransportProvider,
} from "./ports.js";
import type { Session } from "./session.js";

/** Whom to tell that there is something to do. */
export interface LinkOwner {
  onLinkChanged(): void;
}

/** Where a link gets its stream, and the time at which its stages begin. */
export interface LinkPorts {
  readonly transport: TransportProvider;
  readonly clock: Clock;
}

/** Bytes of PUBACK and PUBREC. */
const ACKNOWLEDGEMENT_LENGTH = 4;

export class Link implements TransportHandler {
  readonly server: ServerName;
  readonly connection: Connection;
  /** How long its stages took; undefined once the attempt is over, since it has succeeded. */
  attempt: Attempt | undefined;
  /** When CONNACK came. */
  connectedAt: Milliseconds = 0;
  private readonly owner: LinkOwner;
  private readonly options: ServerOptions;
  private readonly watch: Clock;
  private readonly stream: Transport;
  /** Whether `receive` may find something new. */
  hasNews = false;
  private readable = 0;
  private room = 0;
  /** The room there is when nothing waits in the transport. */
  private mostRoom = 0;
  private wasOpened = false;
  /** The connection has not been told yet. */
  private isJustOpen = false;
  private ended = false;
  private cause: unknown;

  constructor(
    server: ServerName,
    options: ServerOptions,
    session: Session,
    ports: LinkPorts,
    owner: LinkOwner,
    now: Milliseconds,
    topics?: TopicReader,
  ) {
    this.server = server;
    this.connection = new Connection(options, session, now, topics);
    this.attempt = new Attempt(now);
    this.owner = owner;
    this.options = options;
    this.watch = ports.clock;
    this.stream = ports.transport.open(options.endpoint, this);
  }

  onReadable(byteLength: number): void {
    this.readable = byteLength;
    this.hasNews = true;
    this.owner.onLinkChanged();
  }

  onWritable(byteLength: number): void {
    if (!this.wasOpened) {
      this.wasOpened = true;
      this.isJustOpen = true;
      this.hasNews = true;
    }
    this.room = byteLength;
    if (byteLength > this.mostRoom) this.mostRoom = byteLength;
    this.owner.onLinkChanged();
  }

  onStage(stage: OpeningStage): void {
    this.attempt?.begin(stage, this.watch.now());
  }

  onError(cause?: unknown): void {
    this.ended = true;
    this.hasNews = true;
    this.cause = cause;
    this.owner.onLinkChanged();
  }

  /**
   * Tells the connection what has happened: takes from the transport what it has room for, and when nothing is left
   * to take, how late it is, if that matters. Returns whether `nextEvent`, which must have had nothing more to tell,
   * may have now.
   */
  receive(now: Milliseconds, isLate = true): boolean {
    const connection = this.connection;
    if (this.isJustOpen) this.opened(now);
    if (this.readable > 0 && connection.starved) {
      try {
        const space = connection.space(this.readable);
        this.stream.read(space);
        const byteLength = space.length;
        this.readable -= byteLength;
        this.hasNews = this.readable > 0 || this.ended;
        connection.received(byteLength, now);
      } catch (error) {
        connection.failed(error);
      }
      return true;
    }
    if (this.readable === 0) this.hasNews = this.ended;
    // What is still unread at the end cannot be answered any more; the server sends it again if it matters.
    if (this.ended) connection.lost(this.cause);
    else if (isLate) connection.expired(now);
    return connection.state === "closed";
  }

  /** Whether it is up, and neither is anything to be sent nor anything left to be read. */
  get isIdle(): boolean {
    return this.attempt === undefined && !this.hasNews && this.connection.isIdle;
  }

  /**
   * Reads one packet that has arrived by itself; a message is the only one of which there is more to tell. If it is
   * anything else, or there is more, `hasNews` stays. Only when it was idle before.
   */
  takeOne(now: Milliseconds): MessageEvent | undefined {
    const connection = this.connection;
    const readable = this.readable;
    if (readable === 0) return undefined;
    try {
      const space = connection.space(readable);
      this.stream.read(space);
      const byteLength = space.length;
      this.readable = readable - byteLength;
      const event = connection.receivedAlone(byteLength, now);
      this.hasNews = !connection.starved || this.readable > 0 || this.ended;
      return event;
    } catch (error) {
      connection.failed(error);
      return undefined;
    }
  }

  /** Writes the acknowledgement of the message that `takeOne` gave, if there is to be one; false: there is no room for it. */
  answer(now: Milliseconds): boolean {
    if (this.room < ACKNOWLEDGEMENT_LENGTH) return false;
    const bytes = this.connection.takeOwed(now);
    if (bytes !== undefined) this.room = this.stream.write(bytes);
    return true;
  }

  /** Whether a message leaves at once when it is launched now: nothing waits in the transport. Only when it is idle. */
  get isFree(): boolean {
    return this.room === this.mostRoom;
  }

  /** Writes a message whole, unless there is no room for all of it. Only when `isFree`. */
  launch(outgoing: Outgoing, qos: QoS, now: Milliseconds): boolean {
    const bytes = this.connection.launch(outgoing, qos, this.room, now);
    if (bytes === undefined) return false;
    this.room = this.stream.write(bytes);
    return true;
  }

  /** Gives the transport what the connection has to send; returns whether `nextEvent` may have more to tell then. */
  transmit(now: Milliseconds): boolean {
    const connection = this.connection;
    let any = false;
    while (this.room > 0 && !this.ended) {
      const bytes = connection.nextTransmit(this.room, now);
      if (bytes === undefined) break;
      this.room = this.stream.write(bytes);
      any = true;
    }
    // Reading may have waited for room to answer; and without anything sent, it may have been the last it waited for.
    return connection.state === "closed" || (any && !connection.starved);
  }

  /** The guard: nothing that identifies the device goes to a server that nobody vouched for. */
  private opened(now: Milliseconds): void {
    this.isJustOpen = false;
    if (this.stream.peerVerified === false && carriesCredentials(this.options)) {
      const message = "credentials are not sent to a server that nobody vouched for";
      this.connection.lost(new TransportError("tls", "server-unverified", message, "ssl_ca_cert"));
      return;
    }
    this.attempt?.begin("connack", now);
    this.connection.opened(now);
  }

  /** Ends the transport, after what was written. */
  close(): void {
    this.stream.close();
  }
}
