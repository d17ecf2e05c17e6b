/** What it means for the user when a server answers the handshake with another status than 101. */

import { TransportError } from "../../mqtt/errors.js";

const REDIRECTIONS: readonly number[] = Object.freeze([301, 302, 303, 307, 308]);
/** Of an address in a message. */
const LOCATION_LIMIT = 100;

/** @param location what the response's header field says, if there is one */
export function responseError(status: number, location: string | undefined): TransportError {
  if (REDIRECTIONS.includes(status)) {
    const place = location === undefined ? "elsewhere" : `to ${legible(location)}`;
    return error("redirected", `the server sends the client ${place} (HTTP ${status}), enter that`, "server");
  }
  switch (status) {
    case 401:
      return error(
        "unauthorized",
        "the server wants a user and password of HTTP (HTTP 401), but those of the config are for MQTT",
        "user",
      );
    case 403:
      return error("forbidden", "the server refuses access to this path (HTTP 403)", "ws_path");
    case 404:
      return error("not-found", "the server has nothing at this path (HTTP 404)", "ws_path");
  }
  if (status >= 500) {
    return error("server-failed", `the server, or what is behind it, has failed (HTTP ${status})`, "server");
  }
  if (status >= 200 && status < 300) {
    return error("not-websocket", `there is a page at this path, not WebSocket (HTTP ${status})`, "ws_path");
  }
  return error("refused", `the server refuses the WebSocket handshake (HTTP ${status})`, "ws_path");
}

/** Without the query, in which there may be secrets: it is often the one that was sent. */
function legible(location: string): string {
  const place = location.split("?")[0] as string;
  return place.length <= LOCATION_LIMIT ? place : `${place.slice(0, LOCATION_LIMIT)}…`;
}

function error(code: string, message: string, key: string): TransportError {
  return new TransportError("websocket", code, message, key);
}
