/** One process of the XS engine: it evaluates source text, takes commands, and asks its host while it works on one. */

import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import type { HeapFigures } from "./heap-snapshot.js";
import { readHeapSnapshot } from "./heap-snapshot.js";
import { NetstringReader, netstring } from "./netstring.js";
import { findWorkerFile } from "./worker-file.js";

/** What the engine answers to one request. */
export interface XsReply {
  readonly bytes: Uint8Array;
  /** Units of XS's own meter that the request took; the same for the same work on every machine. */
  readonly compute: number;
  /** Slots in use now, garbage that is not collected yet included. */
  readonly heapCount: number;
}

/** Answers what the engine asks in the middle of a request; it waits for that. */
export type OnQuery = (question: Uint8Array) => Uint8Array;

interface Waiting {
  readonly resolve: (reply: XsReply) => void;
  readonly reject: (error: Error) => void;
}

const METER_END = 1;
const EMPTY = new Uint8Array(0);
const OUTPUT_LIMIT = 2000;
/** What the program means by its exit status. */
const EXITS: Readonly<Record<number, string>> = Object.freeze({
  11: "out of memory",
  12: "stack overflow",
  15: "unhandled exception",
  16: "no more keys",
  17: "too much computation",
});

export class XsWorker {
  readonly #process: ChildProcess;
  readonly #input: Writable;
  readonly #reader = new NetstringReader();
  readonly #onQuery: OnQuery;
  #waiting: Waiting | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #failure: Error | undefined;
  #output = "";

  /** @throws Error that says what is missing when the engine is not installed */
  constructor(onQuery: OnQuery = () => EMPTY) {
    const file = findWorkerFile();
    if ("missing" in file) throw new Error(`XS is not available: ${file.missing}`);
    this.#onQuery = onQuery;
    this.#process = spawn(file.path, ["reed"], {
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
      // In a process group of its own: Ctrl-C is for the device to say goodbye. It ends when its input does.
      detached: true,
    });
    const { stdio } = this.#process;
    this.#input = stdio[3] as Writable;
    // What goes wrong with it shows in its exit.
    this.#input.on("error", () => {});
    (stdio[4] as Readable).on("data", (chunk: Buffer) => this.#received(chunk));
    for (const stream of [stdio[1], stdio[2]]) {
      stream?.on("data", (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString()).slice(-OUTPUT_LIMIT);
      });
    }
    this.#process.once("error", (error) => this.#fail(error));
    this.#process.once("close", (status, signal) => this.#fail(this.#exitError(status, signal)));
  }

  /** Runs `source` as a script. Rejects with what it throws. */
  evaluate(source: string): Promise<XsReply> {
    return this.#request("e", Buffer.from(source));
  }

  /** Calls the global `handleCommand` with an ArrayBuffer, and answers with the one it returns. */
  command(bytes: Uint8Array): Promise<XsReply> {
    return this.#request("?", bytes);
  }

  /** Collects the garbage, and counts what is left. */
  async heap(): Promise<HeapFigures> {
    return readHeapSnapshot(await this.snapshot());
  }

  /** Collects the garbage, and writes down what is left. */
  async snapshot(): Promise<Uint8Array> {
    const directory = mkdtempSync(join(tmpdir(), "reed-xs-"));
    try {
      const path = join(directory, "heap");
      await this.#request("w", Buffer.from(path));
      return readFileSync(path);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }

  /** Ends the process at once; what is under way is rejected. */
  kill(): void {
    this.#fail(new Error("the XS worker was ended"));
    this.#process.kill("SIGKILL");
  }

  /** One at a time, in order. */
  #request(prefix: string, content: Uint8Array): Promise<XsReply> {
    const reply = this.#last.then(
      () =>
        new Promise<XsReply>((resolve, reject) => {
          if (this.#failure !== undefined) {
            reject(this.#failure);
            return;
          }
          this.#waiting = { resolve, reject };
          this.#input.write(netstring(prefix, content));
        }),
    );
    this.#last = reply.catch(() => {});
    return reply;
  }

  #received(chunk: Buffer): void {
    this.#reader.push(chunk);
    try {
      for (let message = this.#reader.next(); message !== undefined; message = this.#reader.next()) {
        this.#handle(message);
      }
    } catch (error) {
      // The host's own fault, or a stream that makes no sense any more.
      this.#fail(error as Error);
      this.#process.kill("SIGKILL");
    }
  }

  #handle(message: Buffer): void {
    const content = message.subarray(1);
    switch (String.fromCharCode(message[0] ?? 0)) {
      case "?":
        this.#input.write(netstring("/", this.#onQuery(content)));
        break;
      case "!":
        this.#take()?.reject(new Error(content.toString() || "unknown error on XS"));
        break;
      case ".":
        this.#take()?.resolve(parseReply(content));
        break;
      default:
        throw new SyntaxError(`unexpected message of the XS worker: ${message.toString("latin1", 0, 40)}`);
    }
  }

  #take(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#take()?.reject(this.#failure);
  }

  #exitError(status: number | null, signal: NodeJS.Signals | null): Error {
    const how = signal ?? EXITS[status ?? 0] ?? `status ${status}`;
    const output = this.#output.trim();
    return new Error(`the XS worker ended: ${how}${output === "" ? "" : `\n${output}`}`);
  }
}

/** Meter figures as JSON, then the answer. */
function parseReply(content: Buffer): XsReply {
  const end = content.indexOf(METER_END);
  if (end <= 0) return { bytes: content, compute: 0, heapCount: 0 };
  const { compute, currentHeapCount } = JSON.parse(content.toString("latin1", 0, end)) as {
    compute: number;
    currentHeapCount: number;
  };
  return { bytes: content.subarray(end + 1), compute, heapCount: currentHeapCount };
}
