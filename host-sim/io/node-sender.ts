/** The writing half of a TCP stream: collects what is written in one turn and hands it to the socket as one piece. */

import type { Socket } from "node:net";

/** So many announcements of room in a row, then the event loop gets its turn: an endless writer must not stop it. */
const STREAK_LIMIT = 8;

export class NodeSender {
  readonly #socket: Socket;
  readonly #window: number;
  readonly #onRoom: (room: number) => void;
  readonly #flushTask = () => this.flush();
  readonly #sentTask = () => this.#onSent();
  #flushScheduled = false;
  #collected: Buffer;
  /** Before it are bytes that the socket has not sent yet, which must stay as they are. */
  #start = 0;
  #end = 0;
  /** The room the writer knows of. */
  #announced: number;
  #streak = 0;

  /** `window`: bytes that may wait, at most. `onRoom` is called when there is more room than the writer knows of. */
  constructor(socket: Socket, window: number, onRoom: (room: number) => void) {
    this.#socket = socket;
    this.#window = window;
    this.#onRoom = onRoom;
    this.#collected = Buffer.allocUnsafeSlow(window);
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
    const room = this.room;
    if (bytes.byteLength > room) {
      throw new RangeError(`cannot write ${bytes.byteLength} bytes, room for ${room}`);
    }
    if (bytes.byteLength > this.#collected.byteLength - this.#end) {
      this.flush();
      this.#collected = Buffer.allocUnsafeSlow(this.#window);
      this.#start = 0;
      this.#end = 0;
    }
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
    this.#socket.write(this.#collected.subarray(this.#start, this.#end), this.#sentTask);
    // Most often the system takes everything at once, and the memory is free again.
    this.#start = this.#socket.writableLength === 0 ? 0 : this.#end;
    this.#end = this.#start;
  }

  /** The event loop has had its turn. */
  onTurn(): void {
    this.#streak = 0;
  }

  #onSent(): void {
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
