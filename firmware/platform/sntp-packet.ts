/** The packets of SNTP (RFC 4330, version 4): a request, and the time out of an answer. */

import type { Milliseconds } from "../../src/mqtt/ports.js";

export const SNTP_PORT = 123;
export const SNTP_PACKET_LENGTH = 48;

/** Leap indicator 0, version 4, mode 3 (client). */
const CLIENT = 0x23;
const SERVER_MODE = 4;
const UNSYNCHRONIZED = 3;
const STRATUM_OFFSET = 1;
const ORIGINATE_OFFSET = 24;
const RECEIVE_OFFSET = 32;
const TRANSMIT_OFFSET = 40;
/** Seconds from 1900 to 1970. */
const UNIX_EPOCH = 2_208_988_800;
/** Seconds in an era of NTP; the second one begins in 2036. */
const ERA = 0x1_0000_0000;

/**
 * A request.
 * @param nonce 32 bits, which the server sends back: an answer without them is not to this request
 */
export function encodeRequest(nonce: number): Uint8Array {
  const packet = new Uint8Array(SNTP_PACKET_LENGTH);
  const view = new DataView(packet.buffer);
  view.setUint8(0, CLIENT);
  // In place of our own time, which is unknown, or nobody's business.
  view.setUint32(TRANSMIT_OFFSET + 4, nonce);
  return packet;
}

/**
 * The time of day at the server when it sent `packet`, in ms since 1970, with half of the time on the way added.
 * @param roundTrip from sending the request to receiving the answer
 * @returns undefined unless it is an answer to the request with `nonce` from a server that knows the time
 */
export function decodeAnswer(
  packet: Uint8Array,
  nonce: number,
  roundTrip: Milliseconds,
): Milliseconds | undefined {
  if (packet.length < SNTP_PACKET_LENGTH) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  const first = view.getUint8(0);
  const stratum = view.getUint8(STRATUM_OFFSET);
  if ((first & 7) !== SERVER_MODE || first >> 6 === UNSYNCHRONIZED) return undefined;
  // 0 is a refusal ("kiss of death"), 16 and above are reserved.
  if (stratum === 0 || stratum > 15) return undefined;
  if (view.getUint32(ORIGINATE_OFFSET) !== 0 || view.getUint32(ORIGINATE_OFFSET + 4) !== nonce)
    return undefined;
  const received = timestamp(view, RECEIVE_OFFSET);
  const sent = timestamp(view, TRANSMIT_OFFSET);
  if (received === undefined || sent === undefined) return undefined;
  const onTheWay = Math.max(0, roundTrip - Math.max(0, sent - received));
  return sent + onTheWay / 2;
}

/** A timestamp of 64 bits in ms since 1970; undefined when it is 0, which means unknown. */
function timestamp(view: DataView, offset: number): Milliseconds | undefined {
  const seconds = view.getUint32(offset);
  const fraction = view.getUint32(offset + 4);
  if (seconds === 0 && fraction === 0) return undefined;
  // Without the highest bit it is of the era that begins in 2036 (RFC 4330, section 3).
  const since1900 = seconds < 0x8000_0000 ? seconds + ERA : seconds;
  return (since1900 - UNIX_EPOCH) * 1000 + (fraction * 1000) / ERA;
}
