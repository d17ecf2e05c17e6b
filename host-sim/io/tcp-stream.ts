/** TCP connections as transports: opened by name or address, or taken over when they are open already. */

import { lookup } from "node:dns";
import type { LookupFunction, Socket } from "node:net";
import { connect, isIP } from "node:net";
import type { Endpoint, Milliseconds } from "../../src/mqtt/ports.js";
import type { NodeStream } from "./node-stream.js";
import { dnsFailure, tcpFailure } from "./tcp-failure.js";

export interface ConnectOptions {
  /** How long one of several addresses of a name is tried before the next one. */
  readonly addressTimeout: Milliseconds;
  /** Resolves names in place of the system's resolver, in the form of `dns.lookup`. */
  readonly lookup: LookupFunction | undefined;
  /** Where Node puts what it receives; one for many streams, as what is in it is taken out at once. */
  readonly receiveBuffer: Buffer;
  onStage(stage: "dns" | "tcp"): void;
}

/** Connects `stream`, which is opening, to `endpoint`. Nothing is thrown and nobody called before it returns. */
export function connectTcp(stream: NodeStream, endpoint: Endpoint, options: ConnectOptions): void {
  const { host, port } = endpoint;
  const report = (stage: "dns" | "tcp") => {
    process.nextTick(() => {
      if (stream.isOpening) options.onStage(stage);
    });
  };
  let isResolved = isIP(host) !== 0;
  report(isResolved ? "tcp" : "dns");
  const resolve: LookupFunction = (name, lookupOptions, callback) => {
    (options.lookup ?? lookup)(name, lookupOptions, (error, ...found) => {
      if (error === null) {
        isResolved = true;
        report("tcp");
      }
      callback(error, ...found);
    });
  };
  let socket: Socket;
  try {
    socket = connect({
      host,
      port,
      noDelay: true,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: options.addressTimeout,
      lookup: resolve,
      onread: {
        buffer: options.receiveBuffer,
        callback: (byteLength) => stream.received(options.receiveBuffer.subarray(0, byteLength)),
      },
    });
  } catch (error) {
    // A port out of range, for one.
    process.nextTick(() => stream.ended(tcpFailure(error as Error)));
    return;
  }
  stream.attach(socket);
  socket.on("connect", () => stream.opened());
  socket.on("error", (error) => {
    if (!stream.isOpening) stream.ended(error);
    else stream.ended(isResolved ? tcpFailure(error) : dnsFailure(error, host));
  });
  endWith(socket, stream);
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
  endWith(socket, stream);
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

function endWith(socket: Socket, stream: NodeStream): void {
  socket.on("end", () => stream.ended(undefined));
  socket.on("close", () => stream.ended(undefined));
}
