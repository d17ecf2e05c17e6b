/** One attempt: a transport and the connection that runs over it, and what the transport has announced. */

import { Attempt } from "./attempt.js";
import type { TopicReader } from "./connection.js";
import { Connection } from "./connection.js";
import { TransportError } from "./errors.js";
import type { ServerName } from "./event.js";
import type { CalmClient } from "./fast-receive.js";
import { takeAcknowledgement, takeMessage, takePart } from "./fast-receive.js";
import type { ServerOptions } from "./options.js";
import { carriesCredentials } from "./options.js";
import type {
  Clock,
  Milliseconds,
  OpeningStage,
  Transport,
  TransportHandler,
  TransportProvider,
} from "./ports.js";
import type { ReceiveBuffer } from "./receive-buffer.js";
import { ACKNOWLEDGEMENT_LENGTH } from "./receive-buffer.js";
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

export class Link implements TransportHandler {
  readonly server: ServerName;
  readonly connection: Connection;
  /** How long its stages took; undefined once the attempt is over, since it has succeeded. */
  attempt: Attempt | undefined;
  /** When CONNACK came. */
  connectedAt: Milliseconds = 0;
  private readonly owner: LinkOwner;
  readonly options: ServerOptions;
  readonly stream: Transport;
  /**
   * The client, while the connection is up and all there is to do is what arrives: so a turn has left it. It holds until
   * something is asked for, which is then for a turn to do. One field, since else every packet would ask for all that
   * it stands for.
   */
  calm: CalmClient | undefined = undefined;
  /** Then: whether the framer holds the beginning of a packet. */
  private hasPart = false;
  /** Whether `receive` may find something new. Changed here only, and on the fast path, as what follows. */
  hasNews = false;
  readable = 0;
  room = 0;
  /** The room there is when nothing waits in the transport. */
  mostRoom = 0;
  private ended = false;
  /** Whether the stream is open, and whether the connection knows. */
  private opening: "under way" | "untold" | "over" = "under way";
  /** Why it has ended, if it broke. */
  declare private cause?: unknown;

  constructor(
    server: ServerName,
    options: ServerOptions,
    session: Session,
    ports: LinkPorts,
    owner: LinkOwner,
    now: Milliseconds,
    topics?: TopicReader,
    receiveBuffer?: ReceiveBuffer,
  ) {
    this.server = server;
    this.connection = new Connection(options, session, now, topics, receiveBuffer);
    this.attempt = new Attempt(ports.clock);
    this.owner = owner;
    this.options = options;
    this.stream = ports.transport.open(options.endpoint, this);
  }

  onReadable(byteLength: number): void {
    const client = this.calm;
    if (client !== undefined && !client.inTurn) {
      const now = client.clock.now();
      // What has fallen due is for a turn.
      if (now < client.deadline) {
        client.inTurn = true;
        const isAll = this.hasPart
          ? takePart(this, byteLength, now)
          : byteLength === ACKNOWLEDGEMENT_LENGTH
            ? takeAcknowledgement(this, now)
            : takeMessage(this, client, byteLength, now);
        client.inTurn = false;
        if (!isAll) this.owner.onLinkChanged();
        else if (byteLength === ACKNOWLEDGEMENT_LENGTH) client.onAcknowledged();
        return;
      }
    }
    this.announced(byteLength);
    this.owner.onLinkChanged();
  }

  /** So many bytes are there to be read. */
  announced(byteLength: number): void {
    this.readable = byteLength;
    this.hasNews = true;
  }

  onWritable(byteLength: number): void {
    if (this.opening === "under way") {
      this.opening = "untold";
      this.hasNews = true;
    }
    this.room = byteLength;
    if (byteLength > this.mostRoom) this.mostRoom = byteLength;
    // Otherwise there is only more room, for which nothing waits.
    if (this.calm === undefined || this.hasNews) this.owner.onLinkChanged();
  }

  onStage(stage: OpeningStage): void {
    this.attempt?.begin(stage);
  }

  onError(cause?: unknown): void {
    this.ended = true;
    this.hasNews = true;
    // Also when a handler led to it: its message is not answered any more.
    this.calm = undefined;
    if (cause !== undefined) this.cause = cause;
    this.owner.onLinkChanged();
  }

  /**
   * Tells the connection what has happened: takes from the transport what it has room for, and when nothing is left
   * to take, how late it is, if that matters. Returns whether `nextEvent`, which must have had nothing more to tell,
   * may have now.
   */
  receive(now: Milliseconds, isLate = true): boolean {
    const connection = this.connection;
    if (this.opening === "untold") this.opened(now);
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

  /** The turn is over; for `client` all there is to do now is what arrives, if it is given. */
  rest(client: CalmClient | undefined): void {
    const { framer } = this.connection;
    framer.leave();
    this.calm = client;
    this.hasPart = !framer.isBlank;
  }

  /** Gives the transport what the connection has to send; returns whether `nextEvent` may have more to tell then. */
  transmit(now: Milliseconds): boolean {
    const connection = this.connection;
    let any = false;
    try {
      while (this.room > 0 && !this.ended) {
        const bytes = connection.nextTransmit(this.room, now);
        if (bytes === undefined) break;
        this.room = this.stream.write(bytes);
        any = true;
      }
    } catch (error) {
      connection.failed(error);
    }
    // Reading may have waited for room to answer; and without anything sent, it may have been the last it waited for.
    return connection.state === "closed" || (any && !connection.starved);
  }

  /** The guard: nothing that identifies the device goes to a server that nobody vouched for. */
  private opened(now: Milliseconds): void {
    this.opening = "over";
    if (this.stream.peerVerified === false && carriesCredentials(this.options)) {
      const message = "credentials are not sent to a server that nobody vouched for";
      this.connection.lost(new TransportError("tls", "server-unverified", message, "ssl_ca_cert"));
      return;
    }
    this.attempt?.begin("connack");
    this.connection.opened(now);
  }

  /** Ends the transport, after what was written; no packet is taken from it any more. */
  close(): void {
    this.stream.close();
    this.calm = undefined;
  }
}
