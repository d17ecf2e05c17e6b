/** The writing half of a stream: collects what is written in one turn and hands it to the socket as one piece. */

import type { Duplex } from "node:stream";
import { streamBuffers } from "./stream-buffers.js";

/** Whom a sender tells. */
export interface SenderOwner {
  /** There is room for `room` bytes. */
  onRoom(room: number): void;
}

/** So many announcements of room in a row, then the event loop gets its turn: an endless writer must not stop it. */
const STREAK_LIMIT = 8;

export class NodeSender {
  readonly #socket: Duplex;
  readonly #window: number;
  readonly #owner: SenderOwner;
  #flushScheduled = false;
  /** Borrowed while there is something in it that the socket has not sent. */
  #collected: Buffer | undefined;
  /** Before it are bytes that the socket has not sent yet, which must stay as they are. */
  #start = 0;
  #end = 0;
  /** The room the writer knows of. */
  #announced: number;
  #streak = 0;

  /** @param window bytes that may wait to be sent */
  constructor(socket: Duplex, window: number, owner: SenderOwner) {
    this.#socket = socket;
    this.#window = window;
    this.#owner = owner;
    this.#announced = window;
  }

  /** Bytes that may be written now. */
  get room(): number {
    return this.#window - this.#socket.writableLength - (this.#end - this.#start);
  }

  get isRoomShort(): boolean {
    return this.#announced < this.#window;
  }

  /** Takes a copy of `bytes` and returns the room left; throws a `RangeError` when there is not enough. */
  write(bytes: Uint8Array): number {
    const { byteLength } = bytes;
    const room = this.room;
    if (byteLength > room) {
      throw new RangeError(`cannot write ${byteLength} bytes, room for ${room}`);
    }
    if (byteLength > (this.#collected ?? streamBuffers.send).byteLength - this.#end) {
      this.flush();
      // What the socket has not sent stays where it is, and is the socket's from now on.
      this.#letGo();
      if (byteLength > streamBuffers.send.byteLength) this.#collected = Buffer.allocUnsafeSlow(byteLength);
    }
    this.#collected ??= streamBuffers.send.take();
    this.#collected.set(bytes, this.#end);
    this.#end += byteLength;
    if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      process.nextTick(flush, this);
    }
    this.#announced = room - byteLength;
    return this.#announced;
  }

  /** Hands everything collected to the socket. */
  flush(): void {
    this.#flushScheduled = false;
    if (this.#start === this.#end || this.#socket.destroyed || this.#socket.writableEnded) {
      return;
    }
    this.#socket.write(this.#collected?.subarray(this.#start, this.#end), () => this.#onSent());
    this.#start = this.#end;
    // Most often the system takes everything at once.
    this.#giveBack();
  }

  /** The event loop has had its turn. */
  onTurn(): void {
    this.#streak = 0;
  }

  /** Ends the loan when everything is sent. */
  #giveBack(): void {
    if (this.#collected !== undefined && this.#start === this.#end && this.#socket.writableLength === 0) {
      streamBuffers.send.give(this.#collected);
      this.#letGo();
    }
  }

  #letGo(): void {
    this.#collected = undefined;
    this.#start = 0;
    this.#end = 0;
  }

  #onSent(): void {
    this.#giveBack();
    // A writer that knows of room enough need not hear after each write that it has all of it again.
    if (this.#announced * 2 > this.#window) return;
    this.#streak += 1;
    if (this.#streak < STREAK_LIMIT) {
      this.#announce();
    } else {
      setImmediate(() => {
        this.#streak = 0;
        this.#announce();
      });
    }
  }

  #announce(): void {
    const room = this.room;
    if (room > this.#announced) {
      this.#announced = room;
      this.#owner.onRoom(room);
    }
  }
}

function flush(sender: NodeSender): void {
  sender.flush();
}
