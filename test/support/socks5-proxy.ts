/** A SOCKS5 proxy for tests (RFC 1928, RFC 1929), on real sockets, that can also fail in the ways that proxies do. */

import type { AddressInfo, Server, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { onTestFinished } from "vitest";

export interface Socks5ProxyOptions {
  /** Passwords by user; without them nobody needs one. */
  readonly users?: Readonly<Record<string, string>>;
  /** Answers every request with this instead of connecting. */
  readonly reply?: number;
  /** Where names lead; others are resolved by the system. */
  readonly names?: Readonly<Record<string, string>>;
  /** Hangs up instead of answering. */
  readonly hangsUpAt?: "method" | "credentials" | "request";
  /** Sends its answers byte by byte. */
  readonly slow?: boolean;
  /** Tells a name as the address it uses, and not an IPv4 address. */
  readonly tellsName?: boolean;
}

/** One request as the proxy got it. */
export interface Socks5Request {
  readonly addressType: number;
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
}

const NO_AUTHENTICATION = 0;
const USER_AND_PASSWORD = 2;
const NO_METHOD = 0xff;

/** Within a test only: the proxy ends with it. */
export async function startSocks5Proxy(options: Socks5ProxyOptions = {}): Promise<Socks5Proxy> {
  const proxy = new Socks5Proxy(options);
  await proxy.listen();
  onTestFinished(() => proxy.close());
  return proxy;
}

export class Socks5Proxy {
  readonly requests: Socks5Request[] = [];
  port = 0;
  readonly #options: Socks5ProxyOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(options: Socks5ProxyOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.#track(socket);
      // What goes wrong with one client is of no interest to the test, but what the client then sees.
      this.#serve(socket).catch(() => socket.destroy());
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Breaks all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #serve(client: Socket): Promise<void> {
    const reader = new Reader(client);
    const { users, hangsUpAt, reply } = this.#options;
    const [version, count] = await reader.take(2);
    if (version !== 5) throw new Error(`version ${version}`);
    const methods = [...(await reader.take(count as number))];
    if (hangsUpAt === "method") return void client.end();
    const method = users === undefined ? NO_AUTHENTICATION : USER_AND_PASSWORD;
    if (!methods.includes(method)) return void client.end(Uint8Array.of(5, NO_METHOD));
    await this.#answer(client, Uint8Array.of(5, method));
    let user: string | undefined;
    if (users !== undefined) {
      const [negotiation, userLength] = await reader.take(2);
      user = (await reader.take(userLength as number)).toString("utf8");
      const [passwordLength] = await reader.take(1);
      const password = (await reader.take(passwordLength as number)).toString("utf8");
      if (hangsUpAt === "credentials") return void client.end();
      const isRight = negotiation === 1 && users[user] === password;
      await this.#answer(client, Uint8Array.of(1, isRight ? 0 : 1));
      if (!isRight) return void client.end();
    }
    const request = await readRequest(reader, user);
    this.requests.push(request);
    if (hangsUpAt === "request") return void client.end();
    if (reply !== undefined) return void client.end(replyBytes(reply, false));
    const { host, port } = request;
    const server = connect({
      host: this.#options.names?.[host] ?? host,
      port,
      noDelay: true,
      allowHalfOpen: true,
    });
    this.#track(server);
    try {
      await new Promise<void>((resolve, reject) => server.once("connect", resolve).once("error", reject));
    } catch (error) {
      return void client.end(replyBytes(replyTo(error), false));
    }
    await this.#answer(client, replyBytes(0, this.#options.tellsName === true));
    server.on("close", () => client.destroy());
    client.on("close", () => server.destroy());
    reader.release();
    server.pipe(client);
    client.pipe(server);
  }

  async #answer(client: Socket, bytes: Uint8Array): Promise<void> {
    if (this.#options.slow !== true) {
      client.write(bytes);
      return;
    }
    for (const byte of bytes) {
      client.write(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
  }
}

async function readRequest(reader: Reader, user: string | undefined): Promise<Socks5Request> {
  const [version, command, reserved, addressType] = (await reader.take(4)) as unknown as number[];
  if (version !== 5 || command !== 1 || reserved !== 0) throw new Error("a malformed request");
  let host: string;
  if (addressType === 1) {
    host = [...(await reader.take(4))].join(".");
  } else if (addressType === 4) {
    const bytes = await reader.take(16);
    host = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16)).join(":");
  } else {
    const [length] = await reader.take(1);
    host = (await reader.take(length as number)).toString("utf8");
  }
  const port = (await reader.take(2)).readUInt16BE(0);
  return { addressType: addressType as number, host, port, user };
}

function replyBytes(reply: number, asName: boolean): Uint8Array {
  const address = asName ? [3, 5, ...Buffer.from("proxy")] : [1, 127, 0, 0, 1];
  return Uint8Array.from([5, reply, 0, ...address, 0, 0]);
}

function replyTo(error: unknown): number {
  const code = error instanceof Error && "code" in error ? error.code : "";
  if (code === "ECONNREFUSED") return 5;
  return code === "ENOTFOUND" || code === "EAI_AGAIN" ? 4 : 1;
}

/** Takes exactly so many bytes from a socket, and leaves the rest to others. */
class Reader {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  async take(byteLength: number): Promise<Buffer> {
    if (byteLength === 0) return Buffer.alloc(0);
    for (;;) {
      const bytes: unknown = this.#socket.read(byteLength);
      if (bytes instanceof Buffer && bytes.length === byteLength) return bytes;
      await new Promise<void>((resolve, reject) => {
        const settle = (): void => {
          this.#socket.off("readable", settle).off("end", fail).off("close", fail);
          resolve();
        };
        const fail = (): void => reject(new Error("the client has ended the stream"));
        this.#socket.once("readable", settle).once("end", fail).once("close", fail);
      });
    }
  }

  /** The rest is read by somebody else. */
  release(): void {
    this.#socket.removeAllListeners("readable").removeAllListeners("end");
  }
}
