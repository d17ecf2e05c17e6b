/** The test's own SOCKS5 proxy, cross-checked with curl; and plain TCP through it. */

import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { findProgram } from "../../../host-sim/process/find-program.js";
import { startSocks5Proxy } from "../../support/socks5-proxy.js";

const curl = findProgram("curl");

async function startWebServer(): Promise<number> {
  const server = createServer((_request, answer) => answer.end("hello"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function fetchThrough(proxy: string, url: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(curl as string, [
      "-sS",
      "--max-time",
      "10",
      "--proxy",
      proxy,
      url,
    ]);
    return stdout;
  } catch (error) {
    return String((error as { stderr?: string }).stderr);
  }
}

describe.skipIf(curl === undefined)("the proxy of these tests, used by curl,", () => {
  test("connects to names, which it resolves itself, and to addresses", async () => {
    const port = await startWebServer();
    const proxy = await startSocks5Proxy({ names: { "web.example": "127.0.0.1" }, slow: true });
    expect(await fetchThrough(`socks5h://127.0.0.1:${proxy.port}`, `http://web.example:${port}/`)).toBe(
      "hello",
    );
    expect(await fetchThrough(`socks5h://127.0.0.1:${proxy.port}`, `http://127.0.0.1:${port}/`)).toBe(
      "hello",
    );
    expect(proxy.requests).toEqual([
      { addressType: 3, host: "web.example", port, user: undefined },
      { addressType: 1, host: "127.0.0.1", port, user: undefined },
    ]);
  });

  test("wants user and password", async () => {
    const port = await startWebServer();
    const proxy = await startSocks5Proxy({ users: { ann: "s3cret" }, tellsName: true });
    const url = `http://127.0.0.1:${port}/`;
    expect(await fetchThrough(`socks5h://ann:s3cret@127.0.0.1:${proxy.port}`, url)).toBe("hello");
    expect(await fetchThrough(`socks5h://ann:wrong@127.0.0.1:${proxy.port}`, url)).toContain("rejected");
    expect(await fetchThrough(`socks5h://127.0.0.1:${proxy.port}`, url)).toContain("curl: (97)");
    expect(proxy.requests.map(({ user }) => user)).toEqual(["ann"]);
  });

  test("refuses when it is told to", async () => {
    const proxy = await startSocks5Proxy({ reply: 2 });
    expect(await fetchThrough(`socks5h://127.0.0.1:${proxy.port}`, "http://127.0.0.1:1/")).toContain("(2)");
  });
});
