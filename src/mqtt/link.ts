/** One attempt: a transport and the connection that runs over it, and what the transport has announced. */

import { Connection } from "./connection.js";
import type { ServerName } from "./event.js";
import type { ServerOptions } from "./options.js";
import type { Milliseconds, Transport, TransportHandler, TransportProvider } from "./ports.js";
import type { Session } from "./session.js";

/** Whom to tell that there is something to do. */
export interface LinkOwner {
  onLinkChanged(): void;
}

export class Link implements TransportHandler {
  readonly server: ServerName;
  readonly connection: Connection;
  /** When CONNACK came. */
  connectedAt: Milliseconds = 0;
  readonly #owner: LinkOwner;
  readonly #transport: Transport;
  #readable = 0;
  #room = 0;
  #open = false;
  #ended = false;
  #cause: unknown;

  constructor(
    server: ServerName,
    options: ServerOptions,
    session: Session,
    provider: TransportProvider,
    owner: LinkOwner,
    now: Milliseconds,
  ) {
    this.server = server;
    this.connection = new Connection(options, session, now);
    this.#owner = owner;
    this.#transport = provider.open(options.endpoint, this);
  }

  onReadable(byteLength: number): void {
    this.#readable = byteLength;
    this.#owner.onLinkChanged();
  }

  onWritable(byteLength: number): void {
    this.#room = byteLength;
    this.#open = true;
    this.#owner.onLinkChanged();
  }

  onError(cause?: unknown): void {
    this.#ended = true;
    this.#cause = cause;
    this.#owner.onLinkChanged();
  }

  /**
   * Tells the connection what has happened: takes from the transport what it has room for, and when nothing is left
   * to take, how late it is. Returns whether `nextEvent`, which must have had nothing more to tell, may have now.
   */
  receive(now: Milliseconds): boolean {
    const { connection } = this;
    if (this.#open && connection.state === "opening") connection.opened(now);
    if (this.#readable > 0 && connection.starved) {
      const space = connection.space(this.#readable);
      this.#transport.read(space);
      this.#readable -= space.length;
      connection.received(space.length, now);
      return true;
    }
    // What is still unread at the end cannot be answered any more; the server sends it again if it matters.
    if (this.#ended) connection.lost(this.#cause);
    else connection.expired(now);
    return connection.state === "closed";
  }

  /** Gives the transport what the connection has to send; returns whether that changed anything. */
  transmit(now: Milliseconds): boolean {
    let any = false;
    while (this.#room > 0 && !this.#ended) {
      const bytes = this.connection.nextTransmit(this.#room, now);
      if (bytes === undefined) break;
      this.#room = this.#transport.write(bytes);
      any = true;
    }
    // Without anything sent when it was only waiting for the room to end.
    return any || this.connection.state === "closed";
  }

  /** Ends the transport, after what was written. */
  close(): void {
    this.#transport.close();
  }
}
