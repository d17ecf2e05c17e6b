/** TCP connections as transports: opened by name or address, or taken over when they are open already. */

import { lookup as systemLookup } from "node:dns";
import type { LookupFunction, SocketConstructorOpts } from "node:net";
import { isIP, Socket } from "node:net";
import type { Endpoint, Milliseconds } from "../../src/mqtt/ports.js";
import type { NodeStream } from "./node-stream.js";
import { streamBuffers } from "./stream-buffers.js";
import { dnsFailure, tcpFailure } from "./tcp-failure.js";

/**
 * A socket that knows its stream: with `this` in its listeners no socket needs functions of its own for them, and a
 * process can have ten thousand.
 */
class StreamSocket extends Socket {
  readonly stream: NodeStream;
  /** The name that has to be looked up first; undefined once that is done, or when there is an address. */
  nameSought: string | undefined;

  constructor(stream: NodeStream, host: string) {
    super({ onread: { buffer: streamBuffers.receive, callback: onRead } } as SocketConstructorOpts);
    this.stream = stream;
    this.nameSought = isIP(host) === 0 ? host : undefined;
  }

  /** All that is pushed is the end, as the rest goes to `onRead`. A listener for it, besides Node's, takes a list. */
  override push(chunk: unknown): boolean {
    if (chunk === null) process.nextTick(reportEnd, this.stream);
    return super.push(chunk);
  }
}

/**
 * Connects `stream`, which is opening, to `endpoint`. Nothing is thrown and nobody called before it returns.
 * @param addressTimeout how long one of several addresses of a name is tried before the next one
 * @param lookup resolves names in place of the system's resolver, in the form of `dns.lookup`
 */
export function connectTcp(
  stream: NodeStream,
  endpoint: Endpoint,
  addressTimeout: Milliseconds,
  lookup: LookupFunction = systemLookup,
): void {
  const { host, port } = endpoint;
  const socket = new StreamSocket(stream, host);
  process.nextTick(reportStage, stream, socket.nameSought === undefined ? "tcp" : "dns");
  try {
    socket.connect({
      host,
      port,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: addressTimeout,
      ...(socket.nameSought === undefined ? {} : { lookup: reportingLookup(socket, lookup) }),
    });
  } catch (error) {
    // A port out of range, for one.
    process.nextTick(() => stream.ended(tcpFailure(error as Error)));
    return;
  }
  socket.setNoDelay(true);
  stream.attach(socket);
  socket.on("connect", onConnect);
  socket.on("error", onError);
  socket.on("close", onClose);
}

function reportingLookup(socket: StreamSocket, lookup: LookupFunction): LookupFunction {
  return (name, options, callback) => {
    lookup(name, options, (error, ...found) => {
      if (error === null) {
        socket.nameSought = undefined;
        process.nextTick(reportStage, socket.stream, "tcp");
      }
      callback(error, ...found);
    });
  };
}

function reportStage(stream: NodeStream, stage: "dns" | "tcp"): void {
  stream.began(stage);
}

function onRead(this: StreamSocket, byteLength: number, buffer: Uint8Array): boolean {
  return this.stream.received(buffer, byteLength);
}

function onConnect(this: StreamSocket): void {
  this.stream.opened();
}

function onError(this: StreamSocket, error: Error): void {
  const { stream, nameSought } = this;
  if (!stream.isOpening) stream.ended(error);
  else stream.ended(nameSought === undefined ? tcpFailure(error) : dnsFailure(error, nameSought));
}

function onClose(this: StreamSocket): void {
  reportEnd(this.stream);
}

function reportEnd(stream: NodeStream): void {
  stream.ended(undefined);
}

/** Makes `stream`, which is opening, of a socket that is open already, or about to be. */
export function adoptSocket(stream: NodeStream, socket: Socket): void {
  stream.attach(socket);
  const start = () => {
    socket.setNoDelay(true);
    socket.on("data", (bytes: Buffer) => {
      if (!stream.received(bytes)) socket.pause();
    });
    stream.opened();
  };
  socket.on("error", (error) => stream.ended(stream.isOpening ? tcpFailure(error) : error));
  socket.on("end", () => stream.ended(undefined));
  socket.on("close", () => stream.ended(undefined));
  if (socket.connecting) {
    socket.once("connect", start);
  } else {
    // What came before is delivered after `start` has returned.
    process.nextTick(() => {
      if (socket.destroyed || socket.readableEnded) stream.ended(new Error("the socket is closed already"));
      else if (stream.isOpening) start();
    });
  }
}
