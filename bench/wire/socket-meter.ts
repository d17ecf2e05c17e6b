/** What the sockets of a process send: writes, as Node hands them to the system, and segments, as the system says. */

import { execFileSync } from "node:child_process";
import { Socket } from "node:net";

/** Sent so far on one connection. */
export interface Sent {
  /** Calls of the system: each `write` or `writev`. */
  readonly writes: number;
  /** TCP segments with data in them; undefined without `ss` of Linux's iproute2. */
  readonly segments: number | undefined;
}

/** Node's own methods that hand bytes to the system; a stream's implementation may be replaced. */
type Writing = Record<"_write" | "_writev", (this: Socket, ...args: never[]) => unknown>;

/** Counts from its making on, for the connections to `port` of this machine; one for a process. */
export class SocketMeter {
  readonly #port: number;
  #writes = 0;
  #localPort: number | undefined;

  constructor(port: number) {
    this.#port = port;
    const count = (socket: Socket): void => this.#count(socket);
    const prototype = Socket.prototype as unknown as Writing;
    for (const name of ["_write", "_writev"] as const) {
      const original = prototype[name];
      prototype[name] = function (...args): unknown {
        count(this);
        return original.apply(this, args);
      };
    }
  }

  get sent(): Sent {
    return { writes: this.#writes, segments: this.#segments() };
  }

  #count(socket: Socket): void {
    // One that is still connecting is the client's too.
    if (!socket.connecting && socket.remotePort !== this.#port) return;
    this.#writes += 1;
    this.#localPort = socket.localPort;
  }

  #segments(): number | undefined {
    if (this.#localPort === undefined) return 0;
    try {
      const text = execFileSync("ss", ["-tinH", `sport = :${this.#localPort}`], { encoding: "utf8" });
      const found = /\bdata_segs_out:(\d+)/.exec(text)?.[1];
      return found === undefined ? undefined : Number(found);
    } catch {
      return undefined;
    }
  }
}
