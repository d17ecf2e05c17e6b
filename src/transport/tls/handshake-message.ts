/** Handshake messages (RFC 5246 section 7.4): their types, their names, and how long each may be. */

import { vector } from "./bytes.js";

export const HELLO_REQUEST = 0;
export const CLIENT_HELLO = 1;
export const SERVER_HELLO = 2;
export const NEW_SESSION_TICKET = 4;
export const CERTIFICATE = 11;
export const SERVER_KEY_EXCHANGE = 12;
export const CERTIFICATE_REQUEST = 13;
export const SERVER_HELLO_DONE = 14;
export const CERTIFICATE_VERIFY = 15;
export const CLIENT_KEY_EXCHANGE = 16;
export const FINISHED = 20;
export const CERTIFICATE_STATUS = 22;

/** Type and length. */
export const MESSAGE_HEADER_LENGTH = 4;

interface MessageKind {
  readonly name: string;
  /** Most bytes after the header that are taken from a server. */
  readonly limit: number | undefined;
}

/** Those that there are to be refused or taken; without a limit: that nobody has asked for. */
const KINDS: Readonly<Record<number, MessageKind>> = Object.freeze({
  // Four certificates with RSA keys take 5,000 bytes or so; the names of many authorities as much.
  [CERTIFICATE]: kind("Certificate", 16_384),
  [CERTIFICATE_REQUEST]: kind("CertificateRequest", 16_384),
  // A hint, a point, and a signature of 8,192 bits.
  [SERVER_KEY_EXCHANGE]: kind("ServerKeyExchange", 2_048),
  [SERVER_HELLO]: kind("ServerHello", 1_024),
  [SERVER_HELLO_DONE]: kind("ServerHelloDone", 0),
  [FINISHED]: kind("Finished", 12),
  [HELLO_REQUEST]: kind("HelloRequest", 0),
  [CLIENT_HELLO]: kind("ClientHello"),
  [NEW_SESSION_TICKET]: kind("NewSessionTicket"),
  [CERTIFICATE_VERIFY]: kind("CertificateVerify"),
  [CLIENT_KEY_EXCHANGE]: kind("ClientKeyExchange"),
  [CERTIFICATE_STATUS]: kind("CertificateStatus"),
});

/** For people. */
export function messageName(type: number): string {
  return KINDS[type]?.name ?? `a message of type ${type}`;
}

/** Most bytes after the header; undefined for a type that no server may send us. */
export function messageLimit(type: number): number | undefined {
  return KINDS[type]?.limit;
}

/** The message with its header. */
export function handshakeMessage(type: number, ...body: readonly Uint8Array[]): Uint8Array {
  const content = vector(3, ...body);
  const message = new Uint8Array(1 + content.length);
  message[0] = type;
  message.set(content, 1);
  return message;
}

function kind(name: string, limit?: number): MessageKind {
  return Object.freeze({ name, limit });
}
