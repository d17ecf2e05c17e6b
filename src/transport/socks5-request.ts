/** What a client says to a SOCKS5 proxy (RFC 1928 sections 3 and 4, RFC 1929). */

import type { Address, ProxyOptions } from "../mqtt/ports.js";
import { encodeUtf8, isWellFormed } from "../mqtt/utf8.js";
import { socks5Address } from "./socks5-address.js";

export const SOCKS_VERSION = 5;
export const NO_AUTHENTICATION = 0;
export const USER_AND_PASSWORD = 2;

const CREDENTIALS_VERSION = 1;
const CONNECT = 1;
/** Longest user name and password in bytes: their lengths have one byte. */
const CREDENTIAL_LIMIT = 255;

/** The methods to choose from: with credentials both, so that a proxy that wants none gets none. */
export function offer({ userName }: ProxyOptions): Uint8Array {
  return userName === undefined
    ? Uint8Array.of(SOCKS_VERSION, 1, NO_AUTHENTICATION)
    : Uint8Array.of(SOCKS_VERSION, 2, NO_AUTHENTICATION, USER_AND_PASSWORD);
}

/** Undefined when user or password cannot be sent. An empty password can, as there are users without one. */
export function credentialsRequest({ userName = "", password = "" }: ProxyOptions): Uint8Array | undefined {
  if (!isWellFormed(userName) || !isWellFormed(password)) return undefined;
  const user = encodeUtf8(userName);
  const secret = encodeUtf8(password);
  if (user.length === 0 || user.length > CREDENTIAL_LIMIT || secret.length > CREDENTIAL_LIMIT)
    return undefined;
  const request = new Uint8Array(3 + user.length + secret.length);
  request[0] = CREDENTIALS_VERSION;
  request[1] = user.length;
  request.set(user, 2);
  request[2 + user.length] = secret.length;
  request.set(secret, 3 + user.length);
  return request;
}

/** Undefined when the host cannot be told to a proxy. */
export function connectRequest({ host, port }: Address): Uint8Array | undefined {
  const address = socks5Address(host);
  if (address === undefined) return undefined;
  const request = new Uint8Array(3 + address.length + 2);
  request[0] = SOCKS_VERSION;
  request[1] = CONNECT;
  request.set(address, 3);
  request[3 + address.length] = port >> 8;
  request[4 + address.length] = port & 0xff;
  return request;
}
