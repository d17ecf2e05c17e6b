/** The writing half of a stream: collects what is written in one turn and hands it to the socket as one piece. */

import type { Duplex } from "node:stream";
import type { BufferPool } from "./buffer-pool.js";

/** So many announcements of room in a row, then the event loop gets its turn: an endless writer must not stop it. */
const STREAK_LIMIT = 8;

export class NodeSender {
  readonly #socket: Duplex;
  readonly #buffers: BufferPool;
  readonly #window: number;
  readonly #onRoom: (room: number) => void;
  readonly #flushTask = () => this.flush();
  readonly #sentTask = () => this.#onSent();
  #flushScheduled = false;
  /** Borrowed while there is something in it that the socket has not sent. */
  #collected: Buffer | undefined;
  /** Before it are bytes that the socket has not sent yet, which must stay as they are. */
  #start = 0;
  #end = 0;
  /** The room the writer knows of. */
  #announced: number;
  #streak = 0;

  /**
   * As many bytes may wait as fit into one of `buffers`. `onRoom` is called when there is more room than the writer
   * knows of.
   */
  constructor(socket: Duplex, buffers: BufferPool, onRoom: (room: number) => void) {
    this.#socket = socket;
    this.#buffers = buffers;
    this.#window = buffers.byteLength;
    this.#onRoom = onRoom;
    this.#announced = this.#window;
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
    const room = this.room;
    if (bytes.byteLength > room) {
      throw new RangeError(`cannot write ${bytes.byteLength} bytes, room for ${room}`);
    }
    if (bytes.byteLength > this.#window - this.#end) {
      this.flush();
      // What the socket has not sent stays where it is, and is the socket's from now on.
      this.#collected = undefined;
      this.#start = 0;
      this.#end = 0;
    }
    this.#collected ??= this.#buffers.take();
    this.#collected.set(bytes, this.#end);
    this.#end += bytes.byteLength;
    if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      process.nextTick(this.#flushTask);
    }
    this.#announced = room - bytes.byteLength;
    return this.#announced;
  }

  /** Hands everything collected to the socket. */
  flush(): void {
    this.#flushScheduled = false;
    if (this.#start === this.#end || this.#socket.destroyed || this.#socket.writableEnded) {
      return;
    }
    this.#socket.write(this.#collected?.subarray(this.#start, this.#end), this.#sentTask);
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
      this.#buffers.give(this.#collected);
      this.#collected = undefined;
      this.#start = 0;
      this.#end = 0;
    }
  }

  #onSent(): void {
    this.#giveBack();
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
      this.#onRoom(room);
    }
  }
}
