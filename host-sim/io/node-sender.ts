/** The writing half of a stream: collects what is written in one turn and hands it to the socket as one piece. */

import type { Duplex } from "node:stream";
import { streamBuffers } from "./stream-buffers.js";

/** So many announcements of room in a row, then the event loop gets its turn: an endless writer must not stop it. */
const STREAK_LIMIT = 8;

/** What a stream is built on, and not an object beside it: of streams there may be ten thousand. */
export abstract class NodeSender {
  /** Undefined before the stream is attached to one. */
  protected socket: Duplex | undefined;
  /** Bytes that may wait to be sent. */
  protected readonly window: number;
  #flushScheduled = false;
  /** Borrowed while there is something in it that the socket has not sent. */
  #collected: Buffer | undefined;
  /** Before it are bytes that the socket has not sent yet, which must stay as they are. */
  #start = 0;
  #end = 0;
  /** The room the writer knows of. */
  #announced: number;
  #streak = 0;

  constructor(window: number) {
    this.window = window;
    this.#announced = window;
  }

  /** There is room for `room` bytes, more than the writer knows of. */
  protected abstract onRoom(room: number): void;

  /** Whether the writer knows of less than the whole window. */
  protected get isRoomShort(): boolean {
    return this.#announced < this.window;
  }

  /** Takes a copy of `bytes` and returns the room left; throws a `RangeError` when there is not enough. */
  protected send(bytes: Uint8Array): number {
    const { byteLength } = bytes;
    const room = this.#room;
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
    const { socket } = this;
    this.#flushScheduled = false;
    if (this.#start === this.#end || socket === undefined || socket.destroyed || socket.writableEnded) {
      return;
    }
    socket.write(this.#collected?.subarray(this.#start, this.#end), () => this.#onSent());
    this.#start = this.#end;
    // Most often the system takes everything at once.
    this.#giveBack();
  }

  /** The event loop has had its turn. */
  protected onTurn(): void {
    this.#streak = 0;
  }

  /** Bytes that may be written now. */
  get #room(): number {
    return this.window - this.#unsent - (this.#end - this.#start);
  }

  /** Bytes that the socket has and the system has not. */
  get #unsent(): number {
    return this.socket === undefined ? 0 : this.socket.writableLength;
  }

  /** Ends the loan when everything is sent. */
  #giveBack(): void {
    if (this.#collected !== undefined && this.#start === this.#end && this.#unsent === 0) {
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
    if (this.#announced * 2 > this.window) return;
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
    const room = this.#room;
    if (room > this.#announced) {
      this.#announced = room;
      this.onRoom(room);
    }
  }
}

function flush(sender: NodeSender): void {
  sender.flush();
}
