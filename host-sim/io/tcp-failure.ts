/** Why no TCP connection came about, in words: Node's error for a name with several addresses comes without any. */

import { TransportError } from "../../src/mqtt/errors.js";

/** The code of a failure, and what it means for `place`. */
type Meaning = readonly [code: string, say: (place: string) => string];

/** By the codes of libuv, which are POSIX's. */
const TCP_MEANINGS: Readonly<Record<string, Meaning>> = Object.freeze({
  ECONNREFUSED: ["connection-refused", (place) => `${place} refused the connection, nothing listens there`],
  ECONNRESET: ["connection-refused", (place) => `${place} reset the connection`],
  ETIMEDOUT: ["timed-out", (place) => `${place} did not answer`],
  EHOSTUNREACH: ["unreachable", (place) => `${place} cannot be reached`],
  ENETUNREACH: ["unreachable", (place) => `${place} cannot be reached, there is no route to it`],
  EHOSTDOWN: ["unreachable", (place) => `${place} cannot be reached`],
});

const DNS_MEANINGS: Readonly<Record<string, Meaning>> = Object.freeze({
  ENOTFOUND: ["name-not-found", (name) => `there is no host "${name}"`],
  ENODATA: ["name-not-found", (name) => `the host "${name}" has no address`],
  EAI_AGAIN: [
    "name-server-unreachable",
    (name) => `"${name}" could not be looked up, no name server answered`,
  ],
  ETIMEOUT: [
    "name-server-unreachable",
    (name) => `"${name}" could not be looked up, no name server answered`,
  ],
});

/** The name of the host could not be resolved. */
export function dnsFailure(error: Error, name: string): TransportError {
  const systemCode = codeOf(error);
  const [code, say] = DNS_MEANINGS[systemCode] ?? ["lookup-failed", () => error.message];
  return failure("dns", code, withCode(say(name), systemCode), error);
}

/** None of the host's addresses could be reached; the message says what became of each. */
export function tcpFailure(error: Error): TransportError {
  const each: unknown[] = error instanceof AggregateError ? error.errors : [error];
  const messages = each.map((one) => {
    const systemCode = codeOf(one);
    const say = TCP_MEANINGS[systemCode]?.[1];
    return say === undefined ? messageOf(one) : withCode(say(placeOf(one)), systemCode);
  });
  const codes = new Set(each.map((one) => TCP_MEANINGS[codeOf(one)]?.[0] ?? "connection-failed"));
  // Several addresses that failed in several ways have in common that none can be reached.
  const [code = "connection-failed"] = codes;
  return failure("tcp", codes.size > 1 ? "unreachable" : code, messages.join("; "), error);
}

function failure(stage: "dns" | "tcp", code: string, message: string, cause: Error): TransportError {
  return Object.assign(new TransportError(stage, code, message, "server"), { cause });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Address and port, as Node puts them into such errors. */
function placeOf(error: unknown): string {
  const { address, port } = error as { readonly address?: string; readonly port?: number };
  if (address === undefined) return "the server";
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}

/** System codes are what people search for. */
function withCode(message: string, systemCode: string): string {
  return systemCode === "" ? message : `${message} (${systemCode})`;
}
