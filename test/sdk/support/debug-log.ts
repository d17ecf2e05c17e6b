/** The side of the debugger, as far as it takes to let a debug build run and to read its log. */

import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { onTestFinished } from "vitest";

const END = "</xsbug>";
/** A machine that has connected waits for this. */
const GO = "\r\n<set-all-breakpoints></set-all-breakpoints>\r\n\r\n<go/>\r\n";

export class DebugLog {
  /** What was logged so far. */
  text = "";
  readonly #server = createServer((socket) => this.#serve(socket));

  get lines(): readonly string[] {
    return this.text.split("\n");
  }

  /** The port it listens on. */
  async listen(): Promise<number> {
    onTestFinished(() => {
      this.#server.close();
    });
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  #serve(socket: Socket): void {
    let unread = "";
    socket.setEncoding("utf8");
    // The simulator is killed at the end of a test.
    socket.on("error", () => {});
    socket.on("data", (data: string) => {
      unread += data;
      for (let end = unread.indexOf(END); end !== -1; end = unread.indexOf(END)) {
        this.#message(unread.slice(0, end), socket);
        unread = unread.slice(end + END.length);
      }
    });
  }

  #message(message: string, socket: Socket): void {
    for (const [, log] of message.matchAll(/<log[^>]*>([\s\S]*?)<\/log>/g)) this.text += decoded(log ?? "");
    if (/<login|<break/.test(message)) socket.write(GO);
  }
}

function decoded(text: string): string {
  return text
    .replaceAll(/&#(\d+);/g, (_entity, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}
